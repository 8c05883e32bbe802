import { arenaBytes, Scope, type Allocator } from "./arena.ts";

/** Counts what would be allocated, with the arena's rounding and without memory: what a program would take is known before it is there. */
export class CountingAllocator implements Allocator {
  readonly #sizes = new Map<number, number>();
  #end = 0;
  #usedBytes = 0;

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Every offset is given out once, so that plans see the tensors apart. */
  allocate(sizeBytes: number): number {
    const [offset, size] = [this.#end, arenaBytes(sizeBytes)];
    this.#sizes.set(offset, size);
    this.#end += size;
    this.#usedBytes += size;
    return offset;
  }

  release(offset: number): void {
    this.#usedBytes -= this.#sizes.get(offset) ?? 0;
    this.#sizes.delete(offset);
  }

  scope(): Scope {
    return new Scope(this);
  }
}

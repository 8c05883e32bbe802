import { OutOfMemoryError } from "../../core/errors.ts";
import type { DType } from "../../core/ops/op.ts";
import { sizeBytesOf, type Tensor } from "../../core/ops/recording-ops.ts";
import { ARENA_START_BYTES } from "../../shared/engine/worker-tasks.ts";
import { MemoryMeter } from "./memory-meter.ts";
import { grouped } from "../../core/grouped.ts";

const PAGE_BYTES = 65536;
/** WebAssembly's 32-bit address space; one memory of this maximum is safe in Electron, many are not. */
const MAXIMUM_PAGES = 65536;
const ALIGNMENT_BYTES = 64;
/** Kernels may read one vector past a tensor's last element. */
const TAIL_BYTES = 64;

interface Hole {
  offset: number;
  size: number;
}

const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

/** Room for small experiments, so that not every one of them grows the memory. */
const SPARE_PAGES = 16;

const startPages = (endBytes: number): number => Math.ceil(endBytes / PAGE_BYTES) + SPARE_PAGES;

const memoryOf = (endBytes: number): WebAssembly.Memory =>
  new WebAssembly.Memory({
    initial: Math.min(startPages(endBytes), MAXIMUM_PAGES),
    maximum: MAXIMUM_PAGES,
    shared: true,
  });

/** Bytes a tensor takes in the arena, padding included. */
export const arenaBytes = (sizeBytes: number): number => alignUp(sizeBytes + TAIL_BYTES);

/** Who gives tensors their places. */
export interface Allocator {
  /** @returns The offset. @throws {OutOfMemoryError} */
  allocate(sizeBytes: number): number;
  release(offset: number): void;
}

/**
 * The one shared memory that all tensors live in, with a first-fit free list owned by main. The memory grows when no
 * hole is large enough; released ranges are reused. A WebAssembly memory cannot shrink: to give bytes back, the tensors
 * move into a smaller one.
 */
export class Arena implements Allocator {
  #memory = memoryOf(ARENA_START_BYTES);
  readonly #holes: Hole[] = [];
  readonly #sizes = new Map<number, number>();
  /** What was released while releases are held, or null. */
  #held: Set<number> | null = null;
  #end = ARENA_START_BYTES;
  #usedBytes = 0;
  #peakBytes = 0;
  #meter = new MemoryMeter();

  /** Not to be kept from one experiment to the next: between them tensors may move to another. */
  get memory(): WebAssembly.Memory {
    return this.#memory;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get committedBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** The most that it has ever committed. */
  get peakBytes(): number {
    return Math.max(this.#peakBytes, this.committedBytes);
  }

  /** What it has committed behind its last tensor. */
  get spareBytes(): number {
    return this.committedBytes - startPages(this.#end) * PAGE_BYTES;
  }

  /** A memory with room for every tensor and little else. @throws {RangeError} If there is no address space for it. */
  smallerMemory(): WebAssembly.Memory {
    return memoryOf(this.#end);
  }

  /**
   * Moves every tensor, at its offset, into another memory; only while no worker runs.
   *
   * @returns Whether it was large enough.
   */
  moveTo(memory: WebAssembly.Memory): boolean {
    if (memory.buffer.byteLength < this.#end) return false;
    // Not what lies between them: pages that nobody writes to take no memory.
    const to = new Uint8Array(memory.buffer);
    for (const [offset, size] of this.#sizes) {
      to.set(new Uint8Array(this.#memory.buffer, offset, size), offset);
    }
    this.#peakBytes = this.peakBytes;
    this.#memory = memory;
    return true;
  }

  /** Largest size the arena can ever have. */
  readonly maximumBytes = MAXIMUM_PAGES * PAGE_BYTES;

  /** Number of live allocations; zero when nothing leaks. */
  get allocations(): number {
    return this.#sizes.size;
  }

  /** From now on counts what one activity has. */
  meter(): MemoryMeter {
    this.#meter = new MemoryMeter();
    return this.#meter;
  }

  /** What lay there before is part of what the activity needs: it would have to be made otherwise. */
  takeOver(offset: number): void {
    const size = this.#sizes.get(offset);
    if (size !== undefined) this.#meter.add(offset, size);
  }

  /** @throws {OutOfMemoryError} If the arena cannot grow that far. */
  allocate(sizeBytes: number): number {
    const size = arenaBytes(sizeBytes);
    const fit = this.#holes.findIndex((hole) => hole.size >= size);
    const hole = this.#holes[fit];
    let offset: number;
    if (hole === undefined) {
      offset = this.#end;
      this.#growTo(offset + size, sizeBytes);
      this.#end += size;
    } else {
      offset = hole.offset;
      hole.offset += size;
      hole.size -= size;
      if (hole.size === 0) this.#holes.splice(fit, 1);
    }
    this.#sizes.set(offset, size);
    this.#usedBytes += size;
    this.#meter.add(offset, size);
    return offset;
  }

  /** @throws {RangeError} If nothing is allocated there: a double release. */
  release(offset: number): void {
    const size = this.#sizes.get(offset);
    if (size === undefined || this.#held?.has(offset) === true) {
      throw new RangeError(`Arena.release: nothing is allocated at byte ${offset}`);
    }
    if (this.#held !== null) {
      this.#held.add(offset);
      return;
    }
    this.#sizes.delete(offset);
    this.#meter.remove(offset);
    this.#usedBytes -= size;
    const next = this.#holes.findIndex((hole) => hole.offset > offset);
    const at = next < 0 ? this.#holes.length : next;
    this.#holes.splice(at, 0, { offset, size });
    this.#joinWithNext(at);
    if (at > 0) this.#joinWithNext(at - 1);
    const last = this.#holes.at(-1);
    if (last !== undefined && last.offset + last.size === this.#end) {
      this.#end = last.offset;
      this.#holes.pop();
    }
  }

  /** From now on released bytes are not given out again: somebody may still write there. */
  holdReleases(): void {
    this.#held ??= new Set();
  }

  /** Nobody writes there any more: what was released meanwhile is free. */
  freeHeld(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const offset of held) this.release(offset);
  }

  /** Allocations made through a scope are released together. */
  scope(): Scope {
    return new Scope(this);
  }

  #joinWithNext(index: number): void {
    const hole = this.#holes[index];
    const next = this.#holes[index + 1];
    if (hole === undefined || hole.offset + hole.size !== next?.offset) return;
    hole.size += next.size;
    this.#holes.splice(index + 1, 1);
  }

  #growTo(endBytes: number, requestedBytes: number): void {
    const missing = Math.ceil((endBytes - this.committedBytes) / PAGE_BYTES);
    if (missing <= 0) return;
    try {
      this.#memory.grow(missing);
    } catch (cause) {
      throw new OutOfMemoryError(
        `The arena cannot give ${grouped(requestedBytes)} bytes more: ` +
          `${grouped(this.#usedBytes)} of at most ${grouped(this.maximumBytes)} are in use. ` +
          `Use fewer rows or smaller layers.`,
        { cause },
      );
    }
  }
}

/** A set of tensors with one lifetime: what an experiment allocates is freed when it ends. */
export class Scope {
  readonly #arena: Allocator;
  readonly #offsets: number[] = [];

  constructor(arena: Allocator) {
    this.#arena = arena;
  }

  bytes(sizeBytes: number): number {
    const offset = this.#arena.allocate(sizeBytes);
    this.#offsets.push(offset);
    return offset;
  }

  /** Where everything lies. */
  get offsets(): readonly number[] {
    return this.#offsets;
  }

  tensor(name: string, shape: readonly number[], dtype: DType = "float32"): Tensor {
    return { name, shape, dtype, offsetBytes: this.bytes(sizeBytesOf({ name, shape, dtype })) };
  }

  /** Frees everything. Safe to call twice. */
  release(): void {
    for (const offset of this.#offsets.splice(0)) this.#arena.release(offset);
  }
}

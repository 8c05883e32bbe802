import { freemem } from "node:os";
import { ContractError, OutOfMemoryError } from "../../../core/errors.ts";
import { BYTES_PER_ELEMENT, numelOf, sizeBytesOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { BufferTensor } from "../../../core/tensor/lower/lowered.ts";
import type { Arena } from "../../engine/arena.ts";

interface Buffer {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** The buffers of one sandbox: it knows them by number, main knows where in the arena they lie. */
export class Buffers {
  readonly #arena: Arena;
  readonly #limitBytes: number;
  readonly #buffers = new Map<number, Buffer>();

  constructor(arena: Arena, limitBytes = Infinity) {
    this.#arena = arena;
    this.#limitBytes = limitBytes;
  }

  /** What could still be allocated. */
  get leftBytes(): number {
    const { maximumBytes, committedBytes, usedBytes } = this.#arena;
    const held = this.#heldBytes;
    const free = Math.min(maximumBytes, committedBytes + freemem()) - usedBytes;
    return Math.min(free, this.#limitBytes - held);
  }

  get #heldBytes(): number {
    let bytes = 0;
    for (const { sizeBytes } of this.#buffers.values()) bytes += sizeBytes;
    return bytes;
  }

  /** @throws {ContractError} If the number is in use. @throws {OutOfMemoryError} */
  allocate(tensor: BufferTensor): void {
    const { buffer } = tensor;
    if (this.#buffers.has(buffer)) throw new ContractError(`buffer ${buffer} exists already`);
    const sizeBytes = sizeBytesOf(tensor);
    if (this.#heldBytes + sizeBytes > this.#limitBytes) {
      throw new OutOfMemoryError(
        `the tensors would take more than ${(this.#limitBytes / 1e6).toFixed(0)} MB, the limit here`,
      );
    }
    this.#buffers.set(buffer, { offsetBytes: this.#arena.allocate(sizeBytes), sizeBytes });
  }

  /** Puts buffers into one allocation, some of them perhaps over others; they go together. @returns What frees them. */
  allocateTogether(bytes: number, offsets: ReadonlyMap<number, number>, sizes: ReadonlyMap<number, number>) {
    const begin = this.#arena.allocate(bytes);
    for (const [buffer, offset] of offsets) {
      if (this.#buffers.has(buffer)) throw new ContractError(`buffer ${buffer} exists already`);
      this.#buffers.set(buffer, { offsetBytes: begin + offset, sizeBytes: sizes.get(buffer) ?? 0 });
    }
    return (): void => {
      for (const buffer of offsets.keys()) this.#buffers.delete(buffer);
      this.#arena.release(begin);
    };
  }

  /** Frees a buffer; one that is not there is none. */
  free(buffer: number): void {
    const found = this.#buffers.get(buffer);
    if (found === undefined) return;
    this.#buffers.delete(buffer);
    this.#arena.release(found.offsetBytes);
  }

  freeAll(): void {
    for (const buffer of this.#buffers.keys()) this.free(buffer);
  }

  /** Where a buffer lies: the same text for one of the same size at the same place. */
  placeOf(buffer: number): string {
    const found = this.#buffers.get(buffer);
    return found === undefined ? "" : `${found.offsetBytes}:${found.sizeBytes}`;
  }

  /** 0 for one that is not there. */
  sizeBytesOf(buffer: number): number {
    return this.#buffers.get(buffer)?.sizeBytes ?? 0;
  }

  /** Where a tensor lies. @throws {ContractError} If it reaches beyond its buffer. */
  tensor({ name, shape, dtype, buffer, offset }: BufferTensor): Tensor {
    const found = this.#buffers.get(buffer);
    if (found === undefined) throw new ContractError(`${name}: there is no buffer ${buffer}`);
    const from = offset * BYTES_PER_ELEMENT[dtype];
    const bytes = numelOf(shape) * BYTES_PER_ELEMENT[dtype];
    if (
      !Number.isSafeInteger(offset) ||
      !Number.isSafeInteger(bytes) ||
      from < 0 ||
      from + bytes > found.sizeBytes
    ) {
      throw new ContractError(
        `${name}: ${bytes} bytes from ${from} reach beyond its buffer of ${found.sizeBytes}`,
      );
    }
    return { name, shape, dtype, offsetBytes: found.offsetBytes + from };
  }
}

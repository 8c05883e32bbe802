/** A function over the arena: places in bytes and numbers. */
export type PrimitiveFunction = (...values: number[]) => unknown;

/** The arena as numbers; the view of all floats is taken anew when the memory has grown. */
export class ArenaNumbers {
  readonly #memory: WebAssembly.Memory;
  #view: Float32Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#view = new Float32Array(memory.buffer);
  }

  /** Element i lies at byte 4 i. */
  get all(): Float32Array {
    const { buffer } = this.#memory;
    if (this.#view.length * 4 !== buffer.byteLength) this.#view = new Float32Array(buffer);
    return this.#view;
  }

  floats(at: number, length: number): Float32Array {
    return this.all.subarray(at / 4, at / 4 + length);
  }

  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, at, length);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, length);
  }
}

/** What a check calls its primitive on: four tensors of CHECKED_BYTES, of which `length` floats are to be used. */
export interface CheckedCall {
  readonly length: number;
  /** Of both signs, with NaN, infinities, zero, large and small ones. */
  readonly signed: number;
  /** In [0, 1]. */
  readonly positive: number;
  /** In [0, 1], others than in `positive`. */
  readonly others: number;
  /** All zero: for what is written or added up. */
  readonly zeros: number;
  readonly arena: ArenaNumbers;
}
export const CHECKED_BYTES = 1024;

/**
 * One function that works on the arena, three times: for every WebAssembly module, in plain loops where none of these
 * is right, and as the call that compares both before the module is used.
 */
export interface Primitive<F extends PrimitiveFunction = PrimitiveFunction> {
  /** WebAssembly text of a function that is exported under `name`. */
  readonly generate: (name: string) => string;
  /** The same in plain loops. */
  readonly loop: (arena: ArenaNumbers) => F;
  /** Calls it so that each of its branches shows in the tensors: those of the module and of the loop are compared. */
  check(call: F, on: CheckedCall): void;
}

/** A row of a table of primitives; its function's type is what `loop` returns. */
export const primitive = <F extends PrimitiveFunction>(row: Primitive<F>): Primitive<F> => row;

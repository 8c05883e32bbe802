import { checkShapes } from "./check-shapes.ts";
import type { DType, Op, Ops, TensorLike } from "./op.ts";

/** A tensor in the arena: contiguous, row-major, visible to main and to every worker at the same offset. */
export interface Tensor extends TensorLike {
  readonly offsetBytes: number;
}

export const BYTES_PER_ELEMENT = { float32: 4, float64: 8, int32: 4, uint8: 1 } as const satisfies Record<
  DType,
  number
>;

/** Number of elements of a shape; 1 for a scalar's empty shape. */
export const numelOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

export const sizeBytesOf = (tensor: TensorLike): number =>
  numelOf(tensor.shape) * BYTES_PER_ELEMENT[tensor.dtype];

/** Ops in order over arena tensors: plain data that crosses to the workers as it is. */
export interface Program {
  readonly ops: readonly Op<Tensor>[];
}

/**
 * Records ops instead of computing them. `allocate` gives each new tensor its place in the arena; recording happens
 * once an experiment, and running the program again allocates nothing.
 */
export class RecordingOps implements Ops<Tensor> {
  readonly #allocate: (name: string, shape: readonly number[], dtype: DType) => Tensor;
  readonly #ops: Op<Tensor>[] = [];

  constructor(allocate: (name: string, shape: readonly number[], dtype: DType) => Tensor) {
    this.#allocate = allocate;
  }

  tensor(name: string, shape: readonly number[], dtype: DType = "float32"): Tensor {
    return this.#allocate(name, shape, dtype);
  }

  run(op: Op<Tensor>): void {
    checkShapes(op);
    this.#ops.push(op);
  }

  program(): Program {
    return { ops: [...this.#ops] };
  }
}

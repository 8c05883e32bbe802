import type { TensorLike } from "./tensor-like.ts";

/** A tensor of the oracle: both float types are held in float64. Row-major, contiguous. */
export interface ReferenceTensor extends TensorLike {
  readonly data: Float64Array | Int32Array | Uint8Array;
}

import type { DType } from "../../core/ops/op.ts";
import { numelOf, type Tensor } from "../../core/ops/recording-ops.ts";

/** Typed arrays by the tensor's element type. */
export interface Views {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
}

const CREATE: { [D in DType]: (buffer: ArrayBufferLike, offsetBytes: number, length: number) => Views[D] } = {
  float32: (buffer, offsetBytes, length) => new Float32Array(buffer, offsetBytes, length),
  float64: (buffer, offsetBytes, length) => new Float64Array(buffer, offsetBytes, length),
  int32: (buffer, offsetBytes, length) => new Int32Array(buffer, offsetBytes, length),
  uint8: (buffer, offsetBytes, length) => new Uint8Array(buffer, offsetBytes, length),
};

/** A view of `length` elements at a byte of the arena, valid until the memory grows. */
export function viewAt<D extends DType>(
  memory: { readonly buffer: ArrayBufferLike },
  dtype: D,
  offsetBytes: number,
  length: number,
): Views[D] {
  return CREATE[dtype](memory.buffer, offsetBytes, length);
}

/**
 * A view of a tensor, valid until the memory grows: take it, use it, drop it.
 *
 * @throws {TypeError} If the tensor has another element type.
 */
export function viewOf<D extends DType>(
  memory: { readonly buffer: ArrayBufferLike },
  tensor: Tensor,
  dtype: D,
): Views[D] {
  if (tensor.dtype !== dtype) {
    throw new TypeError(`viewOf(${tensor.name}): expected ${dtype}, the tensor is ${tensor.dtype}`);
  }
  return viewAt(memory, dtype, tensor.offsetBytes, numelOf(tensor.shape));
}

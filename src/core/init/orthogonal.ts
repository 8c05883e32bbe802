import { normal } from "../random/normal.ts";
import type { RandomStream } from "../random/random-stream.ts";

/**
 * W (fanIn, fanOut) with orthonormal columns, or rows where there are fewer rows: Q of the QR decomposition of a normal
 * matrix, by Gram and Schmidt twice over. As torch's `orthogonal_` with gain 1, R's diagonal is positive, which makes
 * the draw uniform among such matrices.
 *
 * @see Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning" (2014)
 */
export function orthogonal(stream: RandomStream, fanIn: number, fanOut: number): Float32Array {
  const [length, count] = fanIn >= fanOut ? [fanIn, fanOut] : [fanOut, fanIn];
  const vectors = Array.from({ length: count }, () => normal(stream, length));
  const dot = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += a[i] * b[i];
    return sum;
  };
  for (const [index, vector] of vectors.entries()) {
    // Once leaves what rounding lost; twice is enough.
    for (let pass = 0; pass < 2; pass++) {
      for (const before of vectors.slice(0, index)) {
        const share = dot(vector, before);
        for (let i = 0; i < length; i++) vector[i] -= share * before[i];
      }
    }
    const size = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i] /= size;
  }
  const weights = new Float32Array(fanIn * fanOut);
  for (const [index, vector] of vectors.entries()) {
    for (let i = 0; i < length; i++) {
      weights[fanIn >= fanOut ? i * fanOut + index : index * fanOut + i] = vector[i];
    }
  }
  return weights;
}

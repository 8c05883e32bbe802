import { matmul } from "../../../core/ops/functional.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import type { BenchCase, ExpectedElement } from "./bench-case.ts";
import { randomValues } from "./random-values.ts";

const CHECKED_ELEMENTS = 200;

/** C (M, N) = A (M, K) @ B (K, N), each matrix stored transposed or not. */
export interface ProductShape {
  readonly name: string;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** Random elements of the product as dot products in float64. */
function sampledElements(shape: ProductShape, a: Float32Array, b: Float32Array): ExpectedElement[] {
  const { m, k, n } = shape;
  const [aRow, aColumn] = shape.transposeA === true ? [1, m] : [k, 1];
  const [bRow, bColumn] = shape.transposeB === true ? [1, k] : [n, 1];
  const stream = randomStream(3);
  return Array.from({ length: Math.min(CHECKED_ELEMENTS, m * n) }, () => {
    const row = Math.floor(stream.next() * m);
    const column = Math.floor(stream.next() * n);
    let value = 0;
    for (let l = 0; l < k; l++) {
      value += (a[row * aRow + l * aColumn] ?? NaN) * (b[l * bRow + column * bColumn] ?? NaN);
    }
    return { output: "c", index: row * n + column, value };
  });
}

/** A single matrix product of random matrices. */
export function productCase(shape: ProductShape): BenchCase {
  const { name, m, k, n, transposeA = false, transposeB = false } = shape;
  return {
    name,
    m,
    k,
    n,
    flops: 2 * m * k * n,
    maxCalls: Infinity,
    stepwise: false,
    prepare: () => {
      const a = randomValues(1, m * k);
      const b = randomValues(2, k * n);
      return {
        inputs: [
          { name: "a", shape: transposeA ? [k, m] : [m, k], dtype: "float32", values: a },
          { name: "b", shape: transposeB ? [n, k] : [k, n], dtype: "float32", values: b },
        ],
        recipe: { kind: "product", transposeA, transposeB },
        verificationCalls: 1,
        record: (ops, input) => ({ c: matmul(ops, input("a"), input("b"), { transposeA, transposeB }) }),
        expected: () => sampledElements(shape, a, b),
      };
    },
  };
}

/** Row-major (M, K), (K, N) or (M, N) values. */
export type Matrix = Float32Array | Float64Array;

/** out (M, N) = a (M, K) @ b (K, N). */
export type Matmul = (a: Matrix, b: Matrix, out: Matrix, m: number, k: number, n: number) => void;

/** One way to multiply matrices. */
export interface Rung {
  readonly id: string;
  readonly name: string;
  /** What it adds to the rung before it. */
  readonly idea: string;
  readonly run: Matmul;
}

// Rung 3 adds: one row against all of B at once, (a[i, :, None] * b).sum(dim=0); only one loop is left outside.
import type { Matrix, Rung } from "./rung.ts";

// #region steps
/** row[:, None] * b: row l of b times row[l], as a new (K, N) matrix. */
function multiplyBroadcast(row: Matrix, b: Matrix, n: number): Matrix {
  const product = b.slice();
  for (let l = 0; l < row.length; l++) {
    for (let j = 0; j < n; j++) product[l * n + j] *= row[l];
  }
  return product;
}

/** Σ over the rows of x (K, N), into out (N,). */
function sumRows(x: Matrix, out: Matrix, n: number): void {
  out.fill(0);
  for (let at = 0; at < x.length; at += n) {
    for (let j = 0; j < n; j++) out[j] += x[at + j];
  }
}
// #endregion

export const broadcast: Rung = {
  id: "broadcast",
  name: "Broadcast",
  idea: "Multiplies one row of A against all of B by broadcasting, then sums over the rows. Only the loop over the rows of A is left outside.",
  run(a, b, out, m, k, n) {
    // #region loop
    for (let i = 0; i < m; i++) {
      const row = a.subarray(i * k, (i + 1) * k);
      sumRows(multiplyBroadcast(row, b, n), out.subarray(i * n, (i + 1) * n), n);
    }
    // #endregion
  },
};

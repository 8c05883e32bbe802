// Rung 2 adds: the innermost loop becomes two operations on whole vectors, (a[i, :] * b[:, j]).sum().
import type { Matrix, Rung } from "./rung.ts";

// #region steps
/** x * y, element by element, as a new vector. */
function multiply(x: Matrix, y: Matrix): Matrix {
  const product = x.slice();
  for (let l = 0; l < product.length; l++) product[l] *= y[l];
  return product;
}

function sum(x: Matrix): number {
  let total = 0;
  for (let l = 0; l < x.length; l++) total += x[l];
  return total;
}

/** b[:, j] as a new vector. */
function column(b: Matrix, j: number, k: number, n: number): Matrix {
  const values = b.slice(0, k);
  for (let l = 0; l < k; l++) values[l] = b[l * n + j];
  return values;
}
// #endregion

export const elementwise: Rung = {
  id: "elementwise",
  name: "Row · column",
  idea: "Multiplies a row of A and a column of B element by element, then sums. The innermost loop has become two operations on whole vectors.",
  run(a, b, out, m, k, n) {
    // #region loop
    for (let i = 0; i < m; i++) {
      const row = a.subarray(i * k, (i + 1) * k);
      for (let j = 0; j < n; j++) out[i * n + j] = sum(multiply(row, column(b, j, k, n)));
    }
    // #endregion
  },
};

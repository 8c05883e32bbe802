// The value that every other rung must equal: each sum in float64, rounded once when it is stored.
import type { Rung } from "./rung.ts";

export const reference: Rung = {
  id: "reference",
  name: "Reference",
  idea: "Sums each element in float64, as plainly as possible, and rounds it once. Every other rung must equal it before it is timed.",
  run(a, b, out, m, k, n) {
    // #region loop
    const sums = new Float64Array(n);
    for (let i = 0; i < m; i++) {
      sums.fill(0);
      for (let l = 0; l < k; l++) {
        for (let j = 0; j < n; j++) sums[j] += a[i * k + l] * b[l * n + j];
      }
      out.set(sums, i * n);
    }
    // #endregion
  },
};

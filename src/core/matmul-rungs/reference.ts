// The value that every other rung must equal: each sum in float64, rounded once when it is stored.
import type { Rung } from "./rung.ts";

export const reference: Rung = {
  id: "reference",
  name: "Reference",
  idea: "Sums each element in float64, as plainly as possible.",
  run(a, b, out, m, k, n) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
        out[i * n + j] = sum;
      }
    }
  },
};

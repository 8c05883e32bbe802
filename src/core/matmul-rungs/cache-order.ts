// Rung 5 adds: the loops in the order i, k, j on typed arrays, so that B and the output are read row by row as they
// lie in memory, and no temporary is made.
import type { Rung } from "./rung.ts";

export const cacheOrder: Rung = {
  id: "cache-order",
  name: "Cache order",
  idea: "Typed arrays, no temporaries, and the loops in the order i, k, j. Every access goes to the neighbour of the last one, so that each cache line is fetched once.",
  run(a, b, out, m, k, n) {
    // #region loop
    out.fill(0);
    for (let i = 0; i < m; i++) {
      const row = i * n;
      for (let l = 0; l < k; l++) {
        const factor = a[i * k + l];
        const from = l * n;
        for (let j = 0; j < n; j++) out[row + j] += factor * b[from + j];
      }
    }
    // #endregion
  },
};

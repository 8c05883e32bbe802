import { shardRange } from "../../../core/ops/shard-range.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { CompiledKernel, KernelContext } from "./kernel.ts";

/** Where the parts of column moments lie: Σ (x − centre) and Σ (x − centre)² in float64, the centres in float32. */
export const columnMomentPlaces = (
  at: number,
  columns: number,
): { readonly sums: number; readonly squares: number; readonly centres: number } => ({
  sums: at,
  squares: at + 8 * columns,
  centres: at + 16 * columns,
});

/** Where this worker sums columns up, and how that begins: no sums, and no centres yet. */
export function clearedColumnMoments(
  columns: number,
  context: KernelContext,
): { readonly at: number; readonly clear: () => void } {
  const at = context.partialOffset();
  const sums = context.viewAt("float64", at, 2 * columns);
  const centres = context.viewAt("float32", columnMomentPlaces(at, columns).centres, columns);
  return {
    at,
    clear: () => {
      sums.fill(0);
      centres.fill(NaN);
    },
  };
}

/**
 * The `reduce` phase: out (2, F) = mean and Σ (x − mean)² of all rows, from each worker's sums around its own centres,
 * in the order of the workers (Chan, Golub and LeVeque, 1979).
 */
export function mergeColumnMoments(out: Tensor, rows: number, context: KernelContext): CompiledKernel {
  const [, columns = 1] = out.shape;
  const target = context.view(out, "float64");
  const { partialThreads } = context.step;
  const shares = Array.from({ length: partialThreads }, (_, worker) => {
    const at = context.partialOffset(worker);
    const { begin, end } = shardRange(rows, worker, partialThreads);
    return {
      rows: end - begin,
      sums: context.viewAt("float64", at, 2 * columns),
      centres: context.viewAt("float32", columnMomentPlaces(at, columns).centres, columns),
    };
  });
  return {
    run: (begin, end) => {
      for (let i = begin; i < end; i++) {
        const column = i % columns;
        let [count, mean, squares] = [0, 0, 0];
        for (const share of shares) {
          const distance = share.sums[column]! / share.rows;
          const difference = share.centres[column]! + distance - mean;
          const before = count;
          count += share.rows;
          mean += (difference * share.rows) / count;
          squares += share.sums[columns + column]! - distance * distance * share.rows;
          squares += (difference * difference * before * share.rows) / count;
        }
        target[i] = i < columns ? mean : squares < 0 ? 0 : squares;
      }
    },
  };
}

import { addPartials } from "./add-partials.ts";
import { clearedPartials, floatsOf, inRowBlocks, rowLength } from "./blocks.ts";
import { clearedColumnMoments, columnMomentPlaces, mergeColumnMoments } from "./column-moments.ts";
import type { Kernel } from "./kernel.ts";

/** Rows that columns are summed down at a time: of 50 columns they fit into the first-level cache. */
const ROWS = 128;

/** out (F,) = Σ rows, each worker's share in float64. */
export const columnSum: Kernel<"columnSum"> = ({ x, out }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const features = rowLength(x.shape);
  const source = floatsOf(x, context);
  const { at: sums, prepare } = clearedPartials(context, features);
  const { run } = inRowBlocks(context, ROWS, (row, count) => {
    context.kernels.addColumns(count, features, source + 4 * features * row, 4 * features, sums);
  });
  return { prepare, run };
};

/** out (F,) = Σ over rows of a · b, each worker's share in float64. */
export const columnProducts: Kernel<"columnProducts"> = ({ a, b, out }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const features = rowLength(a.shape);
  const [left, right] = [floatsOf(a, context), floatsOf(b, context)];
  const { at: sums, prepare } = clearedPartials(context, features);
  const { run } = inRowBlocks(context, ROWS, (row, count) => {
    const at = 4 * features * row;
    context.kernels.addProducts(count, features, left + at, right + at, 4 * features, sums);
  });
  return { prepare, run };
};

/** out (2, F) = mean and Σ (x − mean)² of columns, each worker's share around a centre of its own. */
export const columnMoments: Kernel<"columnMoments"> = ({ x, out }, context) => {
  if (context.step.phase === "reduce") return mergeColumnMoments(out, x.shape[0] ?? 1, context);
  const features = rowLength(x.shape);
  const source = floatsOf(x, context);
  const { at: momentsAt, clear } = clearedColumnMoments(features, context);
  const { sums, squares, centres } = columnMomentPlaces(momentsAt, features);
  const { run } = inRowBlocks(context, ROWS, (row, count) => {
    const at = source + 4 * features * row;
    context.kernels.addMoments(count, features, at, 4 * features, sums, squares, centres);
  });
  return { prepare: clear, run };
};

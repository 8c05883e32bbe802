import { TALLY_LENGTH } from "../../../core/ops/op.ts";
import { addPartials } from "./add-partials.ts";
import { clearedPartials, floatsOf, inBlocks, inRowBlocks, rowLength } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** Rows that columns are counted down at a time: of 50 columns they fit into the first-level cache. */
const ROWS = 128;

/** Counts in equal bins over [lo, hi]; the last bin includes hi. */
export const histogram: Kernel<"histogram"> = ({ x, out, lo, hi }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const [bins = 1] = out.shape;
  const source = floatsOf(x, context);
  const scale = bins / (hi - lo);
  const { at: counts, prepare } = clearedPartials(context, bins);
  const { run } = inBlocks(context, rowLength(x.shape), (from, to) => {
    context.kernels.histogram(source + 4 * from, to - from, lo, hi, scale, bins, counts);
  });
  return { prepare, run };
};

/** Counts of what is not finite or out of [lo, hi], both as float32. */
export const tally: Kernel<"tally"> = ({ x, out, lo, hi }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const source = floatsOf(x, context);
  const { at: counts, prepare } = clearedPartials(context, TALLY_LENGTH);
  const { run } = inBlocks(context, rowLength(x.shape), (from, to) => {
    context.kernels.tally(source + 4 * from, to - from, lo, hi, counts);
  });
  return { prepare, run };
};

/** In how many rows each column is above 0. */
export const activeRows: Kernel<"activeRows"> = ({ x, out }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const features = rowLength(x.shape);
  const source = floatsOf(x, context);
  const { at: counts, prepare } = clearedPartials(context, features);
  const { run } = inRowBlocks(context, ROWS, (row, count) => {
    context.kernels.activeRows(count, features, source + 4 * features * row, 4 * features, counts);
  });
  return { prepare, run };
};

/** Over units of a layer, not rows: one worker takes it. */
export const zeroShare: Kernel<"zeroShare"> = ({ x, out }, context) => {
  const values = context.view(x, "float64");
  const target = context.view(out, "float32");
  return {
    run: () => {
      let zeros = 0;
      for (const value of values) if (value === 0) zeros++;
      target[0] = zeros / values.length;
    },
  };
};

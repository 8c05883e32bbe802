import type { Op, OpName } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { accuracy } from "./accuracy.ts";
import { columnMoments, columnProducts, columnSum } from "./column-sums.ts";
import { oneHot } from "./conversions.ts";
import { advance, lookUp } from "./counter.ts";
import { activeRows, histogram, tally, zeroShare } from "./counts.ts";
import { crossEntropy, crossEntropyBackward } from "./cross-entropy.ts";
import { draw } from "./draw.ts";
import { dropout } from "./dropout.ts";
import { activate, activateBackward, add, addBias, relu, reluBackward, scale } from "./elementwise.ts";
import type { CompiledKernel, Kernel, KernelContext } from "./kernel.ts";
import { elementLoss } from "./losses.ts";
import { copy, map } from "./map.ts";
import { linear, matmul } from "./matmul.ts";
import { mse, mseBackward } from "./mse.ts";
import {
  meanVariance,
  normalizeColumns,
  normalizeColumnsBackward,
  normalizeRows,
  normalizeRowsBackward,
  scaleColumns,
  track,
} from "./normalisation.ts";
import { OPTIMISER_KERNELS } from "./optimisers.ts";
import { outerProductSum } from "./outer-product-sum.ts";
import { reduce } from "./reduce.ts";
import { mark, record } from "./reports.ts";
import { gatherBytes, gatherRows, shiftImages } from "./rows.ts";
import { clip, rootRatio, squaredDistance, squaredNorm } from "./squared-norms.ts";
import { statistics } from "./statistics.ts";
import { scatterAdd, take } from "./take.ts";

/** One kernel an op. A missing entry does not compile. */
const KERNELS: { readonly [K in OpName]: Kernel<K> } = {
  matmul,
  linear,
  addBias,
  relu,
  reluBackward,
  activate,
  activateBackward,
  scale,
  add,
  dropout,
  scaleColumns,
  columnProducts,
  meanVariance,
  track,
  normalizeColumns,
  normalizeColumnsBackward,
  normalizeRows,
  normalizeRowsBackward,
  shiftImages,
  columnSum,
  columnMoments,
  outerProductSum,
  oneHot,
  mse,
  mseBackward,
  crossEntropy,
  crossEntropyBackward,
  l1: elementLoss,
  l1Backward: elementLoss,
  huber: elementLoss,
  huberBackward: elementLoss,
  binaryCrossEntropy: elementLoss,
  binaryCrossEntropyBackward: elementLoss,
  weightedCrossEntropyBackward: elementLoss,
  statistics,
  histogram,
  tally,
  activeRows,
  gatherRows,
  gatherBytes,
  ...OPTIMISER_KERNELS,
  lookUp,
  advance,
  squaredNorm,
  squaredDistance,
  rootRatio,
  zeroShare,
  clip,
  accuracy,
  record,
  mark,
  map,
  reduce,
  copy,
  take,
  scatterAdd,
  draw,
};

/** One planned step, ready to run on one worker. */
export function compileKernel(op: Op<Tensor>, context: KernelContext): CompiledKernel {
  // The kernel's parameter is the very op it is looked up by; TypeScript cannot follow that correlation.
  const kernel = KERNELS[op.op] as (op: Op<Tensor>, context: KernelContext) => CompiledKernel;
  return kernel(op, context);
}

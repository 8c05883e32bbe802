import type { Op, OpName } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { crossEntropy, crossEntropyBackward } from "./cross-entropy.ts";
import {
  activate,
  activateBackward,
  add,
  addBias,
  gatherRows,
  mseBackward,
  normalize,
  oneHot,
  relu,
  reluBackward,
  scale,
  scaleBytes,
  sgd,
} from "./elementwise.ts";
import type { CompiledKernel, Kernel, KernelContext } from "./kernel.ts";
import {
  columnProducts,
  dropout,
  meanVariance,
  normalizeColumns,
  normalizeColumnsBackward,
  normalizeRows,
  normalizeRowsBackward,
  scaleColumns,
  shiftImages,
  track,
} from "./normalisation.ts";
import { draw } from "./draw.ts";
import { copy, map } from "./map.ts";
import { linear, matmul } from "./matmul.ts";
import {
  accuracy,
  adam,
  advance,
  clip,
  lookUp,
  momentum,
  rmsProp,
  rootRatio,
  squaredDistance,
  squaredNorm,
  zeroShare,
} from "./optimisers.ts";
import { outerProductSum } from "./outer-product-sum.ts";
import { activeRows, columnMoments, columnSum, histogram, mse, statistics, tally } from "./reductions.ts";
import { reduce } from "./reduce.ts";
import { mark, record } from "./reports.ts";
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
  scaleBytes,
  statistics,
  normalize,
  histogram,
  tally,
  activeRows,
  gatherRows,
  sgd,
  momentum,
  adam,
  rmsProp,
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

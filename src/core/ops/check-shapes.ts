import { Checks, sameShape } from "./checks.ts";
import {
  BYTE_VALUES,
  STATISTICS_LENGTH,
  TALLY_LENGTH,
  type Op,
  type OpName,
  type OpParams,
  type TensorLike,
} from "./op.ts";
import { GENERIC_CHECKS } from "./generic-checks.ts";
import { isGeneric, viewsOf } from "./generic-op.ts";
import { checkTarget, LOSS_CHECKS } from "./loss-ops.ts";
import { OPTIMISER_CHECKS } from "./optimiser-ops.ts";

function checkEps(check: Checks, eps: number): void {
  check.range("eps", eps > 0, "to be above 0", eps);
}

function checkSmoothing(check: Checks, smoothing: number): void {
  check.range("label smoothing", smoothing >= 0 && smoothing < 1, "to be at least 0 and below 1", smoothing);
}

const checkSlope = (check: Checks, slope: number): void => {
  check.range("slope", Number.isFinite(slope), "to be finite", slope);
};

const RULES = {
  matmul: ({ a, b, out, transposeA, transposeB }, check) => {
    const [aRows, aColumns] = check.sizes("a", a, transposeA ? ["K", "M"] : ["M", "K"]);
    const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
    const [bRows, bColumns] = check.sizes("b", b, transposeB ? ["N", "K"] : ["K", "N"]);
    const n = transposeB ? bRows : bColumns;
    check.shape("b", b, transposeB ? [n, k] : [k, n]);
    check.shape("out", out, [m, n]);
    check.distinct("out", out, "a", a);
    check.distinct("out", out, "b", b);
  },
  linear: ({ x, w, bias, out, transposeW, relu, moments }, check) => {
    const [m, k] = check.sizes("x", x, ["M", "K"]);
    const [wRows, wColumns] = check.sizes("w", w, transposeW ? ["N", "K"] : ["K", "N"]);
    const n = transposeW ? wRows : wColumns;
    check.shape("w", w, transposeW ? [n, k] : [k, n]);
    check.shape("bias", bias, [n]);
    check.shape("out", out, [m, n]);
    check.distinct("out", out, "x", x);
    check.distinct("out", out, "w", w);
    if (moments !== null) check.shape("moments", moments, [2, n]);
    if (relu === null) return;
    check.shape("relu.out", relu.out, [m, n]);
    check.distinct("relu.out", relu.out, "x", x);
    check.distinct("relu.out", relu.out, "w", w);
    check.distinct("relu.out", relu.out, "out", out);
  },
  addBias: ({ x, bias, out }, check) => {
    const [, features] = check.sizes("x", x, ["N", "F"]);
    check.shape("bias", bias, [features]);
    check.shape("out", out, x.shape);
  },
  relu: ({ x, out }, check) => {
    sameShape(check, { out }, x);
  },
  reluBackward: ({ x, dy, dx }, check) => {
    sameShape(check, { dy, dx }, x);
  },
  activate: ({ x, out, activation }, check) => {
    sameShape(check, { out }, x);
    if (activation.kind === "leakyRelu") checkSlope(check, activation.slope);
  },
  activateBackward: ({ x, dy, dx, activation }, check) => {
    sameShape(check, { dy, dx }, x);
    if (activation.kind === "leakyRelu") checkSlope(check, activation.slope);
  },
  scale: ({ x, out, factor }, check) => {
    sameShape(check, { out }, x);
    check.range("factor", Number.isFinite(factor), "to be finite", factor);
  },
  add: ({ a, b, out }, check) => {
    sameShape(check, { b, out }, a);
  },
  dropout: ({ x, out, rate, counter }, check) => {
    sameShape(check, { out }, x);
    check.shape("counter", counter, [1]);
    check.range("rate", rate >= 0 && rate < 1, "to be at least 0 and below 1", rate);
  },
  scaleColumns: ({ x, gain, out }, check) => {
    const [, features] = check.sizes("x", x, ["N", "F"]);
    check.shape("gain", gain, [features]);
    sameShape(check, { out }, x);
  },
  columnProducts: ({ a, b, out }, check) => {
    const [, features] = check.sizes("a", a, ["N", "F"]);
    sameShape(check, { b }, a);
    check.shape("out", out, [features]);
  },
  meanVariance: ({ moments, out, rows }, check) => {
    const [, features = 0] = check.sizes("moments", moments, ["2", "F"]);
    check.shape("moments", moments, [2, features]);
    sameShape(check, { out }, moments);
    check.range("rows", rows >= 1, "to be at least 1", rows);
  },
  track: ({ running, batch, momentum, rows }, check) => {
    const [, features = 0] = check.sizes("batch", batch, ["2", "F"]);
    check.shape("batch", batch, [2, features]);
    sameShape(check, { running }, batch);
    check.range("momentum", momentum > 0 && momentum <= 1, "to be above 0 and at most 1", momentum);
    check.range("rows", rows >= 1, "to be at least 1", rows);
  },
  normalizeColumns: ({ x, meanVariance, out, eps }, check) => {
    const [, features] = check.sizes("x", x, ["N", "F"]);
    check.shape("meanVariance", meanVariance, [2, features]);
    sameShape(check, { out }, x);
    checkEps(check, eps);
  },
  normalizeColumnsBackward: ({ normalized, dy, gain, dgain, dshift, meanVariance, dx, eps }, check) => {
    const [, features] = check.sizes("dy", dy, ["N", "F"]);
    sameShape(check, { normalized, dx }, dy);
    for (const [role, vector] of Object.entries({ gain, dgain, dshift })) {
      check.shape(role, vector, [features]);
    }
    check.shape("meanVariance", meanVariance, [2, features]);
    checkEps(check, eps);
  },
  normalizeRows: ({ x, out, eps }, check) => {
    check.sizes("x", x, ["N", "F"]);
    sameShape(check, { out }, x);
    checkEps(check, eps);
  },
  normalizeRowsBackward: ({ x, dy, dx, eps }, check) => {
    check.sizes("x", x, ["N", "F"]);
    sameShape(check, { dy, dx }, x);
    checkEps(check, eps);
  },
  shiftImages: ({ x, out, width, most, fill, counter }, check) => {
    const [, pixels] = check.sizes("x", x, ["N", "H · W"]);
    sameShape(check, { out }, x);
    check.distinct("out", out, "x", x);
    check.shape("counter", counter, [1]);
    check.range("width", pixels % width === 0, `to divide ${pixels} pixels`, width);
    const fits = Number.isInteger(most) && most >= 0 && most < Math.min(width, pixels / width);
    check.range("shift", fits, "to be a whole number of pixels within the image", most);
    check.range("fill", Number.isFinite(fill), "to be finite", fill);
  },
  columnSum: ({ x, out }, check) => {
    const [, features] = check.sizes("x", x, ["N", "F"]);
    check.shape("out", out, [features]);
    check.distinct("out", out, "x", x);
  },
  columnMoments: ({ x, out }, check) => {
    const [, features] = check.sizes("x", x, ["N", "F"]);
    check.shape("out", out, [2, features]);
    check.distinct("out", out, "x", x);
  },
  outerProductSum: ({ x, dy, out, chunkRows }, check) => {
    const [rows, inFeatures] = check.sizes("x", x, ["N", "I"]);
    const [, outFeatures] = check.sizes("dy", dy, ["N", "O"]);
    check.shape("dy", dy, [rows, outFeatures]);
    check.shape("out", out, [inFeatures, outFeatures]);
    check.distinct("out", out, "x", x);
    check.distinct("out", out, "dy", dy);
    check.range(
      "chunkRows",
      Number.isInteger(chunkRows) && chunkRows >= 1,
      "to be a whole number of at least 1",
      chunkRows,
    );
  },
  oneHot: ({ target, out }, check) => {
    const [rows] = check.sizes("out", out, ["N", "C"]);
    check.shape("target", target, [rows]);
  },
  mse: ({ pred, target, loss }, check) => {
    checkTarget(check, pred, target);
    check.shape("loss", loss, [1]);
  },
  mseBackward: ({ pred, target, dpred }, check) => {
    checkTarget(check, pred, target);
    check.shape("dpred", dpred, pred.shape);
  },
  crossEntropy: ({ logits, target, loss, smoothing }, check) => {
    checkSmoothing(check, smoothing);
    const [rows] = check.sizes("logits", logits, ["N", "C"]);
    check.shape("target", target, [rows]);
    check.shape("loss", loss, [1]);
  },
  crossEntropyBackward: ({ logits, target, dlogits, smoothing }, check) => {
    checkSmoothing(check, smoothing);
    const [rows] = check.sizes("logits", logits, ["N", "C"]);
    check.shape("target", target, [rows]);
    sameShape(check, { dlogits }, logits);
  },
  statistics: ({ out }, check) => {
    check.shape("out", out, [STATISTICS_LENGTH]);
  },
  histogram: ({ out, lo, hi }, check) => {
    check.sizes("out", out, ["bins"]);
    check.range(
      "lo and hi",
      lo < hi && Number.isFinite(hi - lo),
      "to be finite, lo below hi",
      `${lo}, ${hi}`,
    );
  },
  tally: ({ out, lo, hi }, check) => {
    check.shape("out", out, [TALLY_LENGTH]);
    check.range("lo and hi", lo <= hi, "to be in order", `${lo}, ${hi}`);
  },
  activeRows: ({ x, out }, check) => {
    const [, features] = check.sizes("x", x, ["N", "F"]);
    check.shape("out", out, [features]);
    check.distinct("out", out, "x", x);
  },
  gatherRows: ({ x, indices, out }, check) => {
    const [available] = check.sizes("indices", indices, ["n"]);
    const [batchSize = 0] = out.shape;
    check.shape("out", out, [batchSize, ...x.shape.slice(1)]);
    check.range("at least one row of indices a batch:", available >= batchSize, `≥ ${batchSize}`, available);
    check.distinct("out", out, "x", x);
  },
  gatherBytes: ({ bytes, values, indices, out }, check) => {
    const source = indices ?? bytes;
    const [batchSize = 0] = out.shape;
    const [available = 0] = source.shape;
    if (indices !== null) check.sizes("indices", indices, ["n"]);
    check.shape("values", values, [BYTE_VALUES]);
    check.shape("out", out, [batchSize, ...bytes.shape.slice(1)]);
    check.range(
      `at least one row of "${source.name}" a batch:`,
      available >= batchSize,
      `≥ ${batchSize}`,
      available,
    );
    check.distinct("out", out, "bytes", bytes);
    check.distinct("out", out, "values", values);
  },
  ...OPTIMISER_CHECKS,
  lookUp: ({ values, counter, out }, check) => {
    check.sizes("values", values, ["S"]);
    check.shape("counter", counter, [1]);
    check.shape("out", out, [1]);
  },
  advance: ({ counter }, check) => {
    check.shape("counter", counter, [1]);
  },
  squaredNorm: ({ out }, check) => {
    check.shape("out", out, [1]);
  },
  squaredDistance: ({ a, b, out }, check) => {
    sameShape(check, { b }, a);
    check.shape("out", out, [1]);
  },
  rootRatio: ({ numerator, denominator, out }, check) => {
    check.shape("numerator", numerator, [1]);
    if (denominator !== null) check.shape("denominator", denominator, [1]);
    check.shape("out", out, [1]);
  },
  zeroShare: ({ out }, check) => {
    check.shape("out", out, [1]);
  },
  clip: ({ squaredNorm, maxNorm }, check) => {
    check.shape("squaredNorm", squaredNorm, [1]);
    check.range("maxNorm", maxNorm > 0, "to be above 0", maxNorm);
  },
  accuracy: ({ logits, target, out }, check) => {
    const [rows] = check.sizes("logits", logits, ["N", "C"]);
    check.shape("target", target, [rows]);
    check.shape("out", out, [1]);
  },
  record: ({ source, index = 0 }, check) => {
    const size = source.shape.reduce((product, length) => product * length, 1);
    check.range("index", Number.isInteger(index) && index >= 0 && index < size, `below ${size}`, index);
  },
  mark: () => undefined,
  ...LOSS_CHECKS,
  ...GENERIC_CHECKS,
} satisfies { [K in OpName]: (params: OpParams<TensorLike>[K], check: Checks) => void };

/** The tensors of an op by their roles. */
function tensorsOf(op: Op<TensorLike>): (readonly [string, TensorLike])[] {
  const named = Object.entries(op).filter((entry): entry is [string, TensorLike] => {
    const [, value] = entry as [string, unknown];
    return typeof value === "object" && value !== null && "shape" in value;
  });
  if (op.op === "linear" && op.relu !== null) return [...named, ["relu.out", op.relu.out]];
  const views = isGeneric(op) ? viewsOf(op) : [];
  return [...named, ...views.map(([role, { tensor }]) => [role, tensor] as const)];
}

/**
 * Checks the shapes of one op, before it is computed or recorded; total over the op table.
 *
 * @throws {ShapeError} If a shape does not fit or a tensor is empty; names the op, the tensor, what was expected and
 * what came.
 * @throws {ContractError} If an output is one of the inputs where that is not allowed.
 * @throws {RangeError} If a size parameter is out of range.
 */
export function checkShapes<T extends TensorLike>(op: Op<T>): void {
  // The rule's parameter is the very op it is looked up by; TypeScript cannot follow that correlation.
  const rule = RULES[op.op] as (op: Op<TensorLike>, check: Checks) => void;
  const check = new Checks(op.op);
  for (const [role, tensor] of tensorsOf(op)) check.notEmpty(role, tensor);
  rule(op, check);
}

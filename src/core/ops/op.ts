import type { BuiltInActivation } from "./activation.ts";
import type { GenericOpParams } from "./generic-op.ts";
import type { LossParams } from "./loss-ops.ts";
import type { OptimiserParams } from "./optimiser-ops.ts";
import type { TensorLike, DType } from "./tensor-like.ts";

export type { DType, TensorLike };

/**
 * The tensor operations that experiments are made of. An op is one name and one parameter entry here, one float64
 * rule in reference-ops.ts, one sharding rule in sharding.ts and one kernel in workers/kernels: each of those
 * tables is total over `OpName`, so a forgotten entry does not compile. Those of the optimisers stand together in
 * optimiser-ops.ts, those of losses element by element in loss-ops.ts, those of the tensor language in generic-op.ts.
 *
 * `T` is whatever names a tensor: a float64 array in the reference, a number in a recorded program.
 */
export interface OpParams<T> extends OptimiserParams<T>, LossParams<T>, GenericOpParams<T> {
  /**
   * out (M, N) = A @ B, or out += A @ B with `accumulate`; A is (M, K), or `a` (K, M) read transposed with
   * `transposeA`; likewise B (K, N) from `b` (N, K) with `transposeB`.
   */
  matmul: { a: T; b: T; out: T; transposeA: boolean; transposeB: boolean; accumulate: boolean };
  /**
   * out (M, N) = x (M, K) @ w (K, N) + bias (N,), w read transposed from (N, K) with `transposeW`; with `relu` also
   * relu.out (M, N) = max(out, 0) − relu.shift; with `moments` the column moments of relu.out, or else of out. What
   * matmul, addBias, relu and columnMoments do one after another, in one pass. With `byInputs` each worker multiplies its
   * own columns of x by its own rows of w, before these sums are added.
   */
  linear: {
    x: T;
    w: T;
    bias: T;
    out: T;
    transposeW: boolean;
    relu: { readonly out: T; readonly shift: number } | null;
    moments: T | null;
    byInputs?: boolean;
  };
  /** out (N, F) = x (N, F) + bias (F,); `out` may be `x`. */
  addBias: { x: T; bias: T; out: T };
  /** out = max(x, 0) − shift, element by element; the notebook's second relu has shift 0.5. */
  relu: { x: T; out: T; shift: number };
  /** dx = (x > 0) · dy. The shift does not enter: it is a constant. */
  reluBackward: { x: T; dy: T; dx: T };
  /** out = f(x), element by element. */
  activate: { x: T; out: T; activation: BuiltInActivation };
  /** dx = f′(x) · dy; f′ is computed from x again. */
  activateBackward: { x: T; dy: T; dx: T; activation: BuiltInActivation };
  /** out = factor · x; `out` may be `x`. */
  scale: { x: T; out: T; factor: number };
  /** out = a + b, both of one shape; `out` may be either. */
  add: { a: T; b: T; out: T };
  /**
   * out = x / (1 − rate) where hash(seed, counter[0], index) keeps the element, else 0; the same for the same step, so
   * that the backward pass takes the same mask. @see Srivastava et al. (2014); core/random/hash.ts
   */
  dropout: { x: T; out: T; rate: number; seed: number; counter: T };
  /** out (N, F) = x (N, F) · gain (F,), column by column; `out` may be `x`. */
  scaleColumns: { x: T; gain: T; out: T };
  /** out (F,) = Σ over rows of a · b, both (N, F). */
  columnProducts: { a: T; b: T; out: T };
  /** out (2, F) = mean and variance (divided by `rows`) of columns, from their moments (2, F), see `columnMoments`. */
  meanVariance: { moments: T; out: T; rows: number };
  /** running (2, F) ← (1 − momentum) running + momentum · batch, the batch's variance with n − 1. @see BatchNorm1d */
  track: { running: T; batch: T; momentum: number; rows: number };
  /** out (N, F) = (x − mean) / √(variance + eps), column by column; meanVariance (2, F). */
  normalizeColumns: { x: T; meanVariance: T; out: T; eps: number };
  /**
   * Back through a batch norm, whose mean and variance depend on x: dx = gain / √(variance + eps) · (dy − dshift / N −
   * normalized · dgain / N), with dshift = Σ dy and dgain = Σ dy · normalized over the rows. @see Ioffe, Szegedy (2015)
   */
  normalizeColumnsBackward: {
    normalized: T;
    dy: T;
    gain: T;
    dgain: T;
    dshift: T;
    meanVariance: T;
    dx: T;
    eps: number;
  };
  /** out (N, F) = (x − mean) / √(variance + eps) of each row. @see Ba, Kiros and Hinton (2016) */
  normalizeRows: { x: T; out: T; eps: number };
  /** dx = (dy − mean dy − x̂ · mean(dy · x̂)) / √(variance + eps), row by row, with x̂ = normalizeRows(x). */
  normalizeRowsBackward: { x: T; dy: T; dx: T; eps: number };
  /**
   * out (N, H · W) = each row of x as an image of `width` columns, moved by up to `most` pixels each way, as
   * hash(seed, counter[0], row) says; what comes in from outside is `fill`.
   */
  shiftImages: { x: T; out: T; width: number; most: number; fill: number; seed: number; counter: T };
  /** out (F,) = Σ over rows of x (N, F). */
  columnSum: { x: T; out: T };
  /**
   * out (2, F) float64: the mean over the rows of x (N, F), and Σ over rows of (x − mean)², which keeps what differences
   * of E[x²] and E[x]² cancel where the mean is far from 0.
   */
  columnMoments: { x: T; out: T };
  /**
   * out (I, O) = Σ over rows n of the outer product x[n] ⊗ dy[n], formed explicitly for `chunkRows` rows at a time
   * and then summed, as the notebook's `(inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(dim=0)` does for all rows at
   * once. Same value as xᵀ dy, at the price of memory traffic: that is its lesson.
   */
  outerProductSum: { x: T; dy: T; out: T; chunkRows: number };
  /** out (N, C) = 1 at class target[n], else 0; target (N,) holds class numbers as floating point. */
  oneHot: { target: T; out: T };
  /**
   * loss (1,) = mean of (pred − target)² over all elements; pred (N, 1) with target (N,), or both (N, C) with C > 1.
   * @see torch.nn.MSELoss
   */
  mse: { pred: T; target: T; loss: T };
  /** dpred = 2 (pred − target) / number of elements. */
  mseBackward: { pred: T; target: T; dpred: T };
  /**
   * loss (1,) = mean over n of −log softmax(logits[n])[target[n]], with log softmax(x)[c] = x[c] − max x −
   * log Σ exp(x − max x); logits (N, C), target (N,) holds class numbers 0 … C − 1 as floating point. With label
   * smoothing ε the wanted distribution is (1 − ε) onehot + ε / C. @see torch.nn.CrossEntropyLoss
   */
  crossEntropy: { logits: T; target: T; loss: T; smoothing: number };
  /** dlogits (N, C) = (softmax(logits[n]) − (1 − ε) onehot(target[n]) − ε / C) / N. */
  crossEntropyBackward: { logits: T; target: T; dlogits: T; smoothing: number };
  /** out (7,) float64 of x: see STATISTICS. */
  statistics: { x: T; out: T };
  /** out (bins,) = counts of x in equal bins over [lo, hi]; values outside, and NaN, are not counted. */
  histogram: { x: T; out: T; lo: number; hi: number };
  /** out (4,) float64: how many elements of x are NaN, infinite, below lo, above hi (both as float32); see TALLY. */
  tally: { x: T; out: T; lo: number; hi: number };
  /** out (F,) float64: in how many rows x (N, F) is above 0, column by column. */
  activeRows: { x: T; out: T };
  /**
   * out (B, F) = rows of x at indices[step · B … step · B + B − 1]; step is the program's repeat counter. With `byInputs`
   * each worker takes its own columns of all rows.
   */
  gatherRows: { x: T; indices: T; out: T; byInputs?: boolean };
  /**
   * out (B, F) = values[b] of each byte b of rows of bytes (N, F), uint8: those that `gatherRows` would take, or without
   * indices the first B. values (256,) says what a byte stands for, so that rows are stored in a quarter of the memory.
   * `affine` may say how the same values, to the last bit, are computed: faster than looking them up.
   */
  gatherBytes: {
    bytes: T;
    values: T;
    indices: T | null;
    out: T;
    affine: ByteAffine | null;
    byInputs?: boolean;
  };
  /** out (1,) = values[counter[0] mod S] of values (S,): a schedule's learning rate, from a ring of the next ones. */
  lookUp: { values: T; counter: T; out: T };
  /** counter (1,) float64 += 1. */
  advance: { counter: T };
  /** out (1,) float64 = Σ x², or out += with `accumulate`. */
  squaredNorm: { x: T; out: T; accumulate: boolean };
  /** out (1,) float64 = Σ (a − b)². */
  squaredDistance: { a: T; b: T; out: T };
  /** out (1,) = √(numerator[0] / denominator[0]), both float64; without a denominator √numerator[0]. */
  rootRatio: { numerator: T; denominator: T | null; out: T };
  /** out (1,) = share of the elements of x, float64, that are 0. */
  zeroShare: { x: T; out: T };
  /** x *= min(1, maxNorm / (√squaredNorm + 1e-6)). @see torch.nn.utils.clip_grad_norm_ */
  clip: { x: T; squaredNorm: T; maxNorm: number };
  /** out (1,) = share of rows of logits (N, C) whose largest entry is the target's; the first of equal ones counts. */
  accuracy: { logits: T; target: T; out: T };
  /** Puts (name, step, source[index]) into the stream of metrics. */
  record: { source: T; name: string; index?: number };
  /** Puts the clock's reading, once every worker has arrived, into the stream of metrics. */
  mark: { name: string };
}

export type OpName = keyof OpParams<unknown>;

/** One op with its parameters. */
export type Op<T> = { [K in OpName]: { readonly op: K } & Readonly<OpParams<T>[K]> }[OpName];

/**
 * What experiments are written against. ReferenceOps computes at once in float64; RecordingOps appends to a program
 * that workers run later.
 */
export interface Ops<T extends TensorLike> {
  /**
   * A new tensor whose contents are undefined until an op writes them (the reference fills floats with NaN, so that
   * a forgotten write shows). Integer and float64 tensors keep their type in every implementation.
   */
  tensor(name: string, shape: readonly number[], dtype?: DType): T;
  /** Computes or records one op. @throws {ShapeError} If the shapes do not fit. */
  run(op: Op<T>): void;
}

/** Layout of a statistics tensor. std is the sample standard deviation (n − 1), as torch's `std()`. */
export const STATISTICS = { count: 0, mean: 1, std: 2, min: 3, max: 4, zeros: 5, sumSquares: 6 } as const;
export const STATISTICS_LENGTH = 7;

/** Layout of a tally tensor; NaN is neither below nor above, infinities are. */
export const TALLY = { nan: 0, infinite: 1, below: 2, above: 3 } as const;
export const TALLY_LENGTH = 4;

/** Length of the values that `gatherBytes` looks up: one a byte. */
export const BYTE_VALUES = 256;

/** A byte's value as (b · scale + offset) + (b · scaleRest + offsetRest), each operation rounded to float32. */
export interface ByteAffine {
  readonly scale: number;
  readonly offset: number;
  readonly scaleRest: number;
  readonly offsetRest: number;
}

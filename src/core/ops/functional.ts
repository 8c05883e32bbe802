import { ownFunctions } from "../expression/own-activation.ts";
import { recordExpression } from "../expression/record-expression.ts";
import { ShapeError } from "../errors.ts";
import { denseStrides } from "./strides.ts";
import { activationName, type Activation } from "./activation.ts";
import type { Ops, TensorLike } from "./op.ts";

/** Rows of a tensor; 1 for a scalar. */
const rowsOf = (tensor: TensorLike): number => tensor.shape[0] ?? 1;
const columnsOf = (tensor: TensorLike): number => tensor.shape[1] ?? 1;

/** The product A @ B (M, N) of a (M, K) and b (K, N), each optionally stored transposed. @throws {ShapeError} */
export function matmul<T extends TensorLike>(
  ops: Ops<T>,
  a: T,
  b: T,
  { transposeA = false, transposeB = false, name = `${a.name} @ ${b.name}` } = {},
): T {
  const m = transposeA ? columnsOf(a) : rowsOf(a);
  const n = transposeB ? rowsOf(b) : columnsOf(b);
  const out = ops.tensor(name, [m, n]);
  ops.run({ op: "matmul", a, b, out, transposeA, transposeB, accumulate: false });
  return out;
}

/** x (N, F) + bias (F,), written over x, which nobody needs afterwards: returns x. @throws {ShapeError} */
export function addBiasInPlace<T extends TensorLike>(ops: Ops<T>, x: T, bias: T): T {
  ops.run({ op: "addBias", x, bias, out: x });
  return x;
}

/** max(x, 0) − shift, element by element. */
export function relu<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  { shift, name = `relu(${x.name})` }: { readonly shift: number; readonly name?: string },
): T {
  const out = ops.tensor(name, x.shape);
  ops.run({ op: "relu", x, out, shift });
  return out;
}

/** dx = (x > 0) · dy. @throws {ShapeError} If x and dy differ in shape. */
export function reluBackward<T extends TensorLike>(ops: Ops<T>, x: T, dy: T, name = `${x.name}.g`): T {
  const dx = ops.tensor(name, x.shape);
  ops.run({ op: "reluBackward", x, dy, dx });
  return dx;
}

/** f(x), element by element. */
export function activate<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  activation: Activation,
  name = `${activationName(activation)}(${x.name})`,
): T {
  if (activation.kind === "own") {
    return recordExpression(ops, ownFunctions(activation).forward, { z: x }, name);
  }
  const out = ops.tensor(name, x.shape);
  ops.run({ op: "activate", x, out, activation });
  return out;
}

/** dx = f′(x) · dy. @throws {ShapeError} If x and dy differ in shape. */
export function activateBackward<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  dy: T,
  activation: Activation,
  name = `${x.name}.g`,
): T {
  if (activation.kind === "own") {
    return recordExpression(ops, ownFunctions(activation).backward, { z: x, dy }, name);
  }
  const dx = ops.tensor(name, x.shape);
  ops.run({ op: "activateBackward", x, dy, dx, activation });
  return dx;
}

/** a + b. @throws {ShapeError} If they differ in shape. */
export function add<T extends TensorLike>(ops: Ops<T>, a: T, b: T, name = `${a.name} + ${b.name}`): T {
  const out = ops.tensor(name, a.shape);
  ops.run({ op: "add", a, b, out });
  return out;
}

/** a ⊙ b, element by element. @throws {ShapeError} If they differ in shape. */
export function multiply<T extends TensorLike>(ops: Ops<T>, a: T, b: T, name = `${a.name} ⊙ ${b.name}`): T {
  const { shape } = a;
  if (shape.join() !== b.shape.join()) throw new ShapeError(name, `(${shape.join(", ")})`, b.shape);
  const out = ops.tensor(name, shape);
  const inputs = [a, b].map((tensor) => ({ tensor, offset: 0, strides: denseStrides(shape) }));
  ops.run({ op: "map", shape, inputs, steps: [{ input: 0 }, { input: 1 }, { fn: "mul" }], out });
  return out;
}

/** x · mask / (1 − rate); the mask is a matter of seed, step and place. @throws {ShapeError} */
export function dropout<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  mask: { readonly rate: number; readonly seed: number; readonly counter: T },
  name: string,
): T {
  const out = ops.tensor(name, x.shape);
  ops.run({ op: "dropout", x, out, ...mask });
  return out;
}

/** x (N, F) · gain (F,), column by column. @throws {ShapeError} */
export function scaleColumns<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  gain: T,
  name = `${x.name} · ${gain.name}`,
): T {
  const out = ops.tensor(name, x.shape);
  ops.run({ op: "scaleColumns", x, gain, out });
  return out;
}

/** Σ over the rows of a · b → (F,). @throws {ShapeError} */
export function columnProducts<T extends TensorLike>(ops: Ops<T>, a: T, b: T, name: string): T {
  const out = ops.tensor(name, [columnsOf(a)]);
  ops.run({ op: "columnProducts", a, b, out });
  return out;
}

/** (x − mean) / √(variance + eps), column by column. @throws {ShapeError} */
export function normalizeColumns<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  meanVariance: T,
  { eps, name }: { readonly eps: number; readonly name: string },
): T {
  const out = ops.tensor(name, x.shape);
  ops.run({ op: "normalizeColumns", x, meanVariance, out, eps });
  return out;
}

/** Back through a batch norm, its mean and variance too. @throws {ShapeError} */
export function normalizeColumnsBackward<T extends TensorLike>(
  ops: Ops<T>,
  given: {
    readonly normalized: T;
    readonly dy: T;
    readonly gain: T;
    readonly dgain: T;
    readonly dshift: T;
    readonly meanVariance: T;
  },
  { eps, name }: { readonly eps: number; readonly name: string },
): T {
  const dx = ops.tensor(name, given.dy.shape);
  ops.run({ op: "normalizeColumnsBackward", ...given, dx, eps });
  return dx;
}

/** (x − mean) / √(variance + eps), row by row. @throws {ShapeError} */
export function normalizeRows<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  { eps, name }: { readonly eps: number; readonly name: string },
): T {
  const out = ops.tensor(name, x.shape);
  ops.run({ op: "normalizeRows", x, out, eps });
  return out;
}

/** Back through normalizeRows. @throws {ShapeError} */
export function normalizeRowsBackward<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  dy: T,
  { eps, name }: { readonly eps: number; readonly name: string },
): T {
  const dx = ops.tensor(name, x.shape);
  ops.run({ op: "normalizeRowsBackward", x, dy, dx, eps });
  return dx;
}

/** Σ over the rows of x (N, F) → (F,). @throws {ShapeError} */
export function columnSum<T extends TensorLike>(ops: Ops<T>, x: T, name = `sum of ${x.name}`): T {
  const out = ops.tensor(name, [columnsOf(x)]);
  ops.run({ op: "columnSum", x, out });
  return out;
}

/**
 * Σ_n x[n] ⊗ dy[n] of x (N, I) and dy (N, O) → (I, O), formed explicitly for `chunkRows` rows at a time.
 *
 * @throws {ShapeError} If x and dy differ in rows.
 */
export function outerProductSum<T extends TensorLike>(
  ops: Ops<T>,
  x: T,
  dy: T,
  { chunkRows, name = `${x.name} ⊗ ${dy.name}` }: { readonly chunkRows: number; readonly name?: string },
): T {
  const out = ops.tensor(name, [columnsOf(x), columnsOf(dy)]);
  ops.run({ op: "outerProductSum", x, dy, out, chunkRows });
  return out;
}

/** 1 at each row's class, else 0 → (N, C). @throws {ShapeError} */
export function oneHot<T extends TensorLike>(ops: Ops<T>, target: T, classes: number): T {
  const out = ops.tensor(`onehot ${target.name}`, [target.shape[0] ?? 1, classes]);
  ops.run({ op: "oneHot", target, out });
  return out;
}

/** mean of (pred − target)² over all elements → (1,). @throws {ShapeError} */
export function meanSquaredError<T extends TensorLike>(ops: Ops<T>, pred: T, target: T): T {
  const loss = ops.tensor("loss", [1]);
  ops.run({ op: "mse", pred, target, loss });
  return loss;
}

/** 2 (pred − target) / number of elements → shape of pred. @throws {ShapeError} */
export function meanSquaredErrorBackward<T extends TensorLike>(
  ops: Ops<T>,
  pred: T,
  target: T,
  name = `${pred.name}.g`,
): T {
  const dpred = ops.tensor(name, pred.shape);
  ops.run({ op: "mseBackward", pred, target, dpred });
  return dpred;
}

/** mean over n of −log softmax(logits[n])[target[n]], labels smoothed → (1,). @throws {ShapeError} */
export function crossEntropy<T extends TensorLike>(ops: Ops<T>, logits: T, target: T, smoothing = 0): T {
  const loss = ops.tensor("loss", [1]);
  ops.run({ op: "crossEntropy", logits, target, loss, smoothing });
  return loss;
}

/** (softmax(logits) − smoothed onehot(target)) / N → (N, C). @throws {ShapeError} */
export function crossEntropyBackward<T extends TensorLike>(
  ops: Ops<T>,
  logits: T,
  target: T,
  { smoothing = 0, name = `${logits.name}.g` }: { readonly smoothing?: number; readonly name?: string } = {},
): T {
  const dlogits = ops.tensor(name, logits.shape);
  ops.run({ op: "crossEntropyBackward", logits, target, dlogits, smoothing });
  return dlogits;
}

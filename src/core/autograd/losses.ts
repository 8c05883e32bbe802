import { call, number } from "../expression/expression.ts";
import { ownLossFunctions, type OwnLoss } from "../expression/own-loss.ts";
import { recordExpression } from "../expression/record-expression.ts";
import {
  crossEntropy,
  crossEntropyBackward,
  meanSquaredError,
  meanSquaredErrorBackward,
  oneHot,
} from "../ops/functional.ts";
import type { MapStep, StridedView } from "../ops/generic-op.ts";
import type { TensorLike } from "../ops/op.ts";
import { countOf, denseStrides } from "../ops/strides.ts";
import type { Variable } from "./tape.ts";

/** What compares predictions with targets: its output is one number on the tape. */
export interface Loss<T extends TensorLike> {
  forward(pred: Variable<T>, target: T): Variable<T>;
}

/**
 * loss (1,) = mean over all elements of (pred − target)²; pred (N, 1) with target (N,), or both (N, C). Backward:
 * 2 (pred − target) / number of elements.
 *
 * @throws {ShapeError} @see torch.nn.MSELoss
 */
export class MSELoss<T extends TensorLike> implements Loss<T> {
  forward(pred: Variable<T>, target: T): Variable<T> {
    const { ops } = pred.tape;
    const loss = meanSquaredError(ops, pred.data, target);
    return pred.tape.recordLoss(loss, pred, () => meanSquaredErrorBackward(ops, pred.data, target));
  }
}

/**
 * loss (1,) = mean over n and c of (pred[n, c] − onehot(target[n])[c])²; pred (N, C), target (N,) holds class numbers.
 * Backward: 2 (pred − onehot) / (N C).
 *
 * @throws {ShapeError}
 */
export class OneHotMSELoss<T extends TensorLike> implements Loss<T> {
  forward(pred: Variable<T>, target: T): Variable<T> {
    const { ops } = pred.tape;
    const wanted = oneHot(ops, target, pred.data.shape[1] ?? 1);
    const loss = meanSquaredError(ops, pred.data, wanted);
    return pred.tape.recordLoss(loss, pred, () => meanSquaredErrorBackward(ops, pred.data, wanted));
  }
}

/**
 * loss (1,) = mean over n of −log softmax(logits[n])[target[n]]; logits (N, C), target (N,) holds class numbers;
 * with label smoothing ε the wanted distribution is (1 − ε) onehot + ε / C. Backward: (softmax − wanted) / N.
 *
 * @throws {ShapeError} @see torch.nn.CrossEntropyLoss
 */
export class CrossEntropyLoss<T extends TensorLike> implements Loss<T> {
  readonly smoothing: number;

  constructor(smoothing = 0) {
    this.smoothing = smoothing;
  }

  forward(logits: Variable<T>, target: T): Variable<T> {
    const { ops } = logits.tape;
    const loss = crossEntropy(ops, logits.data, target, this.smoothing);
    return logits.tape.recordLoss(loss, logits, () =>
      crossEntropyBackward(ops, logits.data, target, { smoothing: this.smoothing }),
    );
  }
}

/**
 * loss (1,) = mean over all elements of |pred − target|; pred (N, 1) with target (N,), or both (N, C). Backward:
 * sign(pred − target) / number of elements.
 *
 * @throws {ShapeError} @see torch.nn.L1Loss
 */
export class L1Loss<T extends TensorLike> implements Loss<T> {
  forward(pred: Variable<T>, target: T): Variable<T> {
    const { ops } = pred.tape;
    const loss = ops.tensor("loss", [1]);
    ops.run({ op: "l1", pred: pred.data, target, loss });
    return pred.tape.recordLoss(loss, pred, () => {
      const dpred = ops.tensor(`${pred.data.name}.g`, pred.data.shape);
      ops.run({ op: "l1Backward", pred: pred.data, target, dpred });
      return dpred;
    });
  }
}

/**
 * loss (1,) = mean over all elements of d² / 2 where |d| < delta, else delta (|d| − delta / 2), with d = pred − target.
 * Backward: d, cut off at ± delta, / number of elements.
 *
 * @throws {ShapeError} @throws {RangeError} If delta is not above 0. @see torch.nn.HuberLoss
 */
export class HuberLoss<T extends TensorLike> implements Loss<T> {
  readonly delta: number;

  constructor(delta = 1) {
    this.delta = delta;
  }

  forward(pred: Variable<T>, target: T): Variable<T> {
    const { ops } = pred.tape;
    const { delta } = this;
    const loss = ops.tensor("loss", [1]);
    ops.run({ op: "huber", pred: pred.data, target, loss, delta });
    return pred.tape.recordLoss(loss, pred, () => {
      const dpred = ops.tensor(`${pred.data.name}.g`, pred.data.shape);
      ops.run({ op: "huberBackward", pred: pred.data, target, dpred, delta });
      return dpred;
    });
  }
}

/**
 * loss (1,) = mean over all elements of a formula of pred and target; pred (N, 1) with target (N,), or both (N, C).
 * Backward: the formula's slope by pred, or its writer's, / number of elements.
 */
export class OwnFormulaLoss<T extends TensorLike> implements Loss<T> {
  readonly #loss: OwnLoss;

  constructor(loss: OwnLoss) {
    this.#loss = loss;
  }

  forward(pred: Variable<T>, target: T): Variable<T> {
    const { ops } = pred.tape;
    const { name } = this.#loss;
    const { forward, backward } = ownLossFunctions(this.#loss);
    const inputs = { y: pred.data, t: target };
    const { shape } = pred.data;
    const share = 1 / countOf(shape);
    const elements = recordExpression(ops, forward, inputs, `${name} of each number`);
    const loss = ops.tensor("loss", [1]);
    ops.run({
      op: "reduce",
      kind: "sum",
      shape,
      inputs: [{ tensor: elements, offset: 0, strides: denseStrides(shape) }],
      steps: [{ input: 0 }],
      axes: [...shape.keys()],
      scale: share,
      out: loss,
    });
    return pred.tape.recordLoss(loss, pred, () =>
      recordExpression(ops, call("mul", backward, number(share)), inputs, `${pred.data.name}.g`),
    );
  }
}

/**
 * loss (1,) = mean over all elements of −q t log σ(x) − (1 − t) log σ(−x) of logits x (N, C) and targets t: (N, C), or
 * (N,) where C is 1, or class numbers (N,) that stand for a one among C > 1 outputs. q (C,) are the weights of the ones,
 * or 1. Backward: ((1 − t) σ(x) − q t σ(−x)) / (N C).
 *
 * @throws {ShapeError} @see torch.nn.BCEWithLogitsLoss, whose pos_weight is q
 */
export class BinaryCrossEntropyLoss<T extends TensorLike> implements Loss<T> {
  readonly #positiveWeight: T | null;

  constructor(positiveWeight: T | null = null) {
    this.#positiveWeight = positiveWeight;
  }

  forward(logits: Variable<T>, given: T): Variable<T> {
    const { ops } = logits.tape;
    const x = logits.data;
    const positiveWeight = this.#positiveWeight;
    const [, classes = 1] = x.shape;
    const target = classes > 1 && given.shape.length === 1 ? oneHot(ops, given, classes) : given;
    const softplus = (of: T): T => {
      const out = ops.tensor(`softplus(${of.name})`, x.shape);
      ops.run({ op: "activate", x: of, out, activation: { kind: "softplus" } });
      return out;
    };
    const turned = ops.tensor(`−${x.name}`, x.shape);
    ops.run({ op: "scale", x, out: turned, factor: -1 });
    const loss = ops.tensor("loss", [1]);
    ops.run({
      op: "binaryCrossEntropy",
      whenOne: softplus(turned),
      whenZero: softplus(x),
      target,
      loss,
      positiveWeight,
    });
    return logits.tape.recordLoss(loss, logits, () => {
      const dlogits = ops.tensor(`${x.name}.g`, x.shape);
      ops.run({ op: "binaryCrossEntropyBackward", logits: x, target, dlogits, positiveWeight });
      return dlogits;
    });
  }
}

/**
 * Cross entropy with a weight w (C,) a class: loss (1,) = Σ over n and c of t[n, c] · −log softmax(logits[n])[c] / Σ over
 * n of w[target[n]], with t = w · ((1 − ε) onehot + ε / C) of label smoothing ε. Backward:
 * (softmax · Σ over c of t − t) / Σ over n of w[target[n]].
 *
 * @throws {ShapeError} @see torch.nn.CrossEntropyLoss with weight
 */
export class WeightedCrossEntropyLoss<T extends TensorLike> implements Loss<T> {
  readonly smoothing: number;
  readonly #weights: T;

  constructor(weights: T, smoothing = 0) {
    this.smoothing = smoothing;
    this.#weights = weights;
  }

  forward(logits: Variable<T>, target: T): Variable<T> {
    const { ops } = logits.tape;
    const x = logits.data;
    const [rows = 1, classes = 1] = x.shape;
    const shape = [rows, classes];
    const whole = (tensor: T): StridedView<T> => ({ tensor, offset: 0, strides: [classes, 1] });
    const byRow = (tensor: T): StridedView<T> => ({ tensor, offset: 0, strides: [1, 0] });
    const byColumn = (tensor: T): StridedView<T> => ({ tensor, offset: 0, strides: [0, 1] });
    const mapped = (name: string, inputs: StridedView<T>[], steps: MapStep[]): T => {
      const out = ops.tensor(name, shape);
      ops.run({ op: "map", shape, inputs, steps, out });
      return out;
    };
    const reduced = (
      name: string,
      inputs: StridedView<T>[],
      steps: MapStep[],
      { kind = "sum", axes = [1] }: { readonly kind?: "sum" | "max"; readonly axes?: readonly number[] } = {},
    ): T => {
      const out = ops.tensor(name, axes.length === 1 ? [rows] : [1]);
      ops.run({ op: "reduce", kind, shape, inputs, steps, axes, scale: 1, out });
      return out;
    };
    const [first, second] = [{ input: 0 }, { input: 1 }];
    const hot = oneHot(ops, target, classes);
    const wanted = mapped(
      "wanted shares",
      [whole(hot), byColumn(this.#weights)],
      [
        first,
        { value: 1 - this.smoothing },
        { fn: "mul" } as const,
        { value: this.smoothing / classes },
        { fn: "add" } as const,
        second,
        { fn: "mul" } as const,
      ],
    );
    const weight = reduced(
      "weight of the rows",
      [whole(hot), byColumn(this.#weights)],
      [first, second, { fn: "mul" }],
      { axes: [0, 1] },
    );
    const largest = reduced(`largest of ${x.name}`, [whole(x)], [first], { kind: "max" });
    const exponentials = mapped(
      `exponentials of ${x.name}`,
      [whole(x), byRow(largest)],
      [first, second, { fn: "sub" }, { fn: "exp" }],
    );
    const totals = reduced(`their sums`, [whole(exponentials)], [first]);
    const loss = reduced(
      "loss",
      [
        whole(wanted),
        byRow(largest),
        whole(x),
        byRow(totals),
        { tensor: weight, offset: 0, strides: [0, 0] },
      ],
      [
        first,
        second,
        { input: 2 },
        { fn: "sub" } as const,
        { input: 3 },
        { fn: "log" } as const,
        { fn: "add" } as const,
        { fn: "mul" } as const,
        { input: 4 },
        { fn: "div" } as const,
      ],
      { axes: [0, 1] },
    );
    return logits.tape.recordLoss(loss, logits, () => {
      const mass = reduced("wanted of each row", [whole(wanted)], [first]);
      const dlogits = ops.tensor(`${x.name}.g`, shape);
      ops.run({ op: "weightedCrossEntropyBackward", exponentials, totals, wanted, mass, weight, dlogits });
      return dlogits;
    });
  }
}

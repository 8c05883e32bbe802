import { sameShape, type Checks } from "./checks.ts";
import type { GenericOp, MapStep, StridedView } from "./generic-op.ts";
import { GENERIC_SHARDING } from "./generic-sharding.ts";
import type { Phase } from "./phase.ts";
import type { ReferenceTensor } from "./reference-tensor.ts";
import { countOf, denseStrides } from "./strides.ts";
import type { TensorLike } from "./tensor-like.ts";

/**
 * Losses that are computed element by element; pred (N, C) with target (N, C), or with (N,) where C is 1. Their kernels
 * are expressions of the tensor language: `asGeneric`.
 */
export interface LossParams<T> {
  /** loss (1,) = mean of |pred − target| over all elements. @see torch.nn.L1Loss */
  l1: { pred: T; target: T; loss: T };
  /** dpred = sign(pred − target) / number of elements; 0 where both are equal. */
  l1Backward: { pred: T; target: T; dpred: T };
  /**
   * loss (1,) = mean over all elements of d² / 2 where |d| < delta, else delta (|d| − delta / 2), with d = pred − target.
   * @see torch.nn.HuberLoss
   */
  huber: { pred: T; target: T; loss: T; delta: number };
  /** dpred = d, cut off at ± delta, / number of elements. */
  huberBackward: { pred: T; target: T; dpred: T; delta: number };
  /**
   * loss (1,) = mean over all elements of q · target · whenOne + (1 − target) · whenZero, where whenOne = softplus(−logit)
   * = −log σ(logit), whenZero = softplus(logit), and q (C,) is positiveWeight, or 1. @see torch.nn.BCEWithLogitsLoss
   */
  binaryCrossEntropy: { whenOne: T; whenZero: T; target: T; loss: T; positiveWeight: T | null };
  /** dlogits = ((1 − target) σ(logit) − q · target · σ(−logit)) / number of elements. */
  binaryCrossEntropyBackward: { logits: T; target: T; dlogits: T; positiveWeight: T | null };
  /**
   * dlogits (N, C) = (mass[n] · exponentials / totals[n] − wanted) / weight[0]: back through
   * Σ wanted · −log softmax(logits) / weight[0], with mass[n] = Σ over c of wanted[n]. exponentials (N, C) are those of the
   * logits less each row's largest, totals (N,) their sums.
   */
  weightedCrossEntropyBackward: { exponentials: T; totals: T; wanted: T; mass: T; weight: T; dlogits: T };
}
type Name = keyof LossParams<unknown>;
export type LossOp<T> = { [K in Name]: { readonly op: K } & Readonly<LossParams<T>[K]> }[Name];

const NAMES: ReadonlySet<string> = new Set<Name>([
  "l1",
  "l1Backward",
  "huber",
  "huberBackward",
  "binaryCrossEntropy",
  "binaryCrossEntropyBackward",
  "weightedCrossEntropyBackward",
]);
/** Whether an op is one of these. */
export const isLossOp = <T>(op: { readonly op: string }): op is LossOp<T> => NAMES.has(op.op);

const input = (index: number): MapStep => ({ input: index });
const value = (number: number): MapStep => ({ value: number });
const DIFFERENCE: readonly MapStep[] = [input(0), input(1), { fn: "sub" }];

/** min(|d|, delta) · (|d| − min(|d|, delta) / 2). */
const huberSteps = (delta: number): MapStep[] => {
  const size: MapStep[] = [...DIFFERENCE, { fn: "abs" }];
  const cut: MapStep[] = [...size, value(delta), { fn: "minimum" }];
  return [...cut, ...size, ...cut, value(0.5), { fn: "mul" }, { fn: "sub" }, { fn: "mul" }];
};

const isBackward = (op: LossOp<unknown>): boolean => op.op.endsWith("Backward");

/** The expression over the elements of pred, and what it reads. */
function expressionOf<T extends TensorLike>(
  op: LossOp<T>,
): {
  readonly like: T;
  readonly out: T;
  readonly inputs: readonly StridedView<T>[];
  readonly steps: readonly MapStep[];
} {
  const flat = (tensor: T, like: T): StridedView<T> => ({
    tensor,
    offset: 0,
    strides: denseStrides(like.shape),
  });
  const byRow = (tensor: T): StridedView<T> => ({ tensor, offset: 0, strides: [1, 0] });
  const byColumn = (tensor: T): StridedView<T> => ({ tensor, offset: 0, strides: [0, 1] });
  switch (op.op) {
    case "l1":
    case "huber": {
      const { pred, target, loss } = op;
      const steps = op.op === "l1" ? [...DIFFERENCE, { fn: "abs" } as const] : huberSteps(op.delta);
      return { like: pred, out: loss, inputs: [flat(pred, pred), flat(target, pred)], steps };
    }
    case "l1Backward":
    case "huberBackward": {
      const { pred, target, dpred } = op;
      const share = 1 / countOf(pred.shape);
      const cut: readonly MapStep[] =
        op.op === "l1Backward"
          ? [{ fn: "sign" }]
          : [value(-op.delta), { fn: "maximum" }, value(op.delta), { fn: "minimum" }];
      const steps = [...DIFFERENCE, ...cut, value(share), { fn: "mul" } as const];
      return { like: pred, out: dpred, inputs: [flat(pred, pred), flat(target, pred)], steps };
    }
    case "binaryCrossEntropy": {
      const { whenOne, whenZero, target, loss, positiveWeight } = op;
      const weighted: readonly MapStep[] = positiveWeight === null ? [] : [input(3), { fn: "mul" }];
      return {
        like: whenOne,
        out: loss,
        inputs: [
          ...[whenOne, whenZero, target].map((tensor) => flat(tensor, whenOne)),
          ...(positiveWeight === null ? [] : [byColumn(positiveWeight)]),
        ],
        steps: [
          input(2),
          input(0),
          { fn: "mul" } as const,
          ...weighted,
          value(1),
          input(2),
          { fn: "sub" } as const,
          input(1),
          { fn: "mul" } as const,
          { fn: "add" },
        ],
      };
    }
    case "binaryCrossEntropyBackward": {
      const { logits, target, dlogits, positiveWeight } = op;
      const weighted: readonly MapStep[] = positiveWeight === null ? [] : [input(2), { fn: "mul" }];
      return {
        like: logits,
        out: dlogits,
        inputs: [
          ...[logits, target].map((tensor) => flat(tensor, logits)),
          ...(positiveWeight === null ? [] : [byColumn(positiveWeight)]),
        ],
        steps: [
          value(1),
          input(1),
          { fn: "sub" } as const,
          input(0),
          { fn: "sigmoid" } as const,
          { fn: "mul" } as const,
          input(1),
          input(0),
          { fn: "neg" } as const,
          { fn: "sigmoid" } as const,
          { fn: "mul" } as const,
          ...weighted,
          { fn: "sub" } as const,
          value(1 / countOf(logits.shape)),
          { fn: "mul" } as const,
        ],
      };
    }
    case "weightedCrossEntropyBackward": {
      const { exponentials, totals, wanted, mass, weight, dlogits } = op;
      return {
        like: exponentials,
        out: dlogits,
        inputs: [
          flat(exponentials, exponentials),
          byRow(totals),
          flat(wanted, exponentials),
          byRow(mass),
          { tensor: weight, offset: 0, strides: [0, 0] },
        ],
        steps: [
          input(0),
          input(1),
          { fn: "div" } as const,
          input(3),
          { fn: "mul" } as const,
          input(2),
          { fn: "sub" } as const,
          input(4),
          { fn: "div" } as const,
        ],
      };
    }
  }
}

/** What the kernels carry out: a loss is the mean of an expression, its gradient an expression. */
export function asGeneric<T extends TensorLike>(op: LossOp<T>): GenericOp<T, "map"> | GenericOp<T, "reduce"> {
  const { like, out, inputs, steps } = expressionOf(op);
  const { shape } = like;
  if (isBackward(op)) return { op: "map", shape, inputs, steps, out };
  return {
    op: "reduce",
    kind: "sum",
    shape,
    inputs,
    steps,
    axes: shape.map((_, d) => d),
    scale: 1 / countOf(shape),
    out,
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** In float64. */
export const LOSS_RULES = {
  l1: ({ pred, target, loss }) => {
    let sum = 0;
    for (let i = 0; i < pred.data.length; i++) sum += Math.abs(pred.data[i] - target.data[i]);
    loss.data[0] = sum / pred.data.length;
  },
  l1Backward: ({ pred, target, dpred }) => {
    for (let i = 0; i < pred.data.length; i++) {
      dpred.data[i] = Math.sign(pred.data[i] - target.data[i]) / pred.data.length;
    }
  },
  huber: ({ pred, target, loss, delta }) => {
    let sum = 0;
    for (let i = 0; i < pred.data.length; i++) {
      const size = Math.abs(pred.data[i] - target.data[i]);
      sum += size < delta ? size ** 2 / 2 : delta * (size - delta / 2);
    }
    loss.data[0] = sum / pred.data.length;
  },
  huberBackward: ({ pred, target, dpred, delta }) => {
    for (let i = 0; i < pred.data.length; i++) {
      const difference = pred.data[i] - target.data[i];
      const slope = Math.abs(difference) < delta ? difference : delta * Math.sign(difference);
      dpred.data[i] = slope / pred.data.length;
    }
  },
  binaryCrossEntropy: ({ whenOne, whenZero, target, loss, positiveWeight }) => {
    const [, classes] = whenOne.shape;
    let sum = 0;
    for (let i = 0; i < whenOne.data.length; i++) {
      const wanted = target.data[i];
      const weight = positiveWeight?.data[i % classes] ?? 1;
      sum += weight * wanted * whenOne.data[i] + (1 - wanted) * whenZero.data[i];
    }
    loss.data[0] = sum / whenOne.data.length;
  },
  binaryCrossEntropyBackward: ({ logits, target, dlogits, positiveWeight }) => {
    const [, classes] = logits.shape;
    for (let i = 0; i < logits.data.length; i++) {
      const [logit, wanted] = [logits.data[i], target.data[i]];
      const weight = positiveWeight?.data[i % classes] ?? 1;
      const slope = (1 - wanted) * sigmoid(logit) - weight * wanted * sigmoid(-logit);
      dlogits.data[i] = slope / logits.data.length;
    }
  },
  weightedCrossEntropyBackward: ({ exponentials, totals, wanted, mass, weight, dlogits }) => {
    const [, classes] = exponentials.shape;
    for (let i = 0; i < exponentials.data.length; i++) {
      const row = Math.floor(i / classes);
      const share = exponentials.data[i] / totals.data[row];
      dlogits.data[i] = (mass.data[row] * share - wanted.data[i]) / weight.data[0];
    }
  },
} satisfies { [K in Name]: (params: LossParams<ReferenceTensor>[K]) => void };

/** Targets: one number a row, or as many as predicted. (N, 1) against (N, 1) would hide a mistake. */
export function checkTarget(check: Checks, pred: TensorLike, target: TensorLike): void {
  const [rows = 0, columns = 0] = check.sizes("pred", pred, ["N", "1 or C"]);
  if (columns > 1) check.shape("target", target, [rows, columns]);
  else check.shape("target", target, [rows]);
}

const checkDelta = (check: Checks, delta: number): void => {
  check.range("delta", Number.isFinite(delta) && delta > 0, "to be finite and above 0", delta);
};
const checkWeight = (check: Checks, logits: TensorLike, weight: TensorLike | null): void => {
  if (weight !== null) check.shape("positiveWeight", weight, logits.shape.slice(1));
};

export const LOSS_CHECKS = {
  l1: ({ pred, target, loss }, check) => {
    checkTarget(check, pred, target);
    check.shape("loss", loss, [1]);
  },
  l1Backward: ({ pred, target, dpred }, check) => {
    checkTarget(check, pred, target);
    sameShape(check, { dpred }, pred);
  },
  huber: ({ pred, target, loss, delta }, check) => {
    checkDelta(check, delta);
    checkTarget(check, pred, target);
    check.shape("loss", loss, [1]);
  },
  huberBackward: ({ pred, target, dpred, delta }, check) => {
    checkDelta(check, delta);
    checkTarget(check, pred, target);
    sameShape(check, { dpred }, pred);
  },
  binaryCrossEntropy: ({ whenOne, whenZero, target, loss, positiveWeight }, check) => {
    checkTarget(check, whenOne, target);
    sameShape(check, { whenZero }, whenOne);
    checkWeight(check, whenOne, positiveWeight);
    check.shape("loss", loss, [1]);
  },
  binaryCrossEntropyBackward: ({ logits, target, dlogits, positiveWeight }, check) => {
    checkTarget(check, logits, target);
    sameShape(check, { dlogits }, logits);
    checkWeight(check, logits, positiveWeight);
  },
  weightedCrossEntropyBackward: ({ exponentials, totals, wanted, mass, weight, dlogits }, check) => {
    const [rows] = check.sizes("exponentials", exponentials, ["N", "C"]);
    check.shape("totals", totals, [rows]);
    check.shape("mass", mass, [rows]);
    check.shape("weight", weight, [1]);
    sameShape(check, { wanted, dlogits }, exponentials);
  },
} satisfies { [K in Name]: (params: LossParams<TensorLike>[K], check: Checks) => void };

function shard<T extends TensorLike>(op: LossOp<T>): readonly Phase<T>[] {
  const generic = asGeneric(op);
  return generic.op === "map" ? GENERIC_SHARDING.map(generic) : GENERIC_SHARDING.reduce(generic);
}

/** As the expressions that they are. */
export const LOSS_SHARDING = {
  l1: shard,
  l1Backward: shard,
  huber: shard,
  huberBackward: shard,
  binaryCrossEntropy: shard,
  binaryCrossEntropyBackward: shard,
  weightedCrossEntropyBackward: shard,
};

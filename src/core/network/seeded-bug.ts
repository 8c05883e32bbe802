import type { Op, Ops, TensorLike } from "../ops/op.ts";

/** Mistakes that people make in a backward pass, made on purpose: a check must catch each. */
export const SEEDED_BUGS = {
  "missing-transpose": "the gradient of a square layer's input is dY W instead of dY Wᵀ",
  "missing-bias-sum": "the bias gets no gradient: its sum over the rows is missing",
  "wrong-sign": "the weights' gradients have the wrong sign",
  "factor-2": "a factor 2 too much at the loss",
  "missing-mean": "the loss's gradient is not divided by the number of rows",
  "relu-mask": "the relu passes gradients on where its input is not above 0",
  "scale-1-percent": "the weights' gradients are 1 % too large",
  "dropout-mask": "the gradient goes back through a dropout without its mask",
  "norm-statistics": "the gradient goes back through a norm as if mean and variance were constants",
  "skip-path":
    "the gradient of a block's input lacks a part: what goes around a residual block, or comes back through a product's right branch",
  "product-rule": "the gradient of a product's branch is multiplied by that branch instead of the other one",
  "input-8-percent": "the gradient of the input is 8 % too large, which the notebook's tolerances do not see",
} as const;
export type SeededBug = keyof typeof SEEDED_BUGS;
export const SEEDED_BUG_NAMES = Object.keys(SEEDED_BUGS) as readonly SeededBug[];

/** What an op writes that begins a backward pass; null of all others. */
function lossGradientOf<T>(op: Op<T>): T | null {
  switch (op.op) {
    case "mseBackward":
    case "l1Backward":
    case "huberBackward":
      return op.dpred;
    case "crossEntropyBackward":
    case "weightedCrossEntropyBackward":
    case "binaryCrossEntropyBackward":
      return op.dlogits;
    default:
      return null;
  }
}

/** A map out = a ⊙ b, and the same map of a and another tensor; null of all other ops. */
function productOf<T>(
  op: Op<T>,
): { readonly a: T; readonly b: T; readonly out: T; readonly times: (b: T) => Op<T> } | null {
  if (op.op !== "map" || op.inputs.length !== 2 || op.steps.length !== 3) return null;
  const [a, b] = op.inputs;
  const [, , last] = op.steps;
  return "fn" in last && last.fn === "mul"
    ? {
        a: a.tensor,
        b: b.tensor,
        out: op.out,
        times: (tensor) => ({ ...op, inputs: [a, { ...b, tensor }] }),
      }
    : null;
}

/** "b1.g". */
const isBiasGradient = (name: string): boolean => /^b\d+\.g$/.test(name);

/**
 * Ops that make one mistake in every backward pass recorded through them.
 *
 * `x` is the network's input, whose gradient `input-8-percent` scales.
 */
export class BuggyOps<T extends TensorLike> implements Ops<T> {
  readonly #ops: Ops<T>;
  readonly #bug: SeededBug;
  readonly #x: T;
  /** The operands of the products that were computed. */
  readonly #products: { readonly a: T; readonly b: T }[] = [];
  #made = 0;

  constructor(ops: Ops<T>, bug: SeededBug, x: T) {
    this.#ops = ops;
    this.#bug = bug;
    this.#x = x;
  }

  /** How often the mistake was made: 0 when this network offers no place for it. */
  get made(): number {
    return this.#made;
  }

  tensor(...request: Parameters<Ops<T>["tensor"]>): T {
    return this.#ops.tensor(...request);
  }

  run(op: Op<T>): void {
    const product = productOf(op);
    if (product?.out.name === `${product?.a.name} ⊙ ${product?.b.name}`) this.#products.push(product);
    const wrong = this.#mistake(op);
    if (wrong === null) {
      this.#ops.run(op);
      return;
    }
    this.#made++;
    for (const one of wrong) this.#ops.run(one);
  }

  /** What is computed instead of the op, or null where the op stays as it is. */
  #mistake(op: Op<T>): readonly Op<T>[] | null {
    const scaled = (out: T, factor: number): readonly Op<T>[] => [op, { op: "scale", x: out, out, factor }];
    const goesBack = (name: string): boolean => name.endsWith(".g");
    switch (this.#bug) {
      case "missing-transpose":
        return op.op === "matmul" && op.transposeB && op.b.shape[0] === op.b.shape[1]
          ? [{ ...op, transposeB: false }]
          : null;
      case "missing-bias-sum":
        // The shift of a norm is a sum over the rows too, and a batch norm's goes on into the gradient of its input.
        return op.op === "columnSum" && isBiasGradient(op.out.name) ? scaled(op.out, 0) : null;
      case "wrong-sign":
        return op.op === "matmul" && op.transposeA ? scaled(op.out, -1) : null;
      case "scale-1-percent":
        return op.op === "matmul" && op.transposeA ? scaled(op.out, 1.01) : null;
      case "factor-2":
        return this.#lossGradient(op, () => 2);
      case "missing-mean":
        return this.#lossGradient(op, (rows) => rows);
      case "relu-mask":
        if (op.op !== "reluBackward") return null;
        // dy − (x > 0) dy: what the mask's other side passes.
        return [
          op,
          { op: "scale", x: op.dx, out: op.dx, factor: -1 },
          { op: "add", a: op.dx, b: op.dy, out: op.dx },
        ];
      case "dropout-mask":
        return op.op === "dropout" && goesBack(op.out.name)
          ? [{ op: "scale", x: op.x, out: op.out, factor: 1 }]
          : null;
      case "norm-statistics": {
        if (op.op === "normalizeRowsBackward") return [{ op: "scale", x: op.dy, out: op.dx, factor: 1 }];
        if (op.op !== "normalizeColumnsBackward") return null;
        const nothing = (of: T): T => this.#ops.tensor(`no ${of.name}`, of.shape);
        const [dgain, dshift] = [nothing(op.dgain), nothing(op.dshift)];
        return [
          { op: "scale", x: op.dgain, out: dgain, factor: 0 },
          { op: "scale", x: op.dshift, out: dshift, factor: 0 },
          { ...op, dgain, dshift },
        ];
      }
      case "skip-path":
        // The tape adds what goes around first.
        return op.op === "add" && goesBack(op.out.name)
          ? [{ op: "scale", x: op.b, out: op.out, factor: 1 }]
          : null;
      case "product-rule": {
        const product = productOf(op);
        if (product === null) return null;
        const branches = this.#products.flatMap(({ a, b }) => [
          { own: a, other: b },
          { own: b, other: a },
        ]);
        const branch = branches.find(
          ({ own, other }) => other === product.b && product.out.name === `${own.name}.g`,
        );
        return branch === undefined ? null : [product.times(branch.own)];
      }
      case "input-8-percent":
        return op.op === "matmul" && op.transposeB && op.out.name === `${this.#x.name}.g`
          ? scaled(op.out, 1.08)
          : null;
    }
  }

  #lossGradient(op: Op<T>, factorOf: (rows: number) => number): readonly Op<T>[] | null {
    const gradient = lossGradientOf(op);
    if (gradient === null) return null;
    const [rows = 1] = gradient.shape;
    return [op, { op: "scale", x: gradient, out: gradient, factor: factorOf(rows) }];
  }
}

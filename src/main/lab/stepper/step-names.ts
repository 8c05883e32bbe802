import type { Op } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { mapText, reduceText } from "./map-text.ts";

/** What a tensor is called beside others, and of what it was made. */
export interface TensorName {
  /** x, w1, z1, a1, L, dz1, dW1 … */
  readonly symbol: string;
  /** "x @ w1 + b1"; "" for what is given. */
  readonly formula: string;
}

/** An op whose tensors carry the names of the step. */
export interface NamedOp {
  readonly op: Op<Tensor>;
  readonly out: TensorName;
}

const OUTPUTS: ReadonlySet<string> = new Set(["out", "dx", "loss", "dpred", "dlogits"]);

const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && "offsetBytes" in value;

/** a₁ of z₁; what comes from a block or a norm has no number of a layer. */
const activated = (activation: string, x: string): string =>
  x.startsWith("z") ? x.replace("z", "a") : `${activation}(${x})`;

/**
 * Names for the tensors of a plain network, in the order of its ops: layer n gives zₙ = xₙ wₙ + bₙ, its activation aₙ;
 * the gradient of the loss by t is dt, by wₙ dWₙ; the k-th residual block gives sₖ, and dt in all is
 * what comes through it and past it. One name a version: what an op writes over gets a new one.
 */
export class StepNames {
  /** Latest symbol of what lies at a place, by offset. */
  readonly #symbols = new Map<number, string>();
  /** Symbol of what went into the layer of these weights, by the weights' symbol. */
  readonly #inputs = new Map<string, string>();
  /** Symbol of what was recorded under a name: a layer's product and what its bias makes of it have the same. */
  readonly #called = new Map<string, string>();
  /** What products were computed of. */
  readonly #factors: Tensor[] = [];

  /** Blocks' outputs so far: each is a sum. */
  #sums = 0;

  given(tensor: Tensor): TensorName {
    this.#symbols.set(tensor.offsetBytes, tensor.name);
    return { symbol: tensor.name, formula: "" };
  }

  /** Call it once for each op, in order. */
  next(op: Op<Tensor>): NamedOp {
    const before = (tensor: Tensor): string => this.#symbols.get(tensor.offsetBytes) ?? tensor.name;
    const out = this.#nameOf(op, before);
    const fields = Object.entries(op).map(([key, value]: [string, unknown]) =>
      isTensor(value)
        ? [key, { ...value, name: OUTPUTS.has(key) ? out.symbol : before(value) }]
        : [key, value],
    );
    // The same op with other names in it: its type stays.
    const named = Object.fromEntries(fields) as Op<Tensor>;
    for (const [key, value] of Object.entries(op)) {
      if (!OUTPUTS.has(key) || !isTensor(value)) continue;
      this.#symbols.set(value.offsetBytes, out.symbol);
      this.#called.set(value.name, out.symbol);
    }
    return { op: named, out };
  }

  /** Names of norms, dropout, blocks and their losses; null of other ops. */
  #otherName(op: Op<Tensor>, before: (tensor: Tensor) => string): TensorName | null {
    switch (op.op) {
      case "dropout":
        return op.out.name.endsWith(".g")
          ? { symbol: `d(${before(op.x)}) masked`, formula: `${before(op.x)} · mask / (1 − rate)` }
          : { symbol: `${before(op.x)} dropped`, formula: `${before(op.x)} · mask / (1 − rate)` };
      case "normalizeColumns":
      case "normalizeRows":
        return {
          symbol: `${before(op.x)} normalised`,
          formula: `(${before(op.x)} − mean) / √(variance + ε)`,
        };
      case "scaleColumns":
        return {
          symbol: `${before(op.x)} · ${before(op.gain)}`,
          formula: `${before(op.x)} · ${before(op.gain)}`,
        };
      case "columnProducts":
        return { symbol: gradientOf(op.out.name), formula: `Σ rows of ${before(op.a)} · ${before(op.b)}` };
      case "columnMoments":
        return { symbol: `moments of ${before(op.x)}`, formula: `mean and Σ(${before(op.x)} − mean)²` };
      case "meanVariance":
        return { symbol: "mean, variance", formula: before(op.moments) };
      case "track":
        return { symbol: "running averages", formula: `moved towards ${before(op.batch)}` };
      case "normalizeColumnsBackward":
        return {
          symbol: this.#gradientOf(op.dx),
          formula: "gain / √(variance + ε) · (dy − mean dy − x̂ mean(dy x̂))",
        };
      case "normalizeRowsBackward":
        return { symbol: `d${before(op.x)}`, formula: "(dy − mean dy − x̂ mean(dy x̂)) / √(variance + ε)" };
      case "add":
        return op.out.name.endsWith(".g")
          ? { symbol: `${this.#gradientOf(op.out)} in all`, formula: `${before(op.a)} + ${before(op.b)}` }
          : { symbol: `s${++this.#sums}`, formula: `${before(op.a)} + ${before(op.b)}` };
      case "scale":
        return { symbol: `${op.factor} · ${before(op.x)}`, formula: `${op.factor} · ${before(op.x)}` };
      case "l1":
      case "huber":
      case "binaryCrossEntropy":
        return { symbol: "L", formula: LOSS_FORMULAS[op.op] };
      case "l1Backward":
      case "huberBackward":
        return { symbol: `d${before(op.pred)}`, formula: `slope of the loss at ${before(op.pred)} − y` };
      case "binaryCrossEntropyBackward":
        return { symbol: `d${before(op.logits)}`, formula: `(σ(${before(op.logits)}) − y) / count` };
      case "weightedCrossEntropyBackward":
        return { symbol: "dlogits", formula: "weighted softmax − wanted shares" };
      case "map":
        return this.#product(op, before) ?? this.#ownActivation(op, before);
      case "reduce":
        if (op.out.name === "loss") return { symbol: "L", formula: "" };
        return {
          symbol: recordedName(op.out.name),
          formula: reduceText(
            op,
            op.inputs.map(({ tensor }) => before(tensor)),
          ),
        };
      case "linear":
        return {
          symbol: recordedName(op.out.name),
          formula: `${before(op.x)} @ ${before(op.w)}${op.transposeW ? "ᵀ" : ""} + ${before(op.bias)}`,
        };
      default:
        return null;
    }
  }

  /** dt of what was recorded as the gradient of t. */
  #gradientOf({ name }: Tensor): string {
    const of = name.replace(/\.g$/, "");
    return `d${this.#called.get(of) ?? of}`;
  }

  /** The product of two branches, or the gradient of one: the gradient of the product times the other. Null of other maps. */
  #product(op: Extract<Op<Tensor>, { op: "map" }>, before: (tensor: Tensor) => string): TensorName | null {
    const [a, b] = op.inputs.map(({ tensor }) => tensor);
    if (a === undefined || b === undefined) return null;
    const formula = `${before(a)} ⊙ ${before(b)}`;
    if (op.out.name === `${a.name} ⊙ ${b.name}`) {
      this.#factors.push(a, b);
      return { symbol: formula, formula };
    }
    const branch = this.#factors.includes(b)
      ? this.#factors.find(({ name }) => op.out.name === `${name}.g`)
      : undefined;
    return branch === undefined ? null : { symbol: `d${before(branch)}`, formula };
  }

  /** A map is an own activation, its gradient, or a part of a loss: told apart by what it was recorded as. */
  #ownActivation(op: Extract<Op<Tensor>, { op: "map" }>, before: (tensor: Tensor) => string): TensorName {
    const tensors = op.inputs.map(({ tensor }) => tensor);
    const { name } = op.out;
    const x = tensors.find((tensor) => name.endsWith(`(${tensor.name})`));
    if (x !== undefined) {
      const called = name.slice(0, -x.name.length - 2);
      return { symbol: activated(called, before(x)), formula: `${called}(${before(x)})` };
    }
    const into = tensors.find((tensor) => name === `${tensor.name}.g`);
    if (name === "loss") return { symbol: "L", formula: "" };
    if (into === undefined || tensors.length > 2) {
      return { symbol: recordedName(name), formula: mapText(op.steps, tensors.map(before)) };
    }
    const dy = tensors.find((tensor) => tensor !== into);
    // An own loss: the other one is what was to be predicted.
    if (dy?.name === "y")
      return { symbol: `d${before(into)}`, formula: `slope of the loss at ${before(into)}, y` };
    return {
      symbol: `d${before(into)}`,
      formula: dy === undefined ? "" : `slope at ${before(into)} · ${before(dy)}`,
    };
  }

  #nameOf(op: Op<Tensor>, before: (tensor: Tensor) => string): TensorName {
    if (op.op === "matmul") {
      const [a, b] = [before(op.a), before(op.b)];
      if (op.transposeA) return { symbol: gradientOf(op.out.name), formula: `${a}ᵀ @ ${b}` };
      if (op.transposeB) return { symbol: `d${this.#inputs.get(b) ?? "x"}`, formula: `${a} @ ${b}ᵀ` };
      this.#inputs.set(b, a);
      return { symbol: `${a} @ ${b}`, formula: `${a} @ ${b}` };
    }
    if (op.op === "addBias") {
      const bias = before(op.bias);
      const symbol = bias.startsWith("b") ? bias.replace(/^b/, "z") : bias.replace(/^shift/, "y");
      return { symbol, formula: `${before(op.x)} + ${bias}` };
    }
    const other = this.#otherName(op, before);
    if (other !== null) return other;
    if (op.op === "relu") {
      const shift = op.shift === 0 ? "" : ` − ${op.shift}`;
      return { symbol: activated("relu", before(op.x)), formula: `relu(${before(op.x)})${shift}` };
    }
    if (op.op === "activate") {
      return {
        symbol: activated(op.activation.kind, before(op.x)),
        formula: `${op.activation.kind}(${before(op.x)})`,
      };
    }
    if (op.op === "reluBackward") {
      return { symbol: `d${before(op.x)}`, formula: `[${before(op.x)} > 0] · ${before(op.dy)}` };
    }
    if (op.op === "activateBackward") {
      return {
        symbol: `d${before(op.x)}`,
        formula: `${op.activation.kind}′(${before(op.x)}) · ${before(op.dy)}`,
      };
    }
    if (op.op === "columnSum") {
      return { symbol: gradientOf(op.out.name), formula: `Σ rows of ${before(op.x)}` };
    }
    if (op.op === "oneHot") {
      return { symbol: "Y", formula: `onehot(${before(op.target)})` };
    }
    if (op.op === "mse") {
      return { symbol: "L", formula: `mean((${before(op.pred)} − ${before(op.target)})²)` };
    }
    if (op.op === "crossEntropy") {
      return {
        symbol: "L",
        formula: `mean(−log softmax(${before(op.logits)}) at ${before(op.target)})`,
      };
    }
    if (op.op === "mseBackward") {
      return {
        symbol: `d${before(op.pred)}`,
        formula: `2 (${before(op.pred)} − ${before(op.target)}) / count`,
      };
    }
    if (op.op === "crossEntropyBackward") {
      return {
        symbol: `d${before(op.logits)}`,
        formula: `(softmax(${before(op.logits)}) − onehot(${before(op.target)})) / rows`,
      };
    }

    return { symbol: "out" in op && isTensor(op.out) ? op.out.name : op.op, formula: "" };
  }
}

/** "norm z1" of z1: what an op other than the plain ones gives. */
const LOSS_FORMULAS = {
  l1: "mean(|pred − y|)",
  huber: "mean(Huber(pred − y))",
  binaryCrossEntropy: "mean(y softplus(−logit) + (1 − y) softplus(logit))",
} as const;

/** What a line of a person's own backward calls it, or the gradient that it is. */
const recordedName = (recorded: string): string =>
  recorded.endsWith(".g") ? gradientOf(recorded) : recorded;

/** "w1.g" is dW1, "b1.g" db1: the gradient of a parameter, as the textbooks write it. */
function gradientOf(recorded: string): string {
  const name = recorded.replace(/\.g$/, "");
  return `d${name.replace(/^w/, "W")}`;
}

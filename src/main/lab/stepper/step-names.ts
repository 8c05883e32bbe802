import type { Op } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";

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

/**
 * Names for the tensors of a plain network, in the order of its ops: layer n gives zₙ = xₙ wₙ + bₙ, its activation aₙ;
 * the gradient of the loss by t is dt, by wₙ dWₙ. One name a version: what an op writes over gets a new one.
 */
export class StepNames {
  /** Latest symbol of what lies at a place, by offset. */
  readonly #symbols = new Map<number, string>();
  /** Symbol of what went into the layer of these weights, by the weights' symbol. */
  readonly #inputs = new Map<string, string>();

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
      if (OUTPUTS.has(key) && isTensor(value)) this.#symbols.set(value.offsetBytes, out.symbol);
    }
    return { op: named, out };
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
      return { symbol: bias.replace(/^b/, "z"), formula: `${before(op.x)} + ${bias}` };
    }
    if (op.op === "relu") {
      const shift = op.shift === 0 ? "" : ` − ${op.shift}`;
      return { symbol: before(op.x).replace(/^z/, "a"), formula: `relu(${before(op.x)})${shift}` };
    }
    if (op.op === "activate") {
      return {
        symbol: before(op.x).replace(/^z/, "a"),
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

/** "w1.g" is dW1, "b1.g" db1: the gradient of a parameter, as the textbooks write it. */
function gradientOf(recorded: string): string {
  const name = recorded.replace(/\.g$/, "");
  return `d${name.replace(/^w/, "W")}`;
}

import { noGrad } from "./autograd.ts";
import { ones, rand, randn, zeros } from "./functions.ts";
import { isTensor, setGrad, type Tensor } from "./tensor.ts";

/** Draws in place; the fan is that of a weight of (out, in), as nn.Linear holds it. */
type FanMode = "fanIn" | "fanOut";
interface KaimingOptions {
  readonly mode?: FanMode;
  /** Slope of a leaky relu, √5 in torch's nn.Linear. */
  readonly a?: number;
}

function fanOf(weight: Tensor, mode: FanMode): number {
  const [out, inputs] = weight.shape;
  if (out === undefined || inputs === undefined) {
    throw new TypeError(`nn.init: a weight has at least 2 axes, got (${weight.shape.join(", ")})`);
  }
  return mode === "fanIn" ? inputs : out;
}

const into = (weight: Tensor, drawn: Tensor): Tensor => noGrad(() => weight.copy_(drawn));
const gain = (a: number): number => Math.sqrt(2 / (1 + a * a));

/** Initialisers under torch's names; each changes its tensor and gives it back. */
export const init = {
  /** Normal with std √(2 / ((1 + a²) fan)). He et al. (2015) */
  kaimingNormal_: (w: Tensor, { mode = "fanIn", a = 0 }: KaimingOptions = {}): Tensor =>
    into(w, randn(w.shape).mul(gain(a) / Math.sqrt(fanOf(w, mode)))),
  /** Uniform in ±√3 times that std. */
  kaimingUniform_: (w: Tensor, { mode = "fanIn", a = 0 }: KaimingOptions = {}): Tensor => {
    const bound = (Math.sqrt(3) * gain(a)) / Math.sqrt(fanOf(w, mode));
    return into(
      w,
      rand(w.shape)
        .mul(2 * bound)
        .sub(bound),
    );
  },
  /** Normal with std √(2 / (fan in + fan out)). Glorot and Bengio (2010) */
  xavierNormal_: (w: Tensor): Tensor =>
    into(w, randn(w.shape).mul(Math.sqrt(2 / (fanOf(w, "fanIn") + fanOf(w, "fanOut"))))),
  xavierUniform_: (w: Tensor): Tensor => {
    const bound = Math.sqrt(6 / (fanOf(w, "fanIn") + fanOf(w, "fanOut")));
    return into(
      w,
      rand(w.shape)
        .mul(2 * bound)
        .sub(bound),
    );
  },
  normal_: (w: Tensor, mean = 0, std = 1): Tensor => into(w, randn(w.shape).mul(std).add(mean)),
  uniform_: (w: Tensor, from = 0, to = 1): Tensor =>
    into(
      w,
      rand(w.shape)
        .mul(to - from)
        .add(from),
    ),
  zeros_: (w: Tensor): Tensor => into(w, zeros(w.shape)),
  ones_: (w: Tensor): Tensor => into(w, ones(w.shape)),
};

/** Something with parameters that computes: define forward, use call. */
export class Module {
  training = true;

  forward(..._inputs: Tensor[]): Tensor {
    throw new TypeError(`${this.constructor.name}: define forward(…)`);
  }
  call(...inputs: Tensor[]): Tensor {
    return this.forward(...inputs);
  }
  /** Modules held by this one, in its fields and in arrays of them. */
  children(): Module[] {
    return Object.values(this).flatMap((value: unknown) =>
      value instanceof Module
        ? [value]
        : Array.isArray(value)
          ? value.filter((item): item is Module => item instanceof Module)
          : [],
    );
  }
  /** All tensors that require a gradient, those of the children too; each once. */
  parameters(): Tensor[] {
    const own = Object.values(this).filter((value): value is Tensor => isTensor(value) && value.requiresGrad);
    return [...new Set([...own, ...this.children().flatMap((child) => child.parameters())])];
  }
  train(on = true): this {
    this.training = on;
    for (const child of this.children()) child.train(on);
    return this;
  }
  eval(): this {
    return this.train(false);
  }
  zeroGrad(): void {
    for (const parameter of this.parameters()) setGrad(parameter, null);
  }
}

/** y = x Wᵀ + b; W is (out, in) and drawn as torch does: uniform in ±1/√in, and so is b. */
export class Linear extends Module {
  weight: Tensor;
  bias: Tensor;

  constructor(inFeatures: number, outFeatures: number) {
    super();
    const bound = 1 / Math.sqrt(inFeatures);
    this.weight = rand(outFeatures, inFeatures)
      .mul(2 * bound)
      .sub(bound)
      .requiresGrad_();
    this.bias = rand(outFeatures)
      .mul(2 * bound)
      .sub(bound)
      .requiresGrad_();
  }
  override forward(x: Tensor): Tensor {
    return x.matmul(this.weight.t()).add(this.bias);
  }
}

export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return x.clampMin(0);
  }
}
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return x.tanh();
  }
}
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/** A module, or a function of a tensor, as an activation of one's own is. */
export type Step = Module | ((x: Tensor) => Tensor);

const stepped = (step: Step, x: Tensor): Tensor => (step instanceof Module ? step.call(x) : step(x));

/** One module after another. */
export class Sequential extends Module {
  layers: Step[];

  constructor(...layers: Step[]) {
    super();
    this.layers = layers;
  }
  override forward(x: Tensor): Tensor {
    return this.layers.reduce((value, layer) => stepped(layer, value), x);
  }
}

/** x + f(x). He et al. (2015) */
export class Residual extends Module {
  readonly body: Step;

  constructor(body: Step) {
    super();
    this.body = body;
  }
  override forward(x: Tensor): Tensor {
    return x.add(stepped(this.body, x));
  }
}

/** left(x) · right(x), element by element: gated linear units and other gates. Dauphin et al. (2017), Shazeer (2020) */
export class Product extends Module {
  readonly left: Step;
  readonly right: Step;

  constructor(left: Step, right: Step) {
    super();
    this.left = left;
    this.right = right;
  }
  override forward(x: Tensor): Tensor {
    return stepped(this.left, x).mul(stepped(this.right, x));
  }
}

/** While it trains, an element is 0 with probability `rate`, else 1 / (1 − rate) times itself. */
export class Dropout extends Module {
  readonly rate: number;

  constructor(rate = 0.5) {
    super();
    if (!(rate >= 0 && rate < 1)) {
      throw new TypeError(`nn.Dropout: the rate must be at least 0 and below 1, got ${String(rate)}`);
    }
    this.rate = rate;
  }
  override forward(x: Tensor): Tensor {
    if (!this.training || this.rate === 0) return x.clone();
    return x.mul(
      rand(x.shape)
        .ge(this.rate)
        .div(1 - this.rate),
    );
  }
}

/** (x − mean) / √(variance + eps) · weight + bias, row by row. Ba, Kiros and Hinton (2016) */
export class LayerNorm extends Module {
  weight: Tensor;
  bias: Tensor;
  readonly eps: number;

  constructor(features: number, { eps = 1e-5 }: { eps?: number } = {}) {
    super();
    this.weight = ones(features).requiresGrad_();
    this.bias = zeros(features).requiresGrad_();
    this.eps = eps;
  }
  override forward(x: Tensor): Tensor {
    const centred = x.sub(x.mean({ dim: -1, keepdim: true }));
    const variance = x.variance({ dim: -1, correction: 0, keepdim: true });
    return centred.div(variance.add(this.eps).sqrt()).mul(this.weight).add(this.bias);
  }
}

/**
 * (x − mean) / √(variance + eps) · weight + bias, column by column: of the batch while it trains, of the running
 * averages afterwards. Ioffe and Szegedy (2015)
 */
export class BatchNorm1d extends Module {
  weight: Tensor;
  bias: Tensor;
  runningMean: Tensor;
  runningVariance: Tensor;
  readonly eps: number;
  readonly momentum: number;

  constructor(features: number, { eps = 1e-5, momentum = 0.1 }: { eps?: number; momentum?: number } = {}) {
    super();
    this.weight = ones(features).requiresGrad_();
    this.bias = zeros(features).requiresGrad_();
    this.runningMean = zeros(features);
    this.runningVariance = ones(features);
    this.eps = eps;
    this.momentum = momentum;
  }
  override forward(x: Tensor): Tensor {
    if (!this.training) return this.#scaled(x, this.runningMean, this.runningVariance);
    const mean = x.mean({ dim: 0 });
    const variance = x.variance({ dim: 0, correction: 0 });
    const n = x.shape[0] ?? 1;
    noGrad(() => {
      this.#track(this.runningMean, mean.detach());
      // The running average holds the unbiased variance, as torch's does.
      this.#track(this.runningVariance, variance.detach().mul(n / Math.max(1, n - 1)));
    });
    return this.#scaled(x, mean, variance);
  }
  #track(running: Tensor, batch: Tensor): void {
    running.copy_(running.mul(1 - this.momentum).add(batch.mul(this.momentum)));
  }
  #scaled(x: Tensor, mean: Tensor, variance: Tensor): Tensor {
    return x.sub(mean).div(variance.add(this.eps).sqrt()).mul(this.weight).add(this.bias);
  }
}

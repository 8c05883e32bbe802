import { noGrad } from "./autograd.ts";
import { tensor } from "./functions.ts";
import { handleOf, made, setGrad, type Tensor } from "./tensor.ts";

/**
 * x, with 0 for what is too small to move a parameter: means that no gradient feeds any more would become subnormal
 * numbers, and many CPUs take a hundred cycles for each. The lab's own kernels have the same bounds.
 */
const settled = (x: Tensor, what: "gradient" | "square" | "squared"): Tensor =>
  made("settle", handleOf(x), what);

/** What optimisers share: parameters, and forgetting their gradients. */
class Optimiser {
  readonly parameters: readonly Tensor[];
  lr: number;

  constructor(parameters: readonly Tensor[], lr: number) {
    if (!(lr > 0)) throw new RangeError(`optim: lr must be above 0, got ${lr}`);
    this.parameters = [...parameters];
    if (this.parameters.length === 0)
      throw new TypeError("optim: there are no parameters; use net.parameters()");
    this.lr = lr;
  }
  zeroGrad(): void {
    for (const parameter of this.parameters) setGrad(parameter, null);
  }
}

/** An option that must be a number from 0, and below `below` where that is given. @throws {RangeError} */
function needFrom0(name: string, value: number, below = Infinity): void {
  if (value >= 0 && value < below) return;
  const upTo = below === Infinity ? "" : ` and below ${below}`;
  throw new RangeError(`optim: ${name} must be at least 0${upTo}, got ${value}`);
}

interface SgdOptions {
  readonly lr: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
}

/** w −= lr · v with v = momentum · v + g; without momentum w −= lr · g. @see torch.optim.SGD */
export class SGD extends Optimiser {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly #velocity = new Map<Tensor, Tensor>();

  constructor(parameters: readonly Tensor[], o: SgdOptions) {
    super(parameters, o.lr);
    this.momentum = o.momentum ?? 0;
    this.nesterov = o.nesterov ?? false;
    this.weightDecay = o.weightDecay ?? 0;
    needFrom0("momentum", this.momentum);
    needFrom0("weightDecay", this.weightDecay);
    if (this.nesterov && this.momentum === 0)
      throw new RangeError(
        "optim: nesterov looks ahead along the momentum, which is 0; give both, { momentum: 0.9, nesterov: true }",
      );
  }
  step(): void {
    noGrad(() => {
      for (const w of this.parameters) {
        if (w.grad === null) continue;
        const g = this.weightDecay === 0 ? w.grad : w.grad.add(w.mul(this.weightDecay));
        w.sub_(this.#direction(w, g).mul(this.lr));
      }
    });
  }
  #direction(w: Tensor, g: Tensor): Tensor {
    if (this.momentum === 0) return g;
    const before = this.#velocity.get(w);
    const v = settled(before === undefined ? g : before.mul(this.momentum).add(g), "gradient");
    this.#velocity.set(w, v);
    return this.nesterov ? g.add(v.mul(this.momentum)) : v;
  }
}

interface AdamOptions {
  readonly lr?: number;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly weightDecay?: number;
}

/**
 * m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g²; w −= lr · m̂ / (√v̂ + eps) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
 * Kingma and Ba (2015)
 */
export class Adam extends Optimiser {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  /** Of each parameter, with the steps that it has had: those without a gradient are none. */
  readonly #moments = new Map<Tensor, { m: Tensor; v: Tensor; steps: number }>();

  constructor(parameters: readonly Tensor[], o: AdamOptions = {}) {
    super(parameters, o.lr ?? 1e-3);
    this.betas = o.betas ?? [0.9, 0.999];
    this.eps = o.eps ?? 1e-8;
    this.weightDecay = o.weightDecay ?? 0;
    this.betas.forEach((beta, at) => needFrom0(`betas[${at}]`, beta, 1));
    needFrom0("eps", this.eps);
    needFrom0("weightDecay", this.weightDecay);
  }
  step(): void {
    const [b1, b2] = this.betas;
    // As tensors: with a number that is another one at every step the lab would have a new program to compile each time.
    const corrections = new Map<number, readonly [Tensor, Tensor]>();
    const correctionsOf = (steps: number): readonly [Tensor, Tensor] => {
      const known = corrections.get(steps) ?? [tensor(1 - b1 ** steps), tensor(1 - b2 ** steps)];
      corrections.set(steps, known);
      return known;
    };
    noGrad(() => {
      for (const w of this.parameters) {
        if (w.grad === null) continue;
        const g = this.weightDecay === 0 ? w.grad : w.grad.add(w.mul(this.weightDecay));
        const before = this.#moments.get(w);
        const [gradient, square] = [
          g.mul(1 - b1),
          settled(g, "squared")
            .square()
            .mul(1 - b2),
        ];
        const m = settled(before === undefined ? gradient : before.m.mul(b1).add(gradient), "gradient");
        const v = settled(before === undefined ? square : before.v.mul(b2).add(square), "square");
        const steps = (before?.steps ?? 0) + 1;
        this.#moments.set(w, { m, v, steps });
        const [ofMean, ofSquare] = correctionsOf(steps);
        const unbiased = v.div(ofSquare).sqrt();
        w.sub_(m.div(ofMean).div(unbiased.add(this.eps)).mul(this.lr));
      }
    });
  }
}

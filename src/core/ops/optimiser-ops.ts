import { sameShape, type Checks } from "./checks.ts";
import { update, type Phase } from "./phase.ts";
import type { ReferenceTensor } from "./reference-tensor.ts";
import type { TensorLike } from "./tensor-like.ts";

/**
 * The ops that take one step of an optimiser on one parameter. The kernels take running means under 2⁻¹⁰⁰, means of
 * squares under 2⁻¹²⁶ and gradients under 2⁻⁶³ that are to be squared for 0: subnormal numbers would cost many CPUs a
 * hundred cycles each.
 */
export interface OptimiserParams<T> {
  /** param −= lr · grad; lr (1,), a tensor so that it can change while the program runs. */
  sgd: { param: T; grad: T; lr: T };
  /**
   * g = grad + weightDecay · param; velocity ← momentum · velocity + g; param −= lr · velocity, with `nesterov`
   * lr · (g + momentum · velocity). The velocity begins as zeros. @see torch.optim.SGD
   */
  momentum: {
    param: T;
    grad: T;
    velocity: T;
    lr: T;
    momentum: number;
    nesterov: boolean;
    weightDecay: number;
  };
  /**
   * m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; param −= lr · m̂ / (√v̂ + eps) with m̂ = m / (1 − β₁ᵗ),
   * v̂ = v / (1 − β₂ᵗ), t = counter[0] + 1. Weight decay is added to g, or with `decoupled` taken off param before, as
   * AdamW does. m and v begin as zeros. @see Kingma and Ba (2015); Loshchilov and Hutter (2019); torch.optim.AdamW
   */
  adam: {
    param: T;
    grad: T;
    m: T;
    v: T;
    lr: T;
    counter: T;
    beta1: number;
    beta2: number;
    eps: number;
    weightDecay: number;
    decoupled: boolean;
  };
  /**
   * g = grad + weightDecay · param; v ← α v + (1 − α) g²; param −= lr · g / (√v + eps). v begins as zeros.
   * @see torch.optim.RMSprop
   */
  rmsProp: { param: T; grad: T; v: T; lr: T; alpha: number; eps: number; weightDecay: number };
  /**
   * g = grad + weightDecay · param; sum ← sum + g²; param −= lr / (1 + t · lrDecay) · g / (√(initial + sum) + eps) with
   * t = counter[0] steps before this one. The sum begins as zeros; torch's begins with `initial`.
   * @see Duchi, Hazan and Singer (2011); torch.optim.Adagrad
   */
  adagrad: {
    param: T;
    grad: T;
    sum: T;
    lr: T;
    counter: T;
    lrDecay: number;
    initial: number;
    eps: number;
    weightDecay: number;
  };
}
type Name = keyof OptimiserParams<unknown>;

/** In float64. */
export const OPTIMISER_RULES = {
  sgd: ({ param, grad, lr }) => {
    for (let i = 0; i < param.data.length; i++) param.data[i] -= lr.data[0] * grad.data[i];
  },

  momentum: ({ param, grad, velocity, lr, momentum, nesterov, weightDecay }) => {
    for (let i = 0; i < param.data.length; i++) {
      const g = grad.data[i] + weightDecay * param.data[i];
      velocity.data[i] = momentum * velocity.data[i] + g;
      const step = nesterov ? g + momentum * velocity.data[i] : velocity.data[i];
      param.data[i] -= lr.data[0] * step;
    }
  },

  adam: ({ param, grad, m, v, lr, counter, beta1, beta2, eps, weightDecay, decoupled }) => {
    const t = counter.data[0] + 1;
    for (let i = 0; i < param.data.length; i++) {
      if (decoupled) param.data[i] *= 1 - lr.data[0] * weightDecay;
      const g = grad.data[i] + (decoupled ? 0 : weightDecay * param.data[i]);
      m.data[i] = beta1 * m.data[i] + (1 - beta1) * g;
      v.data[i] = beta2 * v.data[i] + (1 - beta2) * g * g;
      const [mHat, vHat] = [m.data[i] / (1 - beta1 ** t), v.data[i] / (1 - beta2 ** t)];
      param.data[i] -= (lr.data[0] * mHat) / (Math.sqrt(vHat) + eps);
    }
  },

  rmsProp: ({ param, grad, v, lr, alpha, eps, weightDecay }) => {
    for (let i = 0; i < param.data.length; i++) {
      const g = grad.data[i] + weightDecay * param.data[i];
      v.data[i] = alpha * v.data[i] + (1 - alpha) * g * g;
      param.data[i] -= (lr.data[0] * g) / (Math.sqrt(v.data[i]) + eps);
    }
  },

  adagrad: ({ param, grad, sum, lr, counter, lrDecay, initial, eps, weightDecay }) => {
    const rate = lr.data[0] / (1 + counter.data[0] * lrDecay);
    for (let i = 0; i < param.data.length; i++) {
      const g = grad.data[i] + weightDecay * param.data[i];
      sum.data[i] += g * g;
      param.data[i] -= (rate * g) / (Math.sqrt(initial + sum.data[i]) + eps);
    }
  },
} satisfies { [K in Name]: (params: OptimiserParams<ReferenceTensor>[K]) => void };

export const OPTIMISER_CHECKS = {
  sgd: ({ param, grad, lr }, check) => {
    sameShape(check, { grad }, param);
    check.shape("lr", lr, [1]);
  },
  momentum: ({ param, grad, velocity, lr }, check) => {
    sameShape(check, { grad, velocity }, param);
    check.shape("lr", lr, [1]);
  },
  adam: ({ param, grad, m, v, lr, counter }, check) => {
    sameShape(check, { grad, m, v }, param);
    check.shape("lr", lr, [1]);
    check.shape("counter", counter, [1]);
  },
  rmsProp: ({ param, grad, v, lr }, check) => {
    sameShape(check, { grad, v }, param);
    check.shape("lr", lr, [1]);
  },
  adagrad: ({ param, grad, sum, lr, counter }, check) => {
    sameShape(check, { grad, sum }, param);
    check.shape("lr", lr, [1]);
    check.shape("counter", counter, [1]);
  },
} satisfies { [K in Name]: (params: OptimiserParams<TensorLike>[K], check: Checks) => void };

/** Each worker takes its own elements. */
export const OPTIMISER_SHARDING: {
  [K in Name]: <T extends TensorLike>(params: OptimiserParams<T>[K]) => readonly Phase<T>[];
} = {
  sgd: ({ param, grad, lr }) => [update(param, [grad], [], [lr])],
  momentum: ({ param, grad, velocity, lr }) => [update(param, [grad], [velocity], [lr])],
  adam: ({ param, grad, m, v, lr, counter }) => [update(param, [grad], [m, v], [lr, counter])],
  rmsProp: ({ param, grad, v, lr }) => [update(param, [grad], [v], [lr])],
  adagrad: ({ param, grad, sum, lr, counter }) => [update(param, [grad], [sum], [lr, counter])],
};

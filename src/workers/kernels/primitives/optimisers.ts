import { SMALLEST } from "../../../core/optimisers/smallest.ts";
import {
  all,
  DECAYED,
  lane,
  minus,
  over,
  plus,
  root,
  times,
  updateFunction,
  type Update,
} from "../generate/update-function.ts";
import { settle, settled } from "../generate/vectors.ts";
import { primitive, type Primitive, type PrimitiveFunction } from "./primitive.ts";

/** An optimiser's step on every element: what becomes of four lanes of each tensor, and of one number. */
const updated = <F extends PrimitiveFunction>({
  loop,
  check,
  ...update
}: Update & Pick<Primitive<F>, "loop" | "check">): Primitive<F> =>
  primitive<F>({ generate: (name) => updateFunction(name, update), loop, check });

export const OPTIMISERS = {
  /** The step is ofGradient · g + ofVelocity · velocity: (0, 1), or (1, momentum) with Nesterov's look ahead. */
  momentum: updated<
    (
      param: number,
      grad: number,
      velocity: number,
      bytes: number,
      lr: number,
      momentum: number,
      ofGradient: number,
      ofVelocity: number,
      decay: number,
    ) => void
  >({
    tensors: ["param", "grad", "velocity"],
    written: ["velocity", "param"],
    scalars: ["lr", "momentum", "ofGradient", "ofVelocity", "decay"],
    body: [
      DECAYED,
      ["velocity", plus(times(all("momentum"), lane("velocity")), lane("g"))],
      ["velocity", settled(lane("velocity"), SMALLEST.gradient)],
      [
        "param",
        minus(
          lane("param"),
          times(
            all("lr"),
            plus(times(all("ofGradient"), lane("g")), times(all("ofVelocity"), lane("velocity"))),
          ),
        ),
      ],
    ],
    loop: (arena) => (param, grad, velocity, bytes, lr, momentum, ofGradient, ofVelocity, decay) => {
      const { all: values } = arena;
      for (let i = 0; i < bytes / 4; i++) {
        const [at, ofV] = [param / 4 + i, velocity / 4 + i];
        const g = values[grad / 4 + i]! + decay * values[at]!;
        values[ofV] = settle(momentum * values[ofV]! + g, SMALLEST.gradient);
        values[at] = values[at]! - lr * (ofGradient * g + ofVelocity * values[ofV]);
      }
    },
    check: (step, { signed, positive, zeros, length }) => {
      step(signed, positive, zeros, 4 * length, 0.1, 0.9, 1, 0.9, 0.01);
    },
  }),
  /** stepSize = lr / (1 − β₁ᵗ), scale = 1 / √(1 − β₂ᵗ), keep = 1 − lr · weightDecay when that is decoupled, else 1. */
  adam: updated<
    (
      param: number,
      grad: number,
      m: number,
      v: number,
      bytes: number,
      stepSize: number,
      scale: number,
      beta1: number,
      rest1: number,
      beta2: number,
      rest2: number,
      eps: number,
      decay: number,
      keep: number,
    ) => void
  >({
    tensors: ["param", "grad", "m", "v"],
    written: ["m", "v", "param"],
    scalars: ["stepSize", "scale", "beta1", "rest1", "beta2", "rest2", "eps", "decay", "keep"],
    body: [
      ["param", times(lane("param"), all("keep"))],
      DECAYED,
      ["m", plus(times(all("beta1"), lane("m")), times(all("rest1"), lane("g")))],
      ["m", settled(lane("m"), SMALLEST.gradient)],
      ["g", settled(lane("g"), SMALLEST.squared)],
      ["v", plus(times(all("beta2"), lane("v")), times(all("rest2"), times(lane("g"), lane("g"))))],
      ["v", settled(lane("v"), SMALLEST.square)],
      [
        "param",
        minus(
          lane("param"),
          over(times(all("stepSize"), lane("m")), plus(times(root(lane("v")), all("scale")), all("eps"))),
        ),
      ],
    ],
    loop:
      (arena) =>
      (param, grad, m, v, bytes, stepSize, scale, beta1, rest1, beta2, rest2, eps, decay, keep) => {
        const { all: values } = arena;
        for (let i = 0; i < bytes / 4; i++) {
          const [at, ofM, ofV] = [param / 4 + i, m / 4 + i, v / 4 + i];
          const before = values[at]! * keep;
          const g = values[grad / 4 + i]! + decay * before;
          values[ofM] = settle(beta1 * values[ofM]! + rest1 * g, SMALLEST.gradient);
          values[ofV] = settle(
            beta2 * values[ofV]! + rest2 * settle(g, SMALLEST.squared) ** 2,
            SMALLEST.square,
          );
          values[at] = before - (stepSize * values[ofM]) / (Math.sqrt(values[ofV]) * scale + eps);
        }
      },
    check: (step, { signed, positive, zeros, others, length }) => {
      step(signed, positive, zeros, others, 4 * length, 0.1, 1.5, 0.9, 0.1, 0.99, 0.01, 1e-8, 0.01, 0.99);
    },
  }),
  rmsProp: updated<
    (
      param: number,
      grad: number,
      v: number,
      bytes: number,
      lr: number,
      alpha: number,
      rest: number,
      eps: number,
      decay: number,
    ) => void
  >({
    tensors: ["param", "grad", "v"],
    written: ["v", "param"],
    scalars: ["lr", "alpha", "rest", "eps", "decay"],
    body: [
      DECAYED,
      ["g", settled(lane("g"), SMALLEST.squared)],
      ["v", plus(times(all("alpha"), lane("v")), times(all("rest"), times(lane("g"), lane("g"))))],
      ["v", settled(lane("v"), SMALLEST.square)],
      ["param", minus(lane("param"), over(times(all("lr"), lane("g")), plus(root(lane("v")), all("eps"))))],
    ],
    loop: (arena) => (param, grad, v, bytes, lr, alpha, rest, eps, decay) => {
      const { all: values } = arena;
      for (let i = 0; i < bytes / 4; i++) {
        const [at, ofV] = [param / 4 + i, v / 4 + i];
        const g = settle(values[grad / 4 + i]! + decay * values[at]!, SMALLEST.squared);
        values[ofV] = settle(alpha * values[ofV]! + rest * g * g, SMALLEST.square);
        values[at] = values[at]! - (lr * g) / (Math.sqrt(values[ofV]) + eps);
      }
    },
    check: (step, { signed, positive, zeros, length }) => {
      step(signed, positive, zeros, 4 * length, 0.1, 0.9, 0.1, 1e-8, 0.01);
    },
  }),
  /** lr is the one that has decayed. */
  adagrad: updated<
    (
      param: number,
      grad: number,
      sum: number,
      bytes: number,
      lr: number,
      initial: number,
      eps: number,
      decay: number,
    ) => void
  >({
    tensors: ["param", "grad", "sum"],
    written: ["sum", "param"],
    scalars: ["lr", "initial", "eps", "decay"],
    body: [
      DECAYED,
      ["g", settled(lane("g"), SMALLEST.squared)],
      ["sum", plus(lane("sum"), times(lane("g"), lane("g")))],
      [
        "param",
        minus(
          lane("param"),
          over(times(all("lr"), lane("g")), plus(root(plus(all("initial"), lane("sum"))), all("eps"))),
        ),
      ],
    ],
    loop: (arena) => (param, grad, sum, bytes, lr, initial, eps, decay) => {
      const { all: values } = arena;
      for (let i = 0; i < bytes / 4; i++) {
        const [at, ofSum] = [param / 4 + i, sum / 4 + i];
        const g = settle(values[grad / 4 + i]! + decay * values[at]!, SMALLEST.squared);
        values[ofSum] = values[ofSum]! + g * g;
        values[at] = values[at]! - (lr * g) / (Math.sqrt(initial + values[ofSum]) + eps);
      }
    },
    check: (step, { signed, positive, zeros, length }) => {
      step(signed, positive, zeros, 4 * length, 0.1, 0.25, 1e-10, 0.01);
    },
  }),
};

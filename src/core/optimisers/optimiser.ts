import type { Ops, TensorLike } from "../ops/op.ts";

/** How parameters follow their gradients. Names and defaults as in torch.optim. */
export type Optimiser =
  | {
      readonly name: "sgd";
      readonly lr: number;
      readonly momentum: number;
      readonly nesterov: boolean;
      readonly weightDecay: number;
    }
  | {
      /** `adamw` takes the weight decay off the parameters, `adam` adds it to the gradients. */
      readonly name: "adam" | "adamw";
      readonly lr: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly eps: number;
      readonly weightDecay: number;
    }
  | {
      readonly name: "rmsprop";
      readonly lr: number;
      readonly alpha: number;
      readonly eps: number;
      readonly weightDecay: number;
    }
  | {
      readonly name: "adagrad";
      readonly lr: number;
      readonly lrDecay: number;
      readonly initialAccumulatorValue: number;
      readonly eps: number;
      readonly weightDecay: number;
    };

/** What an optimiser remembers of every parameter, each in the parameter's shape, beginning with zeros. */
export function stateNames(optimiser: Optimiser): readonly string[] {
  switch (optimiser.name) {
    case "sgd":
      return optimiser.momentum === 0 && optimiser.weightDecay === 0 ? [] : ["velocity"];
    case "adam":
    case "adamw":
      return ["m", "v"];
    case "rmsprop":
      return ["v"];
    case "adagrad":
      return ["sum"];
  }
}

/** One parameter with all that its step needs. */
export interface UpdateTensors<T> {
  readonly param: T;
  readonly grad: T;
  /** In the order of `stateNames`. */
  readonly states: readonly T[];
  /** (1,): this step's learning rate. */
  readonly lr: T;
  /** (1,) float64: steps done before this one. */
  readonly counter: T;
}

/**
 * Records one step of an optimiser on one parameter.
 *
 * @throws {ShapeError} If the states do not fit the parameter. @throws {RangeError} If one is missing.
 */
export function recordUpdate<T extends TensorLike>(
  ops: Ops<T>,
  optimiser: Optimiser,
  { param, grad, states, lr, counter }: UpdateTensors<T>,
): void {
  const [first, second] = [states.at(0), states.at(1)];
  const wanted = stateNames(optimiser).length;
  if (states.length !== wanted) {
    throw new RangeError(
      `recordUpdate: ${optimiser.name} needs ${wanted} states of ${param.name}, got ${states.length}`,
    );
  }
  if (first === undefined) {
    ops.run({ op: "sgd", param, grad, lr });
  } else if (optimiser.name === "sgd") {
    const { momentum, nesterov, weightDecay } = optimiser;
    ops.run({ op: "momentum", param, grad, velocity: first, lr, momentum, nesterov, weightDecay });
  } else if (optimiser.name === "rmsprop") {
    const { alpha, eps, weightDecay } = optimiser;
    ops.run({ op: "rmsProp", param, grad, v: first, lr, alpha, eps, weightDecay });
  } else if (optimiser.name === "adagrad") {
    const { lrDecay, initialAccumulatorValue: initial, eps, weightDecay } = optimiser;
    ops.run({ op: "adagrad", param, grad, sum: first, lr, counter, lrDecay, initial, eps, weightDecay });
  } else if (second !== undefined) {
    const { beta1, beta2, eps, weightDecay } = optimiser;
    const decoupled = optimiser.name === "adamw";
    ops.run({
      op: "adam",
      param,
      grad,
      m: first,
      v: second,
      lr,
      counter,
      beta1,
      beta2,
      eps,
      weightDecay,
      decoupled,
    });
  }
}

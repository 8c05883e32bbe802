import type { Activation } from "../ops/activation.ts";
import { activate, activateBackward, relu, reluBackward } from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import { Module } from "./module.ts";
import type { Variable } from "./tape.ts";

/**
 * `y = max(x, 0) − shift`, element by element. Backward: dx = (x > 0) · dy.
 *
 * @see torch.nn.ReLU, which has no shift
 */
export class ReLU<T extends TensorLike> extends Module<T> {
  readonly shift: number;

  constructor(shift = 0) {
    super();
    this.shift = shift;
  }

  override forward(x: Variable<T>): Variable<T> {
    const { ops } = x.tape;
    const y = relu(ops, x.data, { shift: this.shift });
    return x.tape.record(y, [x], (dy) => [reluBackward(ops, x.data, dy)]);
  }
}

/** `y = f(x)`, element by element. Backward: dx = f′(x) · dy. */
export class Activate<T extends TensorLike> extends Module<T> {
  readonly activation: Activation;

  constructor(activation: Activation) {
    super();
    this.activation = activation;
  }

  override forward(x: Variable<T>): Variable<T> {
    const { ops } = x.tape;
    const y = activate(ops, x.data, this.activation);
    return x.tape.record(y, [x], (dy) => [activateBackward(ops, x.data, dy, this.activation)]);
  }
}

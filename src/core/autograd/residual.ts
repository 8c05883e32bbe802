import { add } from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import { Module } from "./module.ts";
import type { Variable } from "./tape.ts";

/**
 * `y = x + f(x)`. Backward: dx = dy + what comes back through f; the tape adds both.
 *
 * @see He, Zhang, Ren and Sun, "Deep Residual Learning" (2016)
 */
export class Residual<T extends TensorLike> extends Module<T> {
  readonly body: Module<T>;

  constructor(body: Module<T>) {
    super();
    this.body = body;
  }

  /** @throws {ShapeError} If f changes the shape. */
  override forward(x: Variable<T>): Variable<T> {
    const through = this.body.forward(x);
    const y = add(x.tape.ops, x.data, through.data, `${x.data.name} + ${through.data.name}`);
    return x.tape.record(y, [x, through], (dy) => [dy, dy]);
  }
}

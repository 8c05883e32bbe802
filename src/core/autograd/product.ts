import { multiply } from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import { Module } from "./module.ts";
import type { Variable } from "./tape.ts";

/**
 * `y = f(x) ⊙ g(x)`, element by element. Backward: df = dy ⊙ g(x), dg = dy ⊙ f(x); the tape adds what comes back
 * through both.
 *
 * @see Dauphin et al., "Language Modeling with Gated Convolutional Networks" (2017); Shazeer, "GLU Variants" (2020)
 */
export class Product<T extends TensorLike> extends Module<T> {
  readonly left: Module<T>;
  readonly right: Module<T>;

  constructor(left: Module<T>, right: Module<T>) {
    super();
    this.left = left;
    this.right = right;
  }

  /** @throws {ShapeError} If the branches differ in shape. */
  override forward(x: Variable<T>): Variable<T> {
    const { ops } = x.tape;
    const [left, right] = [this.left.forward(x), this.right.forward(x)];
    const y = multiply(ops, left.data, right.data);
    return x.tape.record(y, [left, right], (dy) => [
      multiply(ops, dy, right.data, `${left.data.name}.g`),
      multiply(ops, dy, left.data, `${right.data.name}.g`),
    ]);
  }
}

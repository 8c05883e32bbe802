import { addBiasInPlace, columnSum, matmul } from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import { Module } from "./module.ts";
import type { Parameter, Variable } from "./tape.ts";

/**
 * Fully connected layer: `y = x W + b`.
 *
 * x (N, inFeatures) → y (N, outFeatures); weight (inFeatures, outFeatures); bias (outFeatures,).
 * Backward: dx = dy Wᵀ, dW = xᵀ dy, db = Σ_N dy.
 *
 * @see torch.nn.Linear (which stores the transpose)
 */
export class Linear<T extends TensorLike> extends Module<T> {
  readonly weight: Parameter<T>;
  readonly bias: Parameter<T>;

  constructor(weight: Parameter<T>, bias: Parameter<T>) {
    super();
    this.weight = weight;
    this.bias = bias;
  }

  /** @throws {ShapeError} If `x` is not (N, inFeatures). */
  override forward(x: Variable<T>): Variable<T> {
    const { weight, bias } = this;
    const { tape } = x;
    const { ops } = tape;
    const y = addBiasInPlace(ops, matmul(ops, x.data, weight.data), bias.data);
    return tape.record(y, [x, weight, bias], (dy) => [
      matmul(ops, dy, weight.data, { transposeB: true, name: `${x.data.name}.g` }),
      matmul(ops, x.data, dy, { transposeA: true, name: `${weight.data.name}.g` }),
      columnSum(ops, dy, `${bias.data.name}.g`),
    ]);
  }
}

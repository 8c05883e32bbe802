import { addBiasInPlace, columnSum, matmul } from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import type { Tape } from "./tape.ts";

/**
 * Fully connected layer: `y = x W + b`.
 *
 * x (N, inFeatures) → y (N, outFeatures); weight (inFeatures, outFeatures); bias (outFeatures,).
 * Backward: dx = dy Wᵀ, dW = xᵀ dy, db = Σ_N dy.
 *
 * @see torch.nn.Linear (which stores the transpose)
 */
export class Linear<T extends TensorLike> {
  readonly #tape: Tape<T>;
  readonly weight: T;
  readonly bias: T;

  constructor(tape: Tape<T>, weight: T, bias: T) {
    this.#tape = tape;
    this.weight = weight;
    this.bias = bias;
  }

  /** @throws {ShapeError} If `x` is not (N, inFeatures). */
  forward(x: T): T {
    const { weight, bias } = this;
    const { ops } = this.#tape;
    const y = addBiasInPlace(ops, matmul(ops, x, weight), bias);
    return this.#tape.record(y, [x, weight, bias], (dy) => [
      matmul(ops, dy, weight, { transposeB: true, name: `${x.name}.g` }),
      matmul(ops, x, dy, { transposeA: true, name: `${weight.name}.g` }),
      columnSum(ops, dy, `${bias.name}.g`),
    ]);
  }

  parameters(): readonly T[] {
    return [this.weight, this.bias];
  }
}

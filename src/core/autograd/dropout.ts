import { dropout } from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import { Module } from "./module.ts";
import type { Variable } from "./tape.ts";

/**
 * `y = x · mask / (1 − rate)`, the mask 0 with probability `rate`. Backward: dx = dy · mask / (1 − rate). Which elements
 * fall out depends on seed, step and place only, so a training that is resumed drops the same ones.
 *
 * @see torch.nn.Dropout
 */
export class Dropout<T extends TensorLike> extends Module<T> {
  readonly #mask: { readonly rate: number; readonly seed: number; readonly counter: T };

  /** `counter` (1,) float64 holds the step. */
  constructor(mask: { readonly rate: number; readonly seed: number; readonly counter: T }) {
    super();
    this.#mask = mask;
  }

  override forward(x: Variable<T>): Variable<T> {
    const { ops } = x.tape;
    const y = dropout(ops, x.data, this.#mask, `${x.data.name} dropped`);
    return x.tape.record(y, [x], (dy) => [dropout(ops, dy, this.#mask, `${x.data.name}.g`)]);
  }
}

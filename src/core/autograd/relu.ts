import { relu, reluBackward } from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import type { Tape } from "./tape.ts";

/**
 * `y = max(x, 0)`, element by element. Backward: dx = (x > 0) · dy.
 *
 * @see torch.nn.ReLU
 */
export class ReLU<T extends TensorLike> {
  readonly #tape: Tape<T>;

  constructor(tape: Tape<T>) {
    this.#tape = tape;
  }

  forward(x: T): T {
    const { ops } = this.#tape;
    const y = relu(ops, x, { shift: 0 });
    return this.#tape.record(y, [x], (dy) => [reluBackward(ops, x, dy)]);
  }

  parameters(): readonly T[] {
    return [];
  }
}

import { ContractError } from "../errors.ts";
import type { TensorLike } from "../ops/op.ts";

/**
 * The gradient of each tensor: `g.of(w)` is the notebook's `w.g`. A new table is the notebook's resetting of all
 * gradients to None.
 */
export class GradientTable<T extends TensorLike> {
  readonly #gradients = new Map<T, T>();

  /** @throws {ContractError} If the backward pass has not reached the tensor. */
  of(tensor: T): T {
    const gradient = this.#gradients.get(tensor);
    if (gradient === undefined) {
      throw new ContractError(
        `"${tensor.name}" has no gradient yet; run the backward pass of what uses it first`,
      );
    }
    return gradient;
  }

  set(tensor: T, gradient: T): void {
    this.#gradients.set(tensor, gradient);
  }
}

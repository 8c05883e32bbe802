import { ContractError } from "../errors.ts";
import type { Ops, TensorLike } from "../ops/op.ts";

/** One recorded operation: how to turn the gradient of its output into those of its inputs. */
interface TapeEntry<T> {
  readonly out: T;
  readonly inputs: readonly T[];
  readonly backward: (outG: T) => readonly T[];
}

/** The operation that ends in the loss: its output is one number, whose gradient by itself is 1. */
interface LossEntry<T> {
  readonly loss: T;
  readonly pred: T;
  readonly backward: () => T;
}

/**
 * Records operations in the order in which they run, and walks them backwards: the chain rule, once for all layers.
 *
 * A tensor may be the input of one operation only: there is no op here that adds two gradients.
 */
export class Tape<T extends TensorLike> {
  readonly ops: Ops<T>;
  readonly #gradients = new Map<T, T>();
  #entries: TapeEntry<T>[] = [];
  #losses: LossEntry<T>[] = [];

  constructor(ops: Ops<T>) {
    this.ops = ops;
  }

  /** Puts an operation on the tape. `backward` gives the gradients of the inputs, in their order. @returns out */
  record(out: T, inputs: readonly T[], backward: (outG: T) => readonly T[]): T {
    this.#entries.push({ out, inputs, backward });
    return out;
  }

  /** Puts a loss on the tape. `backward` gives the gradient of the predictions. @returns loss */
  recordLoss(loss: T, pred: T, backward: () => T): T {
    this.#losses.push({ loss, pred, backward });
    return loss;
  }

  // #region cell 86
  /**
   * torch's `loss.backward()`: visits the operations from the last to the first, and forgets them.
   *
   * @throws {ContractError} If the loss is not on the tape, or a tensor would get two gradients.
   */
  backward(loss: T): void {
    const end = this.#losses.find((entry) => entry.loss === loss);
    if (end === undefined) {
      throw new ContractError(
        `Tape.backward: "${loss.name}" is not a loss on this tape; compute it again first`,
      );
    }
    this.#gradients.clear();
    this.#setGradient(end.pred, end.backward());
    for (const { out, inputs, backward } of this.#entries.toReversed()) {
      const outG = this.#gradients.get(out);
      // An operation whose output the loss does not depend on.
      if (outG === undefined) continue;
      for (const [index, gradient] of backward(outG).entries()) this.#setGradient(inputs[index], gradient);
    }
    this.#entries = [];
    this.#losses = [];
  }
  // #endregion

  /** torch's `tensor.grad`. @throws {ContractError} If the last backward pass did not reach the tensor. */
  gradientOf(tensor: T): T {
    const gradient = this.#gradients.get(tensor);
    if (gradient === undefined) {
      throw new ContractError(
        `Tape.gradientOf: "${tensor.name}" has no gradient; run backward() on a loss that depends on it`,
      );
    }
    return gradient;
  }

  #setGradient(tensor: T, gradient: T): void {
    if (this.#gradients.has(tensor)) {
      throw new ContractError(
        `Tape.backward: "${tensor.name}" is an input of two operations; this tape cannot add their gradients`,
      );
    }
    this.#gradients.set(tensor, gradient);
  }
}

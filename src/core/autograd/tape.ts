import { ContractError } from "../errors.ts";
import { add } from "../ops/functional.ts";
import type { Ops, TensorLike } from "../ops/op.ts";

/**
 * A tensor that the tape watches: its value, and after `backward()` its gradient.
 *
 * @see torch.Tensor with requires_grad
 */
export class Variable<T extends TensorLike> {
  readonly tape: Tape<T>;
  readonly data: T;

  constructor(tape: Tape<T>, data: T) {
    this.tape = tape;
    this.data = data;
  }

  /** torch's `.grad`: null until a backward pass has reached it. Gradients of two passes add up until zeroGrad(). */
  get grad(): T | null {
    return this.tape.gradientOf(this);
  }

  /**
   * torch's `loss.backward()`: fills `grad` of everything this loss depends on.
   *
   * @throws {ContractError} If this is no loss on the tape.
   */
  backward(): void {
    this.tape.backward(this);
  }
}

/** A variable that is learned: what `Module.parameters()` finds. */
export class Parameter<T extends TensorLike> extends Variable<T> {}

/** One recorded operation: how to turn the gradient of its output into those of its inputs. */
interface TapeEntry<T extends TensorLike> {
  readonly out: Variable<T>;
  readonly inputs: readonly Variable<T>[];
  readonly backward: (outG: T) => readonly T[];
}

/** The operation that ends in the loss: its output is one number, whose gradient by itself is 1. */
interface LossEntry<T extends TensorLike> {
  readonly loss: Variable<T>;
  readonly pred: Variable<T>;
  readonly backward: () => T;
}

/**
 * Records operations in the order in which they run (define-by-run), and walks them backwards: the chain rule, once
 * for all layers. A variable that enters several operations gets the sum of their gradients.
 */
export class Tape<T extends TensorLike> {
  readonly ops: Ops<T>;
  readonly #gradients = new Map<Variable<T>, T>();
  #entries: TapeEntry<T>[] = [];
  #losses: LossEntry<T>[] = [];

  constructor(ops: Ops<T>) {
    this.ops = ops;
  }

  /** Puts an operation on the tape. `backward` gives the gradients of the inputs, in their order. */
  record(out: T, inputs: readonly Variable<T>[], backward: (outG: T) => readonly T[]): Variable<T> {
    const variable = new Variable(this, out);
    this.#entries.push({ out: variable, inputs, backward });
    return variable;
  }

  /** Puts a loss on the tape. `backward` gives the gradient of the predictions. */
  recordLoss(loss: T, pred: Variable<T>, backward: () => T): Variable<T> {
    const variable = new Variable(this, loss);
    this.#losses.push({ loss: variable, pred, backward });
    return variable;
  }

  // #region cell 86
  /**
   * torch's `loss.backward()`: visits the operations from the last to the first, and forgets them.
   *
   * @throws {ContractError} If the loss is not on the tape.
   */
  backward(loss: Variable<T>): void {
    const end = this.#losses.find((entry) => entry.loss === loss);
    if (end === undefined) {
      throw new ContractError(
        `Tape.backward: "${loss.data.name}" is not a loss on this tape; compute it again first`,
      );
    }
    this.#add(end.pred, end.backward());
    for (const { out, inputs, backward } of this.#entries.toReversed()) {
      const outG = this.#gradients.get(out);
      // An operation whose output the loss does not depend on.
      if (outG === undefined) continue;
      for (const [index, gradient] of backward(outG).entries()) this.#add(inputs[index], gradient);
    }
    this.#entries = [];
    this.#losses = [];
  }
  // #endregion

  gradientOf(variable: Variable<T>): T | null {
    return this.#gradients.get(variable) ?? null;
  }

  /** Forgets the gradients of these variables. */
  zeroGrad(variables: Iterable<Variable<T>>): void {
    for (const variable of variables) this.#gradients.delete(variable);
  }

  #add(variable: Variable<T>, gradient: T): void {
    const before = this.#gradients.get(variable);
    const sum = before === undefined ? gradient : add(this.ops, before, gradient, gradient.name);
    this.#gradients.set(variable, sum);
  }
}

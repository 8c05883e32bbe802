import type { TensorLike } from "../ops/op.ts";
import type { Tape } from "./tape.ts";

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

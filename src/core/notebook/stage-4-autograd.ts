import { Linear } from "../autograd/linear.ts";
import { mseLoss } from "../autograd/mse-loss.ts";
import { ReLU } from "../autograd/relu.ts";
import { Tape } from "../autograd/tape.ts";
import { ContractError } from "../errors.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import { afterForward, type Stage, type StageOptions, type StageTensors } from "./stage.ts";

// #region cell 76
function mse<T extends TensorLike>(tape: Tape<T>, yPred: T, yTrue: T): T {
  return mseLoss(tape, yPred, yTrue);
}
// #endregion

// #region cell 81
class Model<T extends TensorLike> {
  readonly #tape: Tape<T>;
  readonly #layers: readonly (Linear<T> | ReLU<T>)[];

  constructor(tape: Tape<T>, { w1, b1, w2, b2 }: StageTensors<T>) {
    this.#tape = tape;
    this.#layers = [new Linear(tape, w1, b1), new ReLU(tape), new Linear(tape, w2, b2)];
  }

  call(x: T, y: T): T {
    for (const layer of this.#layers) x = layer.forward(x);
    return mse(this.#tape, x, y);
  }
}
// #endregion

/** Stage 4, cells 66 to 86: Linear, ReLU and a tape that differentiates. ReLU has no shift here. */
export const stage4Autograd: Stage = {
  name: "autograd",
  build<T extends TensorLike>(ops: Ops<T>, tensors: StageTensors<T>, { shift }: StageOptions) {
    if (shift !== 0) {
      throw new ContractError(`stage 4: ReLU has no shift; expected shift 0, got ${shift}`);
    }
    const { x, y, w1, b1, w2, b2 } = tensors;
    // #region cell 83
    const tape = new Tape(ops);
    const model = new Model(tape, tensors);
    // #endregion
    let loss: T | undefined;
    return {
      forward: () => {
        // #region cell 84
        loss = model.call(x, y);
        // #endregion
        return loss;
      },
      backward: () => {
        tape.backward(afterForward(loss, "autograd"));
        const g = (tensor: T): T => tape.gradientOf(tensor);
        return { x: g(x), w1: g(w1), b1: g(b1), w2: g(w2), b2: g(b2) };
      },
    };
  },
};

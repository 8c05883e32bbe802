import { ReLU } from "../autograd/activations.ts";
import { Linear } from "../autograd/linear.ts";
import { MSELoss } from "../autograd/losses.ts";
import { Module } from "../autograd/module.ts";
import { Tape } from "../autograd/tape.ts";
import { Parameter, Variable } from "../autograd/tape.ts";
import { ContractError } from "../errors.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import { afterForward, type Stage, type StageOptions, type StageTensors } from "./stage.ts";

// #region cell 76
function mse<T extends TensorLike>(yPred: Variable<T>, yTrue: T): Variable<T> {
  return new MSELoss<T>().forward(yPred, yTrue);
}
// #endregion

// #region cell 81
class Model<T extends TensorLike> extends Module<T> {
  /** A plain list, as in the notebook: `parameters()` does not look into it and finds none. */
  readonly layers: readonly Module<T>[];

  constructor({ w1, b1, w2, b2 }: Readonly<Record<"w1" | "b1" | "w2" | "b2", Parameter<T>>>) {
    super();
    this.layers = [new Linear(w1, b1), new ReLU(), new Linear(w2, b2)];
  }

  override forward(x: Variable<T>): Variable<T> {
    return this.layers.reduce((value, layer) => layer.forward(value), x);
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
    // #region cell 83
    const tape = new Tape(ops);
    const x = new Variable(tape, tensors.x);
    const parameter = (tensor: T): Parameter<T> => new Parameter(tape, tensor);
    const [w1, b1] = [parameter(tensors.w1), parameter(tensors.b1)];
    const [w2, b2] = [parameter(tensors.w2), parameter(tensors.b2)];
    const model = new Model({ w1, b1, w2, b2 });
    // #endregion
    let loss: Variable<T> | undefined;
    return {
      forward: () => {
        // #region cell 84
        loss = mse(model.forward(x), tensors.y);
        // #endregion
        return loss.data;
      },
      backward: () => {
        afterForward(loss, "autograd").backward();
        const g = ({ grad }: Variable<T>): T => afterForward(grad ?? undefined, "autograd");
        return { x: g(x), w1: g(w1), b1: g(b1), w2: g(w2), b2: g(b2) };
      },
    };
  },
};

import {
  crossEntropy,
  crossEntropyBackward,
  meanSquaredError,
  meanSquaredErrorBackward,
} from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import type { Variable } from "./variable.ts";

/** What compares predictions with targets: its output is one number on the tape. */
export interface Loss<T extends TensorLike> {
  forward(pred: Variable<T>, target: T): Variable<T>;
}

/**
 * loss (1,) = mean over n of (pred[n, 0] − target[n])²; pred (N, 1), target (N,). Backward: 2 (pred − target) / N.
 *
 * @throws {ShapeError} @see torch.nn.MSELoss
 */
export class MSELoss<T extends TensorLike> implements Loss<T> {
  forward(pred: Variable<T>, target: T): Variable<T> {
    const { ops } = pred.tape;
    const loss = meanSquaredError(ops, pred.data, target);
    return pred.tape.recordLoss(loss, pred, () => meanSquaredErrorBackward(ops, pred.data, target));
  }
}

/**
 * loss (1,) = mean over n of −log softmax(logits[n])[target[n]]; logits (N, C), target (N,) holds class numbers.
 * Backward: (softmax − onehot) / N.
 *
 * @throws {ShapeError} @see torch.nn.CrossEntropyLoss
 */
export class CrossEntropyLoss<T extends TensorLike> implements Loss<T> {
  forward(logits: Variable<T>, target: T): Variable<T> {
    const { ops } = logits.tape;
    const loss = crossEntropy(ops, logits.data, target);
    return logits.tape.recordLoss(loss, logits, () => crossEntropyBackward(ops, logits.data, target));
  }
}

import {
  crossEntropy,
  crossEntropyBackward,
  meanSquaredError,
  meanSquaredErrorBackward,
  oneHot,
} from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import type { Variable } from "./tape.ts";

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
 * loss (1,) = mean over n and c of (pred[n, c] − onehot(target[n])[c])²; pred (N, C), target (N,) holds class numbers.
 * Backward: 2 (pred − onehot) / (N C).
 *
 * @throws {ShapeError}
 */
export class OneHotMSELoss<T extends TensorLike> implements Loss<T> {
  forward(pred: Variable<T>, target: T): Variable<T> {
    const { ops } = pred.tape;
    const wanted = oneHot(ops, target, pred.data.shape[1] ?? 1);
    const loss = meanSquaredError(ops, pred.data, wanted);
    return pred.tape.recordLoss(loss, pred, () => meanSquaredErrorBackward(ops, pred.data, wanted));
  }
}

/**
 * loss (1,) = mean over n of −log softmax(logits[n])[target[n]]; logits (N, C), target (N,) holds class numbers;
 * with label smoothing ε the wanted distribution is (1 − ε) onehot + ε / C. Backward: (softmax − wanted) / N.
 *
 * @throws {ShapeError} @see torch.nn.CrossEntropyLoss
 */
export class CrossEntropyLoss<T extends TensorLike> implements Loss<T> {
  readonly smoothing: number;

  constructor(smoothing = 0) {
    this.smoothing = smoothing;
  }

  forward(logits: Variable<T>, target: T): Variable<T> {
    const { ops } = logits.tape;
    const loss = crossEntropy(ops, logits.data, target, this.smoothing);
    return logits.tape.recordLoss(loss, logits, () =>
      crossEntropyBackward(ops, logits.data, target, { smoothing: this.smoothing }),
    );
  }
}

import { meanSquaredError, meanSquaredErrorBackward } from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import type { Tape } from "./tape.ts";

/**
 * loss (1,) = mean over n of (pred[n, 0] − target[n])²; pred (N, 1), target (N,). Backward: 2 (pred − target) / N.
 *
 * @throws {ShapeError} @see torch.nn.functional.mse_loss
 */
export function mseLoss<T extends TensorLike>(tape: Tape<T>, pred: T, target: T): T {
  const { ops } = tape;
  const loss = meanSquaredError(ops, pred, target);
  return tape.recordLoss(loss, pred, () => meanSquaredErrorBackward(ops, pred, target));
}

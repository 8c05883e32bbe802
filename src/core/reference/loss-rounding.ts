import { compile } from "../expression/expression.ts";
import { ownLossFunctions } from "../expression/own-loss.ts";
import { roundingOf } from "../expression/rounding-of.ts";
import { requireOwnLoss } from "../network/network.ts";
import {
  shareRounding,
  SMALLEST_FLOAT32,
  SMALLEST_SHARE,
  UNIT_ROUNDOFF,
  type Float32Arithmetic,
} from "./float32-arithmetic.ts";
import type { ReferencePass } from "./network-pass.ts";
import { sigmoid, softmax, wantedOutput, type RowTargets } from "./row-loss.ts";

/** What the gradient of one row's loss by the output itself rounds in float32, one bound an output. */
export function lossRounding(
  pass: ReferencePass,
  arithmetic: Float32Arithmetic,
  out: ArrayLike<number>,
  targets: RowTargets,
): Float64Array {
  const { loss, delta, weights } = pass;
  const wanted = wantedOutput(pass, out.length, targets);
  if (loss === "crossEntropy") {
    const mass = wanted.reduce((sum, share) => sum + share, 0);
    let largest = -Infinity;
    for (let c = 0; c < out.length; c++) largest = Math.max(largest, out[c]);
    return softmax(out).map(
      (share, c) =>
        mass * share * (shareRounding(arithmetic, largest - out[c], out.length) + 3 * UNIT_ROUNDOFF) +
        6 * UNIT_ROUNDOFF * wanted[c] +
        mass * SMALLEST_SHARE,
    );
  }
  if (loss === "binaryCrossEntropy") {
    return wanted.map((value, c) => {
      const up = (1 - value) * sigmoid(out[c]);
      const down = (weights?.[c] ?? 1) * value * sigmoid(-out[c]);
      return ((12 + Math.abs(out[c])) * UNIT_ROUNDOFF * (up + down) + SMALLEST_SHARE) / out.length;
    });
  }
  if (loss === "own") {
    const { backward } = ownLossFunctions(requireOwnLoss(pass));
    const [evaluate, round] = [compile(backward), roundingOf(backward)];
    return wanted.map(
      (value, c) =>
        (round(out[c], value) + 4 * UNIT_ROUNDOFF * Math.abs(evaluate(out[c], value))) / out.length +
        SMALLEST_FLOAT32,
    );
  }
  return wanted.map((value, c) => {
    const slope = loss === "huber" ? Math.min(delta, Math.abs(out[c] - value)) : Math.abs(out[c] - value);
    return (8 * UNIT_ROUNDOFF * (loss === "l1" ? 1 : slope)) / out.length + SMALLEST_FLOAT32;
  });
}

/**
 * Bound of the gradient of one row's loss by the output, before the mean: what it rounds itself, and how far it moves
 * with the rounding of the outputs, `errors`.
 */
export function lossGradientErrors(
  pass: ReferencePass,
  arithmetic: Float32Arithmetic,
  row: { readonly out: ArrayLike<number>; readonly errors: Float64Array; readonly targets: RowTargets },
): Float64Array {
  const { out, errors: outErrors, targets } = row;
  const bound = lossRounding(pass, arithmetic, out, targets);
  const { loss, delta, weights } = pass;
  const wanted = wantedOutput(pass, out.length, targets);
  const largest = outErrors.reduce((most, error) => Math.max(most, error), 0);
  const shares = loss === "crossEntropy" ? softmax(out) : null;
  const mass = shares === null ? 1 : wanted.reduce((sum, share) => sum + share, 0);
  /** How far the slope of output c moves with its error. */
  const moves = (c: number): number => {
    const error = outErrors[c];
    const d = Math.abs(out[c] - wanted[c]);
    switch (loss) {
      case "mse":
      case "mseOneHot":
        return 2 * error;
      case "l1":
        // The other side of the kink.
        return d <= error ? 2 : 0;
      case "own": {
        const { slope } = ownLossFunctions(requireOwnLoss(pass));
        const moved = (by: number): number =>
          Math.abs(slope(out[c] + by, wanted[c]) - slope(out[c], wanted[c]));
        return 2 * Math.max(moved(error), moved(-error));
      }
      case "huber":
        return d - error >= delta ? 0 : error;
      case "binaryCrossEntropy": {
        const share = sigmoid(out[c]);
        const most = 1 - wanted[c] + (weights?.[c] ?? 1) * wanted[c];
        return most * Math.min(1, Math.min(share, sigmoid(-out[c])) * Math.expm1(Math.min(50, error)));
      }
      case "crossEntropy":
        return 0;
    }
  };
  for (let c = 0; c < bound.length; c++) {
    bound[c] +=
      shares === null
        ? moves(c) / out.length
        : // A share and what it lacks both change by the outputs' errors: the smaller of them counts.
          mass *
          Math.min(1, Math.min(shares[c], 1 - shares[c]) * Math.expm1(Math.min(50, outErrors[c] + largest)));
  }
  return bound;
}

import { ownLossFunctions, type OwnLoss, type OwnLossFunctions } from "../expression/own-loss.ts";
import { requireOwnLoss, type LossName } from "../network/network.ts";
import { QUADRATURE, SHORT_STEP } from "./quadrature.ts";

/** How outputs are judged. */
export interface Criterion {
  readonly loss: LossName;
  /** Label smoothing of the cross entropy. */
  readonly smoothing: number;
  /** Of the Huber loss. */
  readonly delta: number;
  /** Of the cross entropies, one an output; null for 1 each. */
  readonly weights: readonly number[] | null;
  /** What the loss "own" is. */
  readonly ownLoss: OwnLoss | null;
}

/** The targets of one row: a class, or as many numbers as outputs. */
export type RowTargets = ArrayLike<number>;

/** softmax(logits). */
export function softmax(logits: ArrayLike<number>): Float64Array {
  let largest = -Infinity;
  for (let c = 0; c < logits.length; c++) largest = Math.max(largest, logits[c]);
  const shares = Float64Array.from(logits, (value) => Math.exp(value - largest));
  const total = shares.reduce((sum, value) => sum + value, 0);
  return shares.map((value) => value / total);
}

export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/**
 * What the network should have put out: the numbers themselves, a one at the class, or shares smoothed over all classes,
 * each times its weight.
 */
export function wantedOutput(
  { loss, smoothing, weights }: Criterion,
  outputs: number,
  targets: RowTargets,
): Float64Array {
  const asNumbers = loss === "mse" || loss === "l1" || loss === "huber" || loss === "own";
  if (asNumbers || (loss === "binaryCrossEntropy" && targets.length === outputs)) {
    return Float64Array.from(targets);
  }
  const [target] = Array.from(targets);
  if (!Number.isInteger(target) || target < 0 || target >= outputs) {
    throw new RangeError(`wantedOutput: expected a class below ${outputs}, got ${target}`);
  }
  const spread = loss === "crossEntropy" ? smoothing : 0;
  const wanted = new Float64Array(outputs).fill(spread / outputs);
  wanted[target] += 1 - spread;
  return loss === "crossEntropy" && weights !== null ? wanted.map((share, c) => share * weights[c]) : wanted;
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** What the row counts in the mean over rows: the weight of its class. */
export const rowWeight = ({ loss, weights }: Criterion, targets: RowTargets): number =>
  loss === "crossEntropy" && weights !== null ? weights[targets[0]] : 1;

/**
 * log Σ exp(out − out[target]): small where the target's class leads, so that nothing may cancel on the way to it.
 */
function logLead(out: ArrayLike<number>, target: number): number {
  let largest = -Infinity;
  for (let c = 0; c < out.length; c++) {
    if (c !== target) largest = Math.max(largest, out[c] - out[target]);
  }
  const above = Math.max(0, largest);
  let others = 0;
  for (let c = 0; c < out.length; c++) {
    if (c !== target) others += Math.exp(out[c] - out[target] - above);
  }
  return above === 0 ? Math.log1p(others) : above + Math.log(others + Math.exp(-above));
}

const ownFunctions = (criterion: Criterion): OwnLossFunctions => ownLossFunctions(requireOwnLoss(criterion));

const huber = (d: number, delta: number): number =>
  Math.abs(d) < delta ? d ** 2 / 2 : delta * (Math.abs(d) - delta / 2);

/** The loss of one output, of those that are judged one by one. */
function elementLoss(criterion: Criterion, out: number, wanted: number, c: number): number {
  const { loss, delta, weights } = criterion;
  switch (loss) {
    case "own":
      return ownFunctions(criterion).value(out, wanted);
    case "l1":
      return Math.abs(out - wanted);
    case "huber":
      return huber(out - wanted, delta);
    case "binaryCrossEntropy":
      return (weights?.[c] ?? 1) * wanted * softplus(-out) + (1 - wanted) * softplus(out);
    case "mse":
    case "mseOneHot":
    case "crossEntropy":
      return (out - wanted) ** 2;
  }
}

/** Its slope. */
function elementSlope(criterion: Criterion, out: number, wanted: number, c: number): number {
  const { loss, delta, weights } = criterion;
  switch (loss) {
    case "own":
      return ownFunctions(criterion).slope(out, wanted);
    case "l1":
      return Math.sign(out - wanted);
    case "huber":
      return Math.max(-delta, Math.min(delta, out - wanted));
    case "binaryCrossEntropy":
      return (1 - wanted) * sigmoid(out) - (weights?.[c] ?? 1) * wanted * sigmoid(-out);
    case "mse":
    case "mseOneHot":
    case "crossEntropy":
      return 2 * (out - wanted);
  }
}

/** elementLoss(out + up) − elementLoss(out + down), without cancellation. */
function elementDifference(
  criterion: Criterion,
  out: number,
  wanted: number,
  { up, down, c }: { readonly up: number; readonly down: number; readonly c: number },
): number {
  const { loss, delta, weights } = criterion;
  const d = out - wanted;
  switch (loss) {
    case "own": {
      const { value, slope } = ownFunctions(criterion);
      const rise = (move: number): number => {
        const isShort = Math.abs(move) * Math.max(1, Math.abs(out)) <= SHORT_STEP;
        // A step over a kink, most of them at the target and at 0, is no integral of one slope; one away from it is.
        const crosses = (from: number): boolean => from !== 0 && from + move > 0 !== from > 0;
        return isShort && !crosses(d) && !crosses(out)
          ? QUADRATURE.reduce((sum, [at, weight]) => sum + weight * move * slope(out + at * move, wanted), 0)
          : value(out + move, wanted) - value(out, wanted);
      };
      return rise(up) - rise(down);
    }
    case "l1": {
      const [above, below] = [d + up, d + down];
      if (d !== 0 && above > 0 === d > 0 && below > 0 === d > 0) return Math.sign(d) * (up - down);
      return Math.abs(above) - Math.abs(below);
    }
    case "huber": {
      const [above, below] = [d + up, d + down];
      if (Math.abs(above) < delta && Math.abs(below) < delta) return ((up - down) * (2 * d + up + down)) / 2;
      if (Math.abs(above) >= delta && Math.abs(below) >= delta && above > 0 === below > 0) {
        return delta * Math.sign(d) * (up - down);
      }
      return huber(above, delta) - huber(below, delta);
    }
    case "binaryCrossEntropy": {
      const rise = (move: number): number =>
        (weights?.[c] ?? 1) * wanted * Math.log1p(sigmoid(-out) * Math.expm1(-move)) +
        (1 - wanted) * Math.log1p(sigmoid(out) * Math.expm1(move));
      return rise(up) - rise(down);
    }
    case "mse":
    case "mseOneHot":
    case "crossEntropy":
      return (up - down) * (2 * d + up + down);
  }
}

/** The loss of one row, before the mean over rows. @throws {RangeError} If the target is no class. */
export function rowLoss(criterion: Criterion, out: ArrayLike<number>, targets: RowTargets): number {
  const wanted = wantedOutput(criterion, out.length, targets);
  if (criterion.loss === "crossEntropy") {
    const [target] = Array.from(targets);
    // What the other classes are wanted for counts from the target's output.
    return wanted.reduce(
      (sum, share, c) => (c === target ? sum : sum - share * (out[c] - out[target])),
      total(wanted) * logLead(out, target),
    );
  }
  return wanted.reduce((sum, value, c) => sum + elementLoss(criterion, out[c], value, c), 0) / wanted.length;
}

/** The gradient of one row's loss by the network's output, before the mean. */
export function rowLossGradient(
  criterion: Criterion,
  out: ArrayLike<number>,
  targets: RowTargets,
): Float64Array {
  const wanted = wantedOutput(criterion, out.length, targets);
  if (criterion.loss !== "crossEntropy") {
    return wanted.map((value, c) => elementSlope(criterion, out[c], value, c) / wanted.length);
  }
  const mass = total(wanted);
  const [target] = Array.from(targets);
  const gradient = softmax(out).map((share, c) => mass * share - wanted[c]);
  // All together are 0. From the others the target's keeps its digits, where share − 1 would be rounding.
  gradient[target] = 0;
  gradient[target] = -gradient.reduce((sum, value) => sum + value, 0);
  return gradient;
}

/**
 * loss(out + up) − loss(out + down) of one row, without the cancellation of two nearly equal losses: a difference of
 * squares as a product, a difference of logarithms by log1p and expm1.
 */
export function rowLossDifference(
  criterion: Criterion,
  out: ArrayLike<number>,
  targets: RowTargets,
  { up, down }: { readonly up: ArrayLike<number>; readonly down: ArrayLike<number> },
): number {
  // By far the most often, and then without an array for each coordinate of each row.
  if (criterion.loss === "mse" && targets.length === 1) {
    return (up[0] - down[0]) * (2 * (out[0] - targets[0]) + up[0] + down[0]);
  }
  const wanted = wantedOutput(criterion, out.length, targets);
  if (criterion.loss !== "crossEntropy") {
    const rises = wanted.map((value, c) =>
      elementDifference(criterion, out[c], value, { up: up[c], down: down[c], c }),
    );
    return rises.reduce((sum, rise) => sum + rise, 0) / wanted.length;
  }
  const shares = softmax(out);
  const mass = total(wanted);
  const [target] = Array.from(targets);
  // Moves count from that of the target: a loss of 1e-18 has a derivative of 1e-18, which a share of 1 would swallow.
  const rise = (moves: ArrayLike<number>): number => {
    let [grown, along] = [0, 0];
    for (let c = 0; c < shares.length; c++) {
      const move = moves[c] - moves[target];
      grown += shares[c] * Math.expm1(move);
      if (c !== target) along += wanted[c] * move;
    }
    return mass * Math.log1p(grown) - along;
  };
  return rise(up) - rise(down);
}

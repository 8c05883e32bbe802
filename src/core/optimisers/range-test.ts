import { median } from "../statistics.ts";

/** Weight of what came before in the smoothed loss. */
const SMOOTHING = 0.9;
/** Share of the steps at the beginning that say nothing: there the average is still one of a few batches. */
const WARM_UP_SHARE = 0.1;
/** Beyond this multiple of the lowest smoothed loss nothing is learned any more. */
const TOO_HIGH = 4;
/** The fall is looked for below this share of it: above, the curve is still flat and its slopes are noise. */
const FALL_BEGINS = 0.8;
/** A slope is that of a straight line through so many points at each side. */
const SLOPE_REACH = 8;
/** A fall of fewer standard deviations of one step's loss may be a lucky stretch of noise. */
const LEAST_FALL = 1.5;

/** What the loss says while the learning rate rises from step to step. */
export interface RangeTest {
  /** Averages of the losses, up to the first that is not finite. */
  readonly smoothed: readonly number[];
  /** Index where the smoothed loss falls fastest; null when it falls no further than its noise. */
  readonly steepest: number | null;
  /** How many steps there are before the loss runs away; all of them when it does not. */
  readonly until: number;
}

/**
 * Exponential average, corrected for its beginning at 0: s_i = 0.9 s_(i-1) + 0.1 L_i, divided by 1 - 0.9^(i+1).
 *
 * @see Kingma and Ba, "Adam" (2015), section 3
 */
export function smoothLosses(losses: readonly number[]): number[] {
  let sum = 0;
  return losses.map((loss, i) => {
    sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
    return sum / (1 - SMOOTHING ** (i + 1));
  });
}

/**
 * Reads a learning-rate range test of `steps` steps, whose rates rise evenly in the logarithm: the steepest part of the
 * smoothed fall, after a tenth of the steps and before the loss is four times its lowest. Where the curve is still flat
 * nothing is looked for: what is steepest there is one unlucky batch.
 *
 * @see Smith, "Cyclical Learning Rates" (2017)
 */
export function readRangeTest(losses: readonly number[], steps: number): RangeTest {
  const broken = losses.findIndex((loss) => !Number.isFinite(loss));
  const finite = broken < 0 ? losses : losses.slice(0, broken);
  const smoothed = smoothLosses(finite);
  const warmUp = Math.ceil(WARM_UP_SHARE * steps);
  let lowest = warmUp;
  let until = finite.length;
  for (let i = warmUp; i < finite.length; i++) {
    if (smoothed[i] < smoothed[lowest]) lowest = i;
    if (smoothed[i] <= TOO_HIGH * smoothed[lowest]) continue;
    until = i;
    break;
  }
  return { smoothed, until, steepest: steepestFall(finite, smoothed, warmUp, lowest) };
}

function steepestFall(
  losses: readonly number[],
  smoothed: readonly number[],
  warmUp: number,
  lowest: number,
): number | null {
  if (lowest <= warmUp) return null;
  const fall = smoothed[warmUp] - smoothed[lowest];
  if (!(fall > LEAST_FALL * noiseOf(losses.slice(0, lowest + 1)))) return null;
  let begins = warmUp;
  for (let i = warmUp; i < lowest; i++) {
    if (smoothed[i] > smoothed[lowest] + FALL_BEGINS * fall) begins = i;
  }
  let steepest: number | null = null;
  let least = 0;
  for (let i = Math.max(warmUp, begins - SLOPE_REACH); i <= lowest; i++) {
    const from = Math.max(warmUp, i - SLOPE_REACH);
    const to = Math.min(lowest, i + SLOPE_REACH);
    // At the ends of a short fall there are too few points for a line.
    if (to - from < Math.min(SLOPE_REACH, lowest - warmUp)) continue;
    const slope = slopeOf(smoothed.slice(from, to + 1));
    if (slope >= least) continue;
    [steepest, least] = [i, slope];
  }
  return steepest;
}

/** Standard deviation of one step's loss, from the differences of neighbours: a slow fall does not count. */
function noiseOf(losses: readonly number[]): number {
  let squares = 0;
  for (let i = 1; i < losses.length; i++) squares += (losses[i] - losses[i - 1]) ** 2;
  return Math.sqrt(squares / (2 * Math.max(1, losses.length - 1)));
}

/** Slope of the least-squares line over 0, 1, 2, … */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  let [products, squares] = [0, 0];
  values.forEach((value, i) => {
    products += (i - middle) * value;
    squares += (i - middle) ** 2;
  });
  return products / squares;
}

/** The middle one of several searches' rates, in the logarithm; null when most of them found none. */
export function middleRate(rates: readonly (number | null)[]): number | null {
  const found = rates.filter((rate) => rate !== null);
  return 2 * found.length <= rates.length ? null : Math.exp(median(found.map(Math.log)));
}

import type { RandomStream } from "./random/random-stream.ts";
import { median, quantile } from "./statistics.ts";

const RESAMPLES = 2_000;

/** How many times as long one contender takes as another. */
export interface Ratio {
  readonly value: number;
  /** Holds 95 % of the ratios of medians of samples drawn again from the samples. */
  readonly low: number;
  readonly high: number;
}

/** A contender's median, and the medians of its samples drawn again: enough for a ratio with any other. */
export interface ResampledMedian {
  readonly median: number;
  readonly resampled: Float64Array;
}

/**
 * Draws the samples again, with replacement, and keeps the median of each draw.
 *
 * @see Efron, "Bootstrap methods: another look at the jackknife" (1979)
 */
export function resampleMedian(samples: readonly number[], stream: RandomStream): ResampledMedian {
  const draw = new Float64Array(samples.length);
  const resampled = Float64Array.from({ length: RESAMPLES }, () => {
    for (let i = 0; i < draw.length; i++) draw[i] = samples[Math.floor(stream.next() * samples.length)];
    return median(draw);
  });
  return { median: median(samples), resampled };
}

/** numerator / denominator with its 95 % bootstrap interval; the two must come from draws of their own. */
export function ratioOfMedians(numerator: ResampledMedian, denominator: ResampledMedian): Ratio {
  const ratios = numerator.resampled.map((value, draw) => value / denominator.resampled[draw]);
  return {
    value: numerator.median / denominator.median,
    low: quantile(ratios, 0.025),
    high: quantile(ratios, 0.975),
  };
}

/** median(numerator) / median(denominator) with its 95 % bootstrap interval. */
export const bootstrapRatio = (
  numerator: readonly number[],
  denominator: readonly number[],
  stream: RandomStream,
): Ratio => ratioOfMedians(resampleMedian(numerator, stream), resampleMedian(denominator, stream));

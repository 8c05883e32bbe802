import type { RandomStream } from "../../core/random/random-stream.ts";
import { median, quantile } from "../../core/statistics.ts";

const RESAMPLES = 2_000;

/** How many times as long one contender takes as another. */
export interface Ratio {
  readonly value: number;
  /** Holds 95 % of the ratios of medians of samples drawn again from the samples. */
  readonly low: number;
  readonly high: number;
}

const resampledMedian = (samples: readonly number[], stream: RandomStream): number =>
  median(samples.map(() => samples[Math.floor(stream.next() * samples.length)] ?? NaN));

/**
 * median(numerator) / median(denominator) with its 95 % bootstrap interval.
 *
 * @see Efron, "Bootstrap methods: another look at the jackknife" (1979)
 */
export function bootstrapRatio(
  numerator: readonly number[],
  denominator: readonly number[],
  stream: RandomStream,
): Ratio {
  const ratios = Float64Array.from(
    { length: RESAMPLES },
    () => resampledMedian(numerator, stream) / resampledMedian(denominator, stream),
  );
  return {
    value: median(numerator) / median(denominator),
    low: quantile(ratios, 0.025),
    high: quantile(ratios, 0.975),
  };
}

import { ratioOfMedians, resampleMedian, type Ratio, type ResampledMedian } from "./bootstrap-ratio.ts";
import { randomStream } from "./random/random-stream.ts";

/** Of the bootstrap: the same samples give the same interval. */
const SEED = 95;
/** With fewer, an interval says nothing. */
const FEWEST_SAMPLES = 5;
/**
 * Two runs of the same code differ by this much without a reason: where data lies in memory, what the processor's clock
 * did. A difference counts when its whole interval lies beyond.
 */
const RUN_TO_RUN = 0.01;

export const SAMPLES_VERDICTS = ["faster", "slower", "no difference shown", "too few samples"] as const;

export interface SamplesComparison {
  /** How many times as long as the first; null where samples are too few. */
  readonly ratio: Ratio | null;
  readonly verdict: (typeof SAMPLES_VERDICTS)[number];
}

/** How often something was timed, with its median drawn again. */
export interface DrawnSamples {
  readonly count: number;
  readonly medians: ResampledMedian;
}

const drawn = (samples: readonly number[], part: number): DrawnSamples => ({
  count: samples.length,
  medians: resampleMedian(samples, randomStream(SEED, part)),
});

/** Of what others are compared with. */
export const drawFirst = (samples: readonly number[]): DrawnSamples => drawn(samples, 0);

/** Draws apart from the first's; what else is compared, and in which order, changes none of them. */
export const drawOther = (samples: readonly number[]): DrawnSamples => drawn(samples, 1);

/** How many times as long as `first` the other took, and whether that is more than chance. */
export function compareSamples(first: DrawnSamples, other: DrawnSamples): SamplesComparison {
  if (first.count < FEWEST_SAMPLES || other.count < FEWEST_SAMPLES) {
    return { ratio: null, verdict: "too few samples" };
  }
  const ratio = ratioOfMedians(other.medians, first.medians);
  if (ratio.low > 1 + RUN_TO_RUN) return { ratio, verdict: "slower" };
  return { ratio, verdict: ratio.high < 1 / (1 + RUN_TO_RUN) ? "faster" : "no difference shown" };
}

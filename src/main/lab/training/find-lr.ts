import type { LrSearch } from "../../../shared/training.ts";
import type { Trainer } from "./trainer.ts";

/** From here to there, evenly in the logarithm. */
const LOWEST_LR = 1e-6;
const HIGHEST_LR = 10;
export const SEARCH_STEPS = 200;
/** Weight of what came before in the smoothed loss. */
const SMOOTHING = 0.9;
/** Beyond this multiple of the lowest smoothed loss nothing is learned any more. */
const TOO_HIGH = 4;

/** The learning rate of a search's step, from 0. */
export const searchRate = (step: number): number =>
  LOWEST_LR * (HIGHEST_LR / LOWEST_LR) ** (step / (SEARCH_STEPS - 1));

/** Exponential averages, corrected for their beginning at 0. */
function smoothed(losses: readonly number[]): number[] {
  let sum = 0;
  return losses.map((loss, i) => {
    sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
    return sum / (1 - SMOOTHING ** (i + 1));
  });
}

/**
 * Trains with a learning rate that rises from step to step until the loss runs away. The suggestion is the rate at
 * which the smoothed loss falls fastest over the logarithm of the rate.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} @see Smith, "Cyclical Learning Rates" (2017)
 */
export async function findLr(trainer: Trainer, onProgress: (fraction: number) => void): Promise<LrSearch> {
  const losses: number[] = [];
  let reason = `the highest rate, ${HIGHEST_LR}, was reached`;
  while (!trainer.finished) {
    try {
      await trainer.advance((metrics) => {
        losses.push(...metrics.map(({ value }) => value));
        onProgress(losses.length / SEARCH_STEPS);
      });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "DivergedError") throw error;
      reason = "the loss is no longer finite";
      break;
    }
    const averages = smoothed(losses);
    if ((averages.at(-1) ?? 0) > TOO_HIGH * Math.min(...averages)) {
      reason = `the loss is ${TOO_HIGH} times its lowest`;
      break;
    }
  }
  const averages = smoothed(losses.filter((loss) => Number.isFinite(loss)));
  const lowest = averages.indexOf(Math.min(...averages));
  let [steepest, fall] = [-1, 0];
  for (let i = 5; i < lowest; i++) {
    const change = (averages[i] ?? 0) - (averages[i - 1] ?? 0);
    if (change < fall) [steepest, fall] = [i, change];
  }
  return {
    points: losses.map((loss, step) => ({ lr: searchRate(step), loss })),
    suggested: steepest < 0 ? null : searchRate(steepest),
    reason,
  };
}

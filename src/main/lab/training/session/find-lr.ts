import { middleRate, readRangeTest } from "../../../../core/optimisers/range-test.ts";
import type { LrSearch, SeedSearch } from "../../../../shared/experiments/training.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";
import type { Trainer } from "./trainer.ts";

/** From here to there, evenly in the logarithm. */
const LOWEST_LR = 1e-6;
const HIGHEST_LR = 10;
export const SEARCH_STEPS = 200;
/** One seed's curve is as much noise as loss; the middle of five is not. */
export const SEARCH_SEEDS = 5;

/** The learning rate of a search's step, from 0. */
export const searchRate = (step: number): number =>
  LOWEST_LR * (HIGHEST_LR / LOWEST_LR) ** (step / (SEARCH_STEPS - 1));

/**
 * Trains with a learning rate that rises from step to step until the loss runs away.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} @see readRangeTest
 */
export async function searchSeed(
  trainer: Trainer,
  progress: ActivityHandle["progress"],
): Promise<SeedSearch> {
  const losses: number[] = [];
  let reason = `the highest rate, ${HIGHEST_LR}, was reached`;
  while (!trainer.finished) {
    try {
      await trainer.advance((metrics) => {
        losses.push(...metrics.map(({ value }) => value));
        progress(losses.length / SEARCH_STEPS);
      });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "DivergedError") throw error;
      reason = "the loss is no longer finite";
      break;
    }
    if (readRangeTest(losses, SEARCH_STEPS).until < losses.length) break;
  }
  const { smoothed, steepest, until } = readRangeTest(losses, SEARCH_STEPS);
  if (until < smoothed.length) reason = "the loss is four times its lowest";
  return {
    seed: trainer.spec.seed,
    points: losses.map((loss, step) => ({ lr: searchRate(step), loss, smoothed: smoothed[step] ?? NaN })),
    steps: until,
    suggested: steepest === null ? null : searchRate(steepest),
    reason,
  };
}

/** What several seeds' searches say together. */
export const togetherOf = (searches: readonly SeedSearch[]): LrSearch => ({
  searches: [...searches],
  suggested: middleRate(searches.map(({ suggested }) => suggested)),
});

import { DivergedError } from "../../../../core/errors.ts";
import { readRangeTest } from "../../../../core/optimisers/range-test.ts";
import { LR_SEARCH, type SeedSearch } from "../../../../shared/experiments/lr-search.ts";
import type { TrainSpec } from "../../../../shared/specs/train-spec.ts";
import type { Engine } from "../../../engine/engine.ts";
import { equalPart, type ActivityHandle } from "../../activity/activity-handle.ts";
import { endingWith } from "../../activity/ending-with.ts";
import { drawNetwork } from "../../compute/draw-network.ts";
import type { DataRows, DataTensors } from "../../compute/data-rows.ts";
import type { GivenParameters } from "../../compute/network-setup.ts";
import { resolveTraining, type ResolvedTraining } from "../resolved-training.ts";
import { Trainer, type StepMetric } from "./trainer.ts";
import { trainingData } from "./training-data.ts";

const { lowestLr, highestLr, steps: SEARCH_STEPS, seeds: SEARCH_SEEDS } = LR_SEARCH;

/** The learning rate of a search's step, from 0. */
const searchRate = (step: number): number => lowestLr * (highestLr / lowestLr) ** (step / (SEARCH_STEPS - 1));

const lossesOf = (steps: readonly StepMetric[]): number[] => steps.map(({ value }) => value);

/**
 * Trains with a learning rate that rises from step to step until the loss runs away; gathers the loss of each of the `steps`.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} @see readRangeTest
 */
async function untilRunaway(
  trainer: Trainer,
  steps: StepMetric[],
  progress: ActivityHandle["progress"],
): Promise<void> {
  let until = 0;
  while (!trainer.finished && until === steps.length) {
    try {
      await trainer.advance((metrics) => {
        steps.push(...metrics);
        progress(steps.length / SEARCH_STEPS);
      });
    } catch (error) {
      if (error instanceof DivergedError) return;
      throw error;
    }
    ({ until } = readRangeTest(lossesOf(steps), SEARCH_STEPS));
  }
}

/** Reads the losses as far as they count: how many steps came after the loss ran away depends on how fast they are. */
function seedSearch(seed: number, losses: readonly number[], whole: boolean): SeedSearch {
  const { smoothed, steepest, until } = readRangeTest(losses, SEARCH_STEPS);
  const reason = !whole
    ? "it was cut short"
    : until < smoothed.length
      ? "the loss is four times its lowest"
      : until < losses.length
        ? "the loss is no longer finite"
        : `the highest rate, ${highestLr}, was reached`;
  return {
    seed,
    points: losses
      .slice(0, until + 1)
      .map((loss, step) => ({ lr: searchRate(step), loss, smoothed: smoothed[step] ?? NaN })),
    steps: until,
    suggested: steepest === null || !whole ? null : searchRate(steepest),
    reason,
    whole,
  };
}

/** What a search trains; what a spec says of epochs, evaluations and stopping does not count. */
export const searchedTraining = (spec: TrainSpec): ResolvedTraining =>
  resolveTraining({
    ...spec,
    epochs: undefined,
    steps: SEARCH_STEPS,
    statisticsEvery: 0,
    validRows: 0,
    earlyStop: undefined,
  });

interface LrSearchOptions {
  readonly engine: Engine;
  readonly dataRows: DataRows;
  readonly threads: number;
  readonly given: GivenParameters | null;
  readonly activity: ActivityHandle;
  /** Told of each seed at its end, with the steps of its points, also of one that was cut short. */
  readonly onSearched: (search: SeedSearch, steps: readonly StepMetric[]) => void;
  /** Told what went wrong in `onSearched` after a search was cut short. */
  readonly tell: (message: string) => void;
}

/**
 * Searches on several seeds, the spec's own first.
 *
 * @param searched See `searchedTraining`. @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function findLr(
  searched: ResolvedTraining,
  { engine, dataRows, threads, given, activity, onSearched, tell }: LrSearchOptions,
): Promise<void> {
  const { network, schemes, spec } = searched;
  const rows = (): Promise<DataTensors> => dataRows.rows(spec.data);
  for (let n = 0; n < SEARCH_SEEDS; n++) {
    const seed = (spec.seed + n) % 2 ** 32;
    const parameters = given ?? (await drawNetwork(engine, { network, schemes, seed }, { rows, threads }));
    const training = { ...searched, spec: { ...spec, seed } };
    const data = await trainingData(dataRows, spec);
    const trainer = new Trainer(engine, training, {
      data,
      threads,
      parameters,
      rate: searchRate,
      givesWay: true,
    });
    const steps: StepMetric[] = [];
    let whole = false;
    await endingWith(
      async () => {
        activity.phase(`seed ${seed}: up to ${SEARCH_STEPS} steps with a rising rate`);
        await untilRunaway(trainer, steps, activity.part(equalPart(n, SEARCH_SEEDS)).progress);
        whole = true;
      },
      () => {
        trainer.release();
        if (steps.length === 0) return;
        const search = seedSearch(seed, lossesOf(steps), whole);
        onSearched(search, steps.slice(0, search.points.length));
      },
      tell,
    );
  }
}

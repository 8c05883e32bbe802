import { ContractError, DivergedError } from "../../../../core/errors.ts";
import { middleRate, readRangeTest } from "../../../../core/optimisers/range-test.ts";
import type { LrSearch, SeedSearch } from "../../../../shared/experiments/training.ts";
import { batchNormMisfit, type TrainSpec } from "../../../../shared/specs/train-spec.ts";
import type { Engine } from "../../../engine/engine.ts";
import { equalPart, type ActivityHandle } from "../../activity/activity-handle.ts";
import { drawNetwork } from "../../compute/draw-network.ts";
import type { DataRows, DataTensors } from "../../compute/data-rows.ts";
import type { GivenParameters } from "../../compute/network-setup.ts";
import { resolveTraining, type ResolvedTraining } from "../resolved-training.ts";
import { Trainer } from "./trainer.ts";
import { trainingData } from "./training-data.ts";

/** From here to there, evenly in the logarithm. */
const LOWEST_LR = 1e-6;
const HIGHEST_LR = 10;
const SEARCH_STEPS = 200;
/** One seed's curve is as much noise as loss; the middle of five is not. */
const SEARCH_SEEDS = 5;

/** The learning rate of a search's step, from 0. */
const searchRate = (step: number): number =>
  LOWEST_LR * (HIGHEST_LR / LOWEST_LR) ** (step / (SEARCH_STEPS - 1));

/**
 * Trains with a learning rate that rises from step to step until the loss runs away.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} @see readRangeTest
 */
async function searchSeed(trainer: Trainer, progress: ActivityHandle["progress"]): Promise<SeedSearch> {
  const losses: number[] = [];
  let reason = `the highest rate, ${HIGHEST_LR}, was reached`;
  while (!trainer.finished) {
    try {
      await trainer.advance((metrics) => {
        losses.push(...metrics.map(({ value }) => value));
        progress(losses.length / SEARCH_STEPS);
      });
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      reason = "the loss is no longer finite";
      break;
    }
    if (readRangeTest(losses, SEARCH_STEPS).until < losses.length) break;
  }
  const { smoothed, steepest, until } = readRangeTest(losses, SEARCH_STEPS);
  if (until < smoothed.length) reason = "the loss is four times its lowest";
  return {
    seed: trainer.training.spec.seed,
    points: losses.map((loss, step) => ({ lr: searchRate(step), loss, smoothed: smoothed[step] ?? NaN })),
    steps: until,
    suggested: steepest === null ? null : searchRate(steepest),
    reason,
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

/**
 * Searches on several seeds, the spec's own first.
 *
 * @throws {ContractError} If batch norm cannot train on its batches. @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function findLr(
  spec: TrainSpec,
  {
    engine,
    dataRows,
    threads,
    given,
    activity,
  }: {
    readonly engine: Engine;
    readonly dataRows: DataRows;
    readonly threads: number;
    readonly given: GivenParameters | null;
    readonly activity: ActivityHandle;
  },
): Promise<LrSearch> {
  const searched = searchedTraining(spec);
  const misfit = batchNormMisfit(searched.spec);
  if (misfit !== "") throw new ContractError(`Looking for a learning rate: ${misfit}`);
  const rows = (): Promise<DataTensors> => dataRows.rows(spec.data);
  const { network, schemes } = searched;
  const searches: SeedSearch[] = [];
  for (let n = 0; n < SEARCH_SEEDS; n++) {
    const seed = (spec.seed + n) % 2 ** 32;
    const parameters = given ?? (await drawNetwork(engine, { network, schemes, seed }, { rows, threads }));
    const data = await trainingData(dataRows, searched.spec);
    const training = { ...searched, spec: { ...searched.spec, seed } };
    const trainer = new Trainer(engine, training, {
      data,
      threads,
      parameters,
      rate: searchRate,
      givesWay: true,
    });
    try {
      activity.phase(`seed ${seed}: up to ${SEARCH_STEPS} steps with a rising rate`);
      searches.push(await searchSeed(trainer, activity.part(equalPart(n, SEARCH_SEEDS)).progress));
    } finally {
      trainer.release();
    }
  }
  return { searches, suggested: middleRate(searches.map(({ suggested }) => suggested)) };
}

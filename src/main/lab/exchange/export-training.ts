import { randomStreamState } from "../../../core/random/random-stream.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import type { TorchTraining } from "../../exchange/torch/torch-training.ts";
import { failureCode } from "../../store/store-failure.ts";
import type { LabServices } from "../activity/experiment.ts";
import { drawNetwork } from "../compute/draw-network.ts";
import type { DataRows } from "../compute/data-rows.ts";
import type { GivenParameters } from "../compute/network-setup.ts";
import { trainingTitle } from "../training/record/training-summary.ts";
import { resolveTraining, trainingOfRun } from "../training/resolved-training.ts";
import { Checkpoints, type Checkpoint } from "../training/session/checkpoints.ts";
import { SHUFFLE_STREAM } from "../training/session/trainer.ts";

/** A training to write elsewhere: a run, or what a spec says. */
export type ExportedTraining =
  | { readonly runId: string }
  | { readonly spec: TrainSpec; readonly given?: GivenParameters | null };

/** The last weights that a run has kept; null where there are none. @throws {DataFormatError} */
export async function lastWeights(services: LabServices, run: RunSummary): Promise<Checkpoint | null> {
  const checkpoints = new Checkpoints(services.store.checkpointsFolder, run.id, trainingOfRun(run));
  try {
    return await checkpoints.load("final");
  } catch (error) {
    if (failureCode(error) !== "ENOENT") throw error;
  }
  return (await checkpoints.newest())?.checkpoint ?? null;
}

/**
 * Everything that a training is written from: drawn weights, learned ones, data, the lab's losses.
 *
 * @throws {ContractError} @throws {DataFormatError} @throws {StoreError} @throws {ExperimentCancelled}
 */
export async function trainingToExport(
  services: LabServices,
  dataRows: DataRows,
  wanted: ExportedTraining,
  { withData }: { readonly withData: boolean },
): Promise<TorchTraining> {
  const { engine, store } = services;
  const threads = Math.max(1, engine.workers);
  const run = "runId" in wanted ? store.getRun(wanted.runId).run : null;
  const training = run === null ? resolveTraining((wanted as { spec: TrainSpec }).spec) : trainingOfRun(run);
  const { spec, network, schemes, totalSteps } = training;
  const { data, seed, validRows } = spec;
  const checkpoint = run === null ? null : await lastWeights(services, run);
  const given = "given" in wanted ? (wanted.given ?? null) : null;
  const unknown = run?.config["weights"] !== undefined;
  const drawn = unknown
    ? null
    : (given ??
      (await drawNetwork(engine, { network, schemes, seed }, { rows: () => dataRows.rows(data), threads })));
  const storedRows = async (): Promise<TorchTraining["data"]> => ({
    train: await dataRows.stored(data),
    valid:
      validRows === 0 ? null : await dataRows.stored({ name: data.name, split: "valid", rows: validRows }),
  });
  const losses = run === null ? [] : store.getMetrics(run.id, STATISTIC_NAMES.loss);
  return {
    title: run?.name ?? trainingTitle(training),
    spec,
    network,
    totalSteps,
    orderState: randomStreamState(seed, SHUFFLE_STREAM),
    normalisation: await dataRows.scaling(data.name),
    background: await dataRows.background(data.name),
    data: withData ? await storedRows() : null,
    initial: drawn,
    trained:
      checkpoint === null ? null : { parameters: checkpoint.state.values, step: checkpoint.state.step },
    rateChanges: checkpoint?.state.rateChanges ?? [],
    losses: losses.map(({ step, value }) => ({ step, loss: value })),
  };
}

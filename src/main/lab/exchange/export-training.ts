import { randomStreamState } from "../../../core/random/random-stream.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import type { TorchTraining } from "../../exchange/torch/torch-training.ts";
import { failureCode } from "../../store/store-failure.ts";
import type { LabServices } from "../activity/experiment.ts";
import { drawNetwork } from "../compute/draw-network.ts";
import type { DataRows } from "../compute/data-rows.ts";
import type { Weights } from "../init/measure-network.ts";
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

/** What is exported, and the weights that it has learned last. */
async function wantedTraining(services: LabServices, wanted: ExportedTraining) {
  const run = "runId" in wanted ? services.store.getRun(wanted.runId).run : null;
  const training = run === null ? resolveTraining((wanted as { spec: TrainSpec }).spec) : trainingOfRun(run);
  const checkpoint = run === null ? null : await lastWeights(services, run);
  return { run, training, checkpoint, title: run?.name ?? trainingTitle(training) };
}
type WantedTraining = Awaited<ReturnType<typeof wantedTraining>>;

/** The weights that it begins with; null where they came from a file. */
async function initialWeights(
  { engine }: LabServices,
  dataRows: DataRows,
  wanted: ExportedTraining,
  { run, training }: WantedTraining,
): Promise<Weights | null> {
  if (run?.config["weights"] !== undefined) return null;
  const given = "given" in wanted ? (wanted.given ?? null) : null;
  if (given !== null) return given;
  const { spec, network, schemes } = training;
  const threads = Math.max(1, engine.workers);
  const rows = () => dataRows.rows(spec.data);
  return drawNetwork(engine, { network, schemes, seed: spec.seed }, { rows, threads });
}

/**
 * A network with the weights that it has learned last, or begins with; null where it has kept none. Its data need not be there
 * unless they are drawn by it.
 *
 * @throws {ContractError} @throws {DataFormatError} @throws {StoreError} @throws {ExperimentCancelled}
 */
export async function networkToExport(services: LabServices, dataRows: DataRows, wanted: ExportedTraining) {
  const found = await wantedTraining(services, wanted);
  const { title, training, checkpoint } = found;
  return {
    title,
    network: training.network,
    dataName: training.spec.data.name,
    parameters: checkpoint?.state.values ?? (await initialWeights(services, dataRows, wanted, found)),
  };
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
  const found = await wantedTraining(services, wanted);
  const { run, training, checkpoint, title } = found;
  const { spec, network, totalSteps } = training;
  const { data, seed, validRows } = spec;
  const drawn = await initialWeights(services, dataRows, wanted, found);
  const storedRows = async (): Promise<TorchTraining["data"]> => ({
    train: await dataRows.stored(data),
    valid:
      validRows === 0 ? null : await dataRows.stored({ name: data.name, split: "valid", rows: validRows }),
  });
  const losses = run === null ? [] : services.store.getMetrics(run.id, STATISTIC_NAMES.loss);
  return {
    title,
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

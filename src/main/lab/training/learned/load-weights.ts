import { ContractError } from "../../../../core/errors.ts";
import type { WeightsChoice } from "../../../../shared/experiments/learned.ts";
import type { RunSummary } from "../../../../shared/runs/run-records.ts";
import type { Store } from "../../../store/store.ts";
import { failureCode } from "../../../store/store-failure.ts";
import { trainingOfRun, type ResolvedTraining } from "../resolved-training.ts";
import { Checkpoints, type Checkpoint } from "../session/checkpoints.ts";

/** A training with weights that it has saved. */
export interface TrainedNetwork {
  readonly run: RunSummary;
  readonly training: ResolvedTraining;
  readonly checkpoint: Checkpoint;
}

/** The checkpoints of a run. @throws {ContractError} If there is no such run, or it is no training. */
export function checkpointsOf(
  store: Pick<Store, "findRun" | "checkpointsFolder">,
  runId: string,
): Pick<TrainedNetwork, "run" | "training"> & { readonly checkpoints: Checkpoints } {
  const run = store.findRun(runId);
  if (run === undefined)
    throw new ContractError(`There is no run ${runId}: list the runs to see which there are`);
  const training = trainingOfRun(run);
  return { run, training, checkpoints: new Checkpoints(store.checkpointsFolder, runId, training) };
}

/** @throws {ContractError} If there is no such run, or it has no such weights. @throws {DataFormatError} */
export async function loadWeights(
  store: Pick<Store, "findRun" | "checkpointsFolder">,
  runId: string,
  weights: WeightsChoice,
): Promise<TrainedNetwork> {
  const { run, training, checkpoints } = checkpointsOf(store, runId);
  const checkpoint =
    weights === "latest"
      ? ((await checkpoints.newest())?.checkpoint ?? null)
      : await checkpoints.load(weights).catch((error: unknown) => {
          if (failureCode(error) === "ENOENT") return null;
          throw error;
        });
  if (checkpoint !== null) return { run, training, checkpoint };
  const there = await checkpoints.choices();
  throw new ContractError(
    `Run ${runId} has no ${weights} weights in "${checkpoints.folder}": ` +
      (there.length === 0
        ? "it has kept none. Train it again."
        : `there are ${there.join(", ")}. Take one of them.`),
  );
}

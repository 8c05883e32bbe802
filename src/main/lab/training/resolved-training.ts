import { ContractError } from "../../../core/errors.ts";
import type { Network } from "../../../core/network/network.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import type { Initialisation } from "../../../shared/specs/layer-spec.ts";
import { networkOf, schemesOf } from "../../../shared/specs/network-spec.ts";
import { readSavedTrainSpec, stepsOf, type TrainSpec } from "../../../shared/specs/train-spec.ts";

/** A training's spec with what follows from it, worked out once where the training begins. */
export interface ResolvedTraining {
  readonly spec: TrainSpec;
  readonly network: Network;
  /** How each linear layer is drawn, in order. */
  readonly schemes: readonly Initialisation[];
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

export function resolveTraining(spec: TrainSpec): ResolvedTraining {
  const { perEpoch, total } = stepsOf(spec);
  return {
    spec,
    network: networkOf(spec),
    schemes: schemesOf(spec),
    stepsPerEpoch: perEpoch,
    totalSteps: total,
  };
}

function savedSpecOf(run: RunSummary): ReturnType<typeof readSavedTrainSpec> {
  const text = run.config["spec"];
  if (run.kind !== "training" || typeof text !== "string") {
    throw new ContractError(`Run ${run.id} is no training but of the kind ${run.kind}`);
  }
  return readSavedTrainSpec(JSON.parse(text));
}

/**
 * The training that a run was started as, also with settings that are refused today: it can be looked at.
 *
 * @throws {ContractError} If it is no training. @throws {v.ValiError}
 */
export const trainingOfRun = (run: RunSummary): ResolvedTraining => resolveTraining(savedSpecOf(run).spec);

/** @throws {ContractError} If the run's settings are refused today, so that it cannot go on. */
export function requireTrainable(run: RunSummary): void {
  const { refusal } = savedSpecOf(run);
  if (refusal === "") return;
  throw new ContractError(
    `Run ${run.id} was started by an earlier version with what is refused today: ${refusal}. ` +
      "Its weights can be looked at and saved; to train on, start from them with a spec that is taken.",
  );
}

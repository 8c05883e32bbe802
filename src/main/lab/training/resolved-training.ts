import { ContractError } from "../../../core/errors.ts";
import type { Network } from "../../../core/network/network.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { schemesOf, trainNetworkOf, type Initialisation } from "../../../shared/specs/network-spec.ts";
import { parseTrainSpec, stepsOf, type TrainSpec } from "../../../shared/specs/train-spec.ts";

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
    network: trainNetworkOf(spec),
    schemes: schemesOf(spec),
    stepsPerEpoch: perEpoch,
    totalSteps: total,
  };
}

/** The training that a run was started as. @throws {ContractError} If it is no training. @throws {v.ValiError} */
export function trainingOfRun(run: RunSummary): ResolvedTraining {
  const text = run.config["spec"];
  if (run.kind !== "training" || typeof text !== "string") {
    throw new ContractError(`Run ${run.id} is no training but of the kind ${run.kind}`);
  }
  return resolveTraining(parseTrainSpec(JSON.parse(text)));
}

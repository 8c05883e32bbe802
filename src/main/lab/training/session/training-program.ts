import { parameterShapes } from "../../../../core/network/network.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import { stateNames } from "../../../../core/optimisers/optimiser.ts";
import type { Scope } from "../../../engine/arena.ts";
import type { TrainingRows } from "../../compute/data-rows.ts";
import { recordStep, type RecordedStep } from "../record/record-step.ts";
import type { ResolvedTraining } from "../resolved-training.ts";

/** Learning rates that lie ready: a dispatch takes no more steps. */
export const MOST_DISPATCH_STEPS = 65_536;

export interface TrainerData {
  readonly train: TrainingRows;
  /** Null when nothing is evaluated. */
  readonly valid: TrainingRows | null;
  /** What a pixel of the background holds after normalisation. */
  readonly background: number;
}

/** All that a training has in the arena beside its data: tensors without values, and its steps as programs. */
export interface TrainingProgram {
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** What the optimiser remembers, by "w1 velocity" and so on. */
  readonly states: Readonly<Record<string, Tensor>>;
  readonly indices: Tensor;
  readonly counter: Tensor;
  readonly rates: Tensor;
  /** A step on a whole batch, and on what is left at the end of an epoch; null where there is none. */
  readonly full: RecordedStep | null;
  readonly tail: RecordedStep | null;
}

/** Records a training into `scope`; nothing is written, so that the same tells a forecast what it takes. */
export function recordTraining(
  scope: Scope,
  training: ResolvedTraining,
  { train, background }: TrainerData,
): TrainingProgram {
  const { spec, network, totalSteps } = training;
  const { rows } = spec.data;
  const { batchSize, optimizer } = spec;
  const parameters: Record<string, Tensor> = {};
  const states: Record<string, Tensor> = {};
  for (const { name, shape, learned } of parameterShapes(network)) {
    parameters[name] = scope.tensor(name, shape);
    for (const state of learned ? stateNames(optimizer) : []) {
      states[`${name} ${state}`] = scope.tensor(`${name} ${state}`, shape);
    }
  }
  const shared = {
    parameters,
    states,
    indices: scope.tensor("rows of the epoch", [rows], "int32"),
    counter: scope.tensor("steps done", [1], "float64"),
    rates: scope.tensor("learning rates", [Math.min(totalSteps, MOST_DISPATCH_STEPS)]),
  };
  const step = (size: number): RecordedStep =>
    recordStep(scope, training, size, { train, background, ...shared });
  const rest = rows % batchSize;
  return {
    ...shared,
    full: rows >= batchSize ? step(batchSize) : null,
    tail: rest > 0 && !spec.dropLast ? step(rest) : null,
  };
}

/** What a step's dispatch has to leave behind; all else may be left out. */
export const stepResults = (
  { parameters, states, counter }: TrainingProgram,
  { histograms }: RecordedStep,
): readonly Tensor[] => [...Object.values(parameters), ...Object.values(states), counter, ...histograms];

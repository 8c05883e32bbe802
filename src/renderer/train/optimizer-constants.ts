import type { TrainSpec } from "../../shared/specs/train-spec.ts";

export type OptimizerName = TrainSpec["optimizer"]["name"];

/** The numbers of each optimiser beside its rate and weight decay. */
export const OPTIMIZER_CONSTANTS = {
  sgd: ["momentum"],
  adam: ["beta1", "beta2", "eps"],
  adamw: ["beta1", "beta2", "eps"],
  rmsprop: ["alpha", "eps"],
  adagrad: ["lrDecay", "initialAccumulatorValue", "eps"],
} as const;
type OptimizerConstant = (typeof OPTIMIZER_CONSTANTS)[OptimizerName][number];

/** What torch's constructors take where nothing is said; but for momentum, which nobody types to have none. */
export const usualConstants = (name: OptimizerName): Readonly<Record<OptimizerConstant, number>> => ({
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.999,
  alpha: 0.99,
  eps: name === "adagrad" ? 1e-10 : 1e-8,
  lrDecay: 0,
  initialAccumulatorValue: 0,
});

/** Of these values the constants that the optimiser has. */
export function optimizerConstants(
  name: OptimizerName,
  values: Readonly<Partial<Record<OptimizerConstant, number>>>,
): Partial<Record<OptimizerConstant, number>> {
  return Object.fromEntries(
    OPTIMIZER_CONSTANTS[name].flatMap((constant) => {
      const value = values[constant];
      return value === undefined ? [] : [[constant, value]];
    }),
  );
}

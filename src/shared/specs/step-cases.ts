import { TRAIN_PRESETS } from "./train-presets.ts";
import type { TrainSpec } from "./train-spec.ts";

/** Training steps that the benchmark times too: two networks, each with small and large batches. */
export const STEP_CASES = [
  { id: "64-small", title: "784-50-10, batches of 64", preset: "small", batchSize: 64 },
  { id: "512-small", title: "784-50-10, batches of 512", preset: "small", batchSize: 512 },
  { id: "64-large", title: "784-256-128-10, batches of 64", preset: "large", batchSize: 64 },
  { id: "512-large", title: "784-256-128-10, batches of 512", preset: "large", batchSize: 512 },
] as const;
export type StepCase = (typeof STEP_CASES)[number]["id"];

/** What updates the parameters of a step case: the benchmark's plain SGD, or AdamW whose rate follows one cycle. */
export const STEP_OPTIMISERS = { sgd: "SGD", adamw: "AdamW, one cycle" } as const;
export type StepOptimiser = keyof typeof STEP_OPTIMISERS;

/** The training whose steps a case is. */
export function stepCaseSpec(id: StepCase, optimiser: StepOptimiser): TrainSpec {
  const { preset, batchSize } = STEP_CASES.find((one) => one.id === id) ?? STEP_CASES[0];
  const { spec } = TRAIN_PRESETS[preset];
  if (optimiser === "adamw") return { ...spec, batchSize };
  const { optimizer, schedule } = TRAIN_PRESETS.notebook.spec;
  return { ...spec, batchSize, optimizer, schedule };
}

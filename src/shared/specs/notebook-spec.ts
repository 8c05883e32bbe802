import { NOTEBOOK_NETWORK } from "./network-spec.ts";
import type { TrainSpec } from "./train-spec.ts";

/** What the notebook's network is trained with when nothing else is said: plain SGD, three epochs. */
export const NOTEBOOK_SPEC: TrainSpec = {
  ...NOTEBOOK_NETWORK,
  data: { name: "mnist", split: "train", rows: 50_000 },
  optimizer: { name: "sgd", lr: 0.01, momentum: 0, nesterov: false, weightDecay: 0 },
  schedule: { name: "constant", warmupSteps: 0 },
  clipNorm: null,
  batchSize: 64,
  epochs: 3,
  shuffle: true,
  dropLast: false,
  validRows: 10_000,
  augmentShift: 0,
  statisticsEvery: 10,
};

import type { LayerSpec } from "./layer-spec.ts";
import { NOTEBOOK_SPEC } from "./notebook-spec.ts";
import type { TrainSpec } from "./train-spec.ts";

const linear = (inFeatures: number, out: number): LayerSpec => ({
  type: "linear",
  in: inFeatures,
  out,
  init: "kaimingNormal",
});
const relu: LayerSpec = { type: "relu", shift: 0 };

/** Linear layers of these widths with relu between them. */
const reluNetwork = (...widths: readonly number[]): LayerSpec[] =>
  widths.slice(1).flatMap((out, index) => {
    const layer = linear(widths[index] ?? out, out);
    return index === widths.length - 2 ? [layer] : [layer, relu];
  });

const CLASSIFIER: TrainSpec = {
  ...NOTEBOOK_SPEC,
  loss: "crossEntropy",
  optimizer: { name: "adamw", lr: 0.002, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01 },
  schedule: { name: "oneCycle", warmupSteps: 0 },
};

interface Preset {
  readonly title: string;
  readonly spec: TrainSpec;
}
export type TrainPreset = "notebook" | "softmax" | "small" | "large" | "deep" | "normalised";

/** Trainings to begin with, by the names that the window shows. */
export const TRAIN_PRESETS: Readonly<Record<TrainPreset, Preset>> = {
  small: {
    title: "Classifier: 784-50-10",
    spec: {
      ...CLASSIFIER,
      layers: reluNetwork(784, 50, 10),
      optimizer: { ...CLASSIFIER.optimizer, lr: 0.005 },
      epochs: 10,
    },
  },
  softmax: {
    title: "Softmax regression",
    spec: {
      ...CLASSIFIER,
      layers: reluNetwork(784, 10),
      optimizer: { name: "sgd", lr: 0.05, momentum: 0, nesterov: false, weightDecay: 0 },
      schedule: { name: "constant", warmupSteps: 0 },
      epochs: 5,
    },
  },
  large: {
    title: "Large: 784-256-128-10",
    spec: { ...CLASSIFIER, layers: reluNetwork(784, 256, 128, 10), epochs: 12 },
  },
  deep: {
    title: "Deep: 784-(32 × 10)-10",
    spec: {
      ...CLASSIFIER,
      layers: reluNetwork(784, ...new Array<number>(10).fill(32), 10),
      epochs: 8,
    },
  },
  normalised: {
    title: "Batch norm, dropout",
    spec: {
      ...CLASSIFIER,
      layers: [
        linear(784, 128),
        { type: "batchNorm", momentum: 0.1, eps: 1e-5 },
        relu,
        { type: "residual", layers: [linear(128, 128), relu, linear(128, 128)] },
        { type: "dropout", rate: 0.2 },
        linear(128, 10),
      ],
      labelSmoothing: 0.05,
      epochs: 8,
    },
  },
  notebook: { title: "Notebook: 784-50-1", spec: NOTEBOOK_SPEC },
};

const OVERFIT_ROWS = 20;
const OVERFIT_STEPS = 300;

/** Whether a training is one of `overfitSpec`. */
export const isOverfitSpec = ({ data, steps, validRows, batchSize }: TrainSpec): boolean =>
  data.rows === OVERFIT_ROWS && batchSize === OVERFIT_ROWS && steps === OVERFIT_STEPS && validRows === 0;

/** The same training on 20 rows for 300 steps: a network that cannot learn those by heart has a mistake in it. */
export const overfitSpec = (spec: TrainSpec): TrainSpec => ({
  ...spec,
  data: { ...spec.data, rows: OVERFIT_ROWS },
  batchSize: OVERFIT_ROWS,
  epochs: undefined,
  steps: OVERFIT_STEPS,
  validRows: 0,
  augmentShift: 0,
  statisticsEvery: 10,
  schedule: { name: "constant", warmupSteps: 0 },
  labelSmoothing: undefined,
  earlyStop: undefined,
});

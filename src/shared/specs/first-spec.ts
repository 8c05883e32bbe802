import { outputsOf, type Dataset } from "../experiments/dataset.ts";
import type { TrainLayerSpec } from "./layer-spec.ts";
import { trainSpecSchema, type TrainSpec } from "./train-spec.ts";
import * as v from "valibot";

/** Steps that a first training takes about: a second or some. */
const FIRST_STEPS = 1_500;
/** Rows with so many features are images or the like. */
const MANY_FEATURES = 256;

/**
 * A network and a training that do well enough on a data set nobody has tried yet: two hidden layers, Adam, some 1,500 steps.
 *
 * @throws {v.ValiError} If the data set is one that no network takes.
 */
export function firstSpec(dataset: Dataset): TrainSpec {
  const { id, features, target, trainRows, validRows } = dataset;
  const many = features >= MANY_FEATURES;
  const hidden = many ? [100, 50] : [32, 32];
  const widths = [features, ...hidden, outputsOf(dataset)];
  const layers = widths
    .slice(1)
    .flatMap((out, index): TrainLayerSpec[] => [
      { type: "linear", in: widths[index] ?? features, out, init: "kaimingNormal" },
      ...(index < hidden.length ? [{ type: "relu" as const, shift: 0 }] : []),
    ]);
  const batchSize = Math.min(many ? 64 : 32, trainRows);
  return v.parse(trainSpecSchema, {
    layers,
    loss: target.kind === "classes" ? "crossEntropy" : "mse",
    data: { name: id, split: "train", rows: Math.min(trainRows, 1_000_000) },
    seed: 42,
    optimizer: { name: "adam", lr: many ? 0.001 : 0.01 },
    batchSize,
    epochs: Math.min(200, Math.max(1, Math.ceil((FIRST_STEPS * batchSize) / trainRows))),
    validRows,
  });
}

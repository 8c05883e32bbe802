import type { LossName } from "../../../../core/network/network.ts";
import type { Dataset, Target } from "../../../../shared/experiments/dataset.ts";
import type { TestScore } from "../../../../shared/experiments/dataset-details.ts";
import type { FeatureBatch } from "../../datasets/read-features.ts";
import { classOf, probabilitiesOf, type Predictions } from "./judge-predictions.ts";

/** Accuracy of classes; R² and the mean absolute error of numbers, the latter in the data's own units. */
export function scoreRows(
  target: Target,
  loss: LossName,
  { outputs, targets, rows }: Predictions,
): Pick<TestScore, "accuracy" | "r2" | "mae"> {
  const width = outputs.length / rows;
  if (target.kind === "classes") {
    let right = 0;
    for (let row = 0; row < rows; row++) {
      const own = Array.from(outputs.subarray(row * width, (row + 1) * width));
      if (classOf(loss, own, target.names.length) === targets[row]) right++;
    }
    return { accuracy: right / rows, r2: null, mae: null };
  }
  const k = target.names.length;
  const means = new Float64Array(k);
  for (let i = 0; i < targets.length; i++) means[i % k] = (means[i % k] ?? 0) + (targets[i] ?? NaN) / rows;
  let [residual, total, absolute] = [0, 0, 0];
  for (let i = 0; i < targets.length; i++) {
    const error = (targets[i] ?? NaN) - (outputs[i] ?? NaN);
    residual += error ** 2;
    total += ((targets[i] ?? NaN) - (means[i % k] ?? NaN)) ** 2;
    absolute += Math.abs(error) / (target.scales[i % k] ?? 1);
  }
  return { accuracy: null, r2: 1 - residual / total, mae: absolute / targets.length };
}

const field = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** The first line of predicted rows: images are named, other rows counted; a class has probabilities where its loss gives some. */
export function predictionHeader({ target }: Dataset, loss: LossName, { names }: FeatureBatch): string {
  const givesProbabilities = probabilitiesOf(loss, [0]).length > 0;
  const columns =
    target.kind === "numbers"
      ? target.names.map((name) => `predicted ${name}`)
      : ["class", ...(givesProbabilities ? target.names.map((name) => `probability of ${name}`) : [])];
  return `${[names === undefined ? "row" : "file", ...columns].map(field).join(",")}\n`;
}

/** Predicted rows as lines of CSV. */
export function predictionLines(
  target: Target,
  loss: LossName,
  {
    rows,
    names,
    outputs,
    before,
  }: Pick<FeatureBatch, "rows" | "names"> & {
    readonly outputs: Float32Array;
    /** Rows that came before, from which rows are counted on. */
    readonly before: number;
  },
): string {
  const width = outputs.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const own = Array.from(outputs.subarray(row * width, (row + 1) * width));
    const columns =
      target.kind === "classes"
        ? [
            target.names[classOf(loss, own, target.names.length)] ?? "",
            ...probabilitiesOf(loss, own).map((value) => value.toPrecision(7)),
          ]
        : own.map((value, i) =>
            String(Number((value / (target.scales[i] ?? 1) + (target.offsets[i] ?? 0)).toPrecision(9))),
          );
    return `${[names?.[row] ?? String(before + row + 1), ...columns].map(field).join(",")}\n`;
  }).join("");
}

import { judgesClasses, type LossName } from "../../../../core/network/network.ts";
import type { Dataset } from "../../../../shared/experiments/dataset.ts";
import type {
  Calibration,
  ConfusionCell,
  Mistake,
  Regression,
} from "../../../../shared/experiments/learned.ts";

const MOST_MISTAKES = 40;
/** Rows that are named behind a cell of the confusion matrix. */
const ROWS_A_CELL = 24;
const CALIBRATION_BINS = 10;
const MOST_POINTS = 2_000;
const RESIDUAL_BINS = 40;

/** Outputs of all rows, (rows, outputs), and the targets as the network has them. */
export interface Predictions {
  readonly outputs: Float32Array;
  readonly targets: Float32Array;
  readonly rows: number;
}

export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const shares = logits.map((value) => Math.exp(value - largest));
  const total = shares.reduce((sum, value) => sum + value, 0);
  return shares.map((value) => value / total);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Probabilities of the classes by an output's loss; empty for numbers. */
export function probabilitiesOf(loss: LossName, out: readonly number[]): number[] {
  if (!judgesClasses(loss)) return [];
  if (loss !== "binaryCrossEntropy") return softmax(out);
  const shares = out.map(sigmoid);
  return out.length === 1 ? [1 - (shares[0] ?? NaN), shares[0] ?? NaN] : shares;
}

/** The class that a row's outputs stand for; a network that gives a class as a number means the nearest one. */
export function classOf(loss: LossName, out: readonly number[], classes: number): number {
  const shares = probabilitiesOf(loss, out);
  return shares.length > 0
    ? shares.indexOf(Math.max(...shares))
    : Math.min(classes - 1, Math.max(0, Math.round(out[0] ?? NaN)));
}

export interface JudgedClasses {
  readonly confusion: readonly ConfusionCell[];
  readonly right: number;
  readonly worst: readonly Omit<Mistake, "features">[];
  readonly calibration: Calibration | null;
}

/**
 * Rows by class and predicted class, the worst mistakes, and how often a probability was right.
 */
export function judgeClasses(
  { outputs, targets, rows }: Predictions,
  { loss, classes }: { readonly loss: LossName; readonly classes: number },
): JudgedClasses {
  const width = outputs.length / rows;
  const cells = new Map<number, { label: number; predicted: number; count: number; rows: number[] }>();
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ count: 0, right: 0, sum: 0 }));
  let right = 0;
  const judged = Array.from({ length: rows }, (_, row): Omit<Mistake, "features"> => {
    const label = targets[row] ?? NaN;
    const out = Array.from(outputs.subarray(row * width, (row + 1) * width));
    const shares = probabilitiesOf(loss, out);
    const predicted = classOf(loss, out, classes);
    const key = label * classes + predicted;
    const cell = cells.get(key) ?? { label, predicted, count: 0, rows: [] };
    cells.set(key, cell);
    cell.count++;
    if (cell.rows.length < ROWS_A_CELL) cell.rows.push(row);
    if (label === predicted) right++;
    const confidence = shares[predicted];
    if (confidence !== undefined && Number.isFinite(confidence)) {
      const bin = bins[Math.min(CALIBRATION_BINS - 1, Math.floor(confidence * CALIBRATION_BINS))];
      if (bin !== undefined) {
        bin.count++;
        bin.sum += confidence;
        if (label === predicted) bin.right++;
      }
    }
    const probability = shares[label] ?? NaN;
    const own = shares.length > 0 ? -Math.log(probability) : ((out[0] ?? NaN) - label) ** 2;
    return { row, label, predicted, probability, loss: own };
  });
  const worst = judged
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => b.loss - a.loss)
    .slice(0, MOST_MISTAKES);
  const seen = bins.reduce((sum, { count }) => sum + count, 0);
  const calibration =
    seen === 0
      ? null
      : {
          bins: bins.map(({ count, right: hits, sum }) => ({
            count,
            probability: count === 0 ? NaN : sum / count,
            accuracy: count === 0 ? NaN : hits / count,
          })),
          error: bins.reduce(
            (sum, { right: hits, sum: confidence }) => sum + Math.abs(hits - confidence) / seen,
            0,
          ),
        };
  return { confusion: [...cells.values()], right, worst, calibration };
}

/** Predicted against true numbers, in the data's own units, and their residuals. */
export function judgeNumbers(
  { outputs, targets, rows }: Predictions,
  target: Dataset["target"],
): readonly Regression[] {
  const width = outputs.length / rows;
  return Array.from({ length: width }, (_, c): Regression => {
    const scale = target.kind === "numbers" ? (target.scales[c] ?? 1) : 1;
    const offset = target.kind === "numbers" ? (target.offsets[c] ?? 0) : 0;
    const inUnits = (values: Float32Array): Float64Array =>
      Float64Array.from({ length: rows }, (_value, row) => (values[row * width + c] ?? NaN) / scale + offset);
    const [predicted, wanted] = [inUnits(outputs), inUnits(targets)];
    const residuals = predicted.map((value, row) => value - (wanted[row] ?? NaN));
    const mean = wanted.reduce((sum, value) => sum + value, 0) / rows;
    const squares = residuals.reduce((sum, value) => sum + value ** 2, 0);
    const spread = wanted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const most = residuals.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const reach = Number.isFinite(most) && most > 0 ? most : 1;
    const counts = new Array<number>(RESIDUAL_BINS).fill(0);
    for (const value of residuals) {
      const bin = Math.min(RESIDUAL_BINS - 1, Math.floor(((value + reach) / (2 * reach)) * RESIDUAL_BINS));
      if (bin >= 0) counts[bin] = (counts[bin] ?? 0) + 1;
    }
    const stride = Math.max(1, Math.ceil(rows / MOST_POINTS));
    const shown = Array.from({ length: Math.ceil(rows / stride) }, (_value, i) => i * stride);
    return {
      name: target.kind === "numbers" ? (target.names[c] ?? `target ${c + 1}`) : "label",
      r2: 1 - squares / spread,
      mae: residuals.reduce((sum, value) => sum + Math.abs(value), 0) / rows,
      rmse: Math.sqrt(squares / rows),
      points: shown.map((row) => ({ row, wanted: wanted[row] ?? NaN, predicted: predicted[row] ?? NaN })),
      residuals: { lo: -reach, hi: reach, counts },
    };
  });
}

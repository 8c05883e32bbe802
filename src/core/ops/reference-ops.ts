import { ContractError } from "../errors.ts";
import { hash32, hashKey } from "../random/hash.ts";
import { shiftOf } from "../random/shift.ts";
import { activate, activationSlope } from "../reference/activations.ts";
import { checkShapes } from "./check-shapes.ts";
import { STATISTICS, TALLY, type DType, type Op, type OpName, type OpParams, type Ops } from "./op.ts";
import { GENERIC_RULES } from "./generic-reference.ts";
import { LOSS_RULES } from "./loss-ops.ts";
import { OPTIMISER_RULES } from "./optimiser-ops.ts";
import type { ReferenceTensor } from "./reference-tensor.ts";

/** What `record` leaves behind. */
export interface RecordedMetric {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

interface Context {
  readonly step: number;
  readonly metrics: RecordedMetric[];
}

/** Elements of one row: the product of all axes after the first. */
const rowLength = (shape: readonly number[]): number => shape.slice(1).reduce((n, size) => n * size, 1);

/** The class that a row has. @throws {RangeError} If it is not a class number. */
function classOf(target: ReferenceTensor, row: number, classes: number): number {
  const wanted = target.data[row];
  if (Number.isInteger(wanted) && wanted >= 0 && wanted < classes) return wanted;
  throw new RangeError(
    `crossEntropy: expected a class number below ${classes} at ${target.name}[${row}], got ${wanted}`,
  );
}

/** The rows that a step gathers: those at its indices, or without indices the first ones. @throws {RangeError} */
function gatheredRows(
  op: "gatherRows" | "gatherBytes",
  {
    rows,
    indices,
    out,
    step,
  }: {
    readonly rows: ReferenceTensor;
    readonly indices: ReferenceTensor | null;
    readonly out: ReferenceTensor;
    readonly step: number;
  },
): number[] {
  const [batchSize] = out.shape;
  return Array.from({ length: batchSize }, (_, row) => {
    const index = indices === null ? row : indices.data[step * batchSize + row];
    // Also catches a step past the end of the indices: there is no row `undefined`.
    if (index >= 0 && index < rows.shape[0]) return index;
    throw new RangeError(
      `${op}: expected a row of "${rows.name}" below ${rows.shape[0]} at indices[${step * batchSize + row}], got ${index}`,
    );
  });
}

/** Mean and Σ (x − mean)² of every column, in two passes. */
function columnMoments(x: ReferenceTensor, out: ReferenceTensor): void {
  const [rows, features] = x.shape;
  out.data.fill(0);
  for (let i = 0; i < x.data.length; i++) out.data[i % features] += x.data[i] / rows;
  for (let i = 0; i < x.data.length; i++) {
    out.data[features + (i % features)] += (x.data[i] - out.data[i % features]) ** 2;
  }
}

/** x̂ = (x − mean) / √(variance + eps) of one row, and the root. */
function normalizedRow(x: ArrayLike<number>, eps: number): { normalized: Float64Array; deviation: number } {
  const row = Float64Array.from(x);
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  const deviation = Math.sqrt(variance + eps);
  return { normalized: row.map((value) => (value - mean) / deviation), deviation };
}

const RULES = {
  // out[i, j] = Σ_k a[i, k] b[k, j], with a and b read through the steps between their rows and columns.
  matmul: ({ a, b, out, transposeA, transposeB, accumulate }) => {
    const [m, n] = out.shape;
    const k = transposeA ? a.shape[0] : a.shape[1];
    const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
    const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
    if (!accumulate) out.data.fill(0);
    for (let i = 0; i < m; i++) {
      for (let l = 0; l < k; l++) {
        const factor = a.data[i * aRow + l * aColumn];
        for (let j = 0; j < n; j++) out.data[i * n + j] += factor * b.data[l * bRow + j * bColumn];
      }
    }
  },

  linear: ({ x, w, bias, out, transposeW, relu, moments }) => {
    const [m, n] = out.shape;
    const [, k] = x.shape;
    const [wRow, wColumn] = transposeW ? [1, k] : [n, 1];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += x.data[i * k + l] * w.data[l * wRow + j * wColumn];
        const y = sum + bias.data[j];
        out.data[i * n + j] = y;
        if (relu !== null) relu.out.data[i * n + j] = Math.max(y, 0) - relu.shift;
      }
    }
    if (moments !== null) columnMoments(relu?.out ?? out, moments);
  },

  addBias: ({ x, bias, out }) => {
    const [rows, features] = x.shape;
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < features; j++) {
        out.data[row * features + j] = x.data[row * features + j] + bias.data[j];
      }
    }
  },

  relu: ({ x, out, shift }) => {
    for (let i = 0; i < x.data.length; i++) out.data[i] = Math.max(x.data[i], 0) - shift;
  },

  reluBackward: ({ x, dy, dx }) => {
    for (let i = 0; i < x.data.length; i++) dx.data[i] = x.data[i] > 0 ? dy.data[i] : 0;
  },

  activate: ({ x, out, activation }) => {
    for (let i = 0; i < x.data.length; i++) out.data[i] = activate(activation, x.data[i]);
  },

  activateBackward: ({ x, dy, dx, activation }) => {
    for (let i = 0; i < x.data.length; i++) {
      dx.data[i] = activationSlope(activation, x.data[i]) * dy.data[i];
    }
  },

  scale: ({ x, out, factor }) => {
    for (let i = 0; i < x.data.length; i++) out.data[i] = factor * x.data[i];
  },

  add: ({ a, b, out }) => {
    for (let i = 0; i < a.data.length; i++) out.data[i] = a.data[i] + b.data[i];
  },

  dropout: ({ x, out, rate, seed, counter }) => {
    const key = hashKey(seed, counter.data[0]);
    for (let i = 0; i < x.data.length; i++) {
      out.data[i] = hash32(i ^ key) >= rate * 2 ** 32 ? x.data[i] / (1 - rate) : 0;
    }
  },

  scaleColumns: ({ x, gain, out }) => {
    const features = gain.data.length;
    for (let i = 0; i < x.data.length; i++) out.data[i] = x.data[i] * gain.data[i % features];
  },

  columnProducts: ({ a, b, out }) => {
    const features = out.data.length;
    out.data.fill(0);
    for (let i = 0; i < a.data.length; i++) out.data[i % features] += a.data[i] * b.data[i];
  },

  meanVariance: ({ moments, out, rows }) => {
    const [, features] = out.shape;
    for (let j = 0; j < features; j++) {
      out.data[j] = moments.data[j];
      out.data[features + j] = moments.data[features + j] / rows;
    }
  },

  track: ({ running, batch, momentum, rows }) => {
    const [, features] = batch.shape;
    for (let j = 0; j < 2 * features; j++) {
      const value = j < features || rows === 1 ? batch.data[j] : (batch.data[j] * rows) / (rows - 1);
      running.data[j] += momentum * (value - running.data[j]);
    }
  },

  normalizeColumns: ({ x, meanVariance, out, eps }) => {
    const [, features] = meanVariance.shape;
    for (let i = 0; i < x.data.length; i++) {
      const j = i % features;
      out.data[i] = (x.data[i] - meanVariance.data[j]) / Math.sqrt(meanVariance.data[features + j] + eps);
    }
  },

  normalizeColumnsBackward: ({ normalized, dy, gain, dgain, dshift, meanVariance, dx, eps }) => {
    const [rows, features] = dy.shape;
    for (let i = 0; i < dy.data.length; i++) {
      const j = i % features;
      const common = (dshift.data[j] + normalized.data[i] * dgain.data[j]) / rows;
      const deviation = Math.sqrt(meanVariance.data[features + j] + eps);
      dx.data[i] = (gain.data[j] / deviation) * (dy.data[i] - common);
    }
  },

  normalizeRows: ({ x, out, eps }) => {
    const [rows, features] = x.shape;
    for (let row = 0; row < rows; row++) {
      const at = row * features;
      out.data.set(normalizedRow(x.data.subarray(at, at + features), eps).normalized, at);
    }
  },

  normalizeRowsBackward: ({ x, dy, dx, eps }) => {
    const [rows, features] = x.shape;
    for (let row = 0; row < rows; row++) {
      const at = row * features;
      const { normalized, deviation } = normalizedRow(x.data.subarray(at, at + features), eps);
      const gradient = Float64Array.from(dy.data.subarray(at, at + features));
      const mean = gradient.reduce((sum, value) => sum + value, 0) / features;
      const along = gradient.reduce((sum, value, j) => sum + value * normalized[j], 0) / features;
      const back = gradient.map((value, j) => (value - mean - normalized[j] * along) / deviation);
      dx.data.set(back, at);
    }
  },

  shiftImages: ({ x, out, width, most, fill, seed, counter }) => {
    const [rows, pixels] = x.shape;
    const height = pixels / width;
    const key = hashKey(seed, counter.data[0]);
    for (let row = 0; row < rows; row++) {
      const { right, down } = shiftOf(hash32(row ^ key), most);
      for (let i = 0; i < pixels; i++) {
        const [fromX, fromY] = [(i % width) - right, Math.floor(i / width) - down];
        const inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
        out.data[row * pixels + i] = inside ? x.data[row * pixels + fromY * width + fromX] : fill;
      }
    }
  },

  columnSum: ({ x, out }) => {
    const [rows, features] = x.shape;
    out.data.fill(0);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < features; j++) out.data[j] += x.data[row * features + j];
    }
  },

  columnMoments: ({ x, out }) => {
    columnMoments(x, out);
  },

  // Adds each row's outer product where it belongs; how many rows form a chunk does not change the value.
  outerProductSum: ({ x, dy, out }) => {
    const [rows, inFeatures] = x.shape;
    const [, outFeatures] = dy.shape;
    out.data.fill(0);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < inFeatures; i++) {
        for (let o = 0; o < outFeatures; o++) {
          out.data[i * outFeatures + o] += x.data[row * inFeatures + i] * dy.data[row * outFeatures + o];
        }
      }
    }
  },

  oneHot: ({ target, out }) => {
    const [rows, classes] = out.shape;
    out.data.fill(0);
    for (let row = 0; row < rows; row++) out.data[row * classes + classOf(target, row, classes)] = 1;
  },

  mse: ({ pred, target, loss }) => {
    const count = pred.data.length;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (pred.data[i] - target.data[i]) ** 2;
    loss.data[0] = sum / count;
  },

  mseBackward: ({ pred, target, dpred }) => {
    const count = pred.data.length;
    for (let i = 0; i < count; i++) dpred.data[i] = (2 * (pred.data[i] - target.data[i])) / count;
  },

  crossEntropy: ({ logits, target, loss, smoothing }) => {
    const [rows, classes] = logits.shape;
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const x = Float64Array.from(logits.data.subarray(row * classes, (row + 1) * classes));
      const largest = Math.max(...x);
      const total = x.reduce((exponentials, value) => exponentials + Math.exp(value - largest), 0);
      const mean = x.reduce((values, value) => values + value, 0) / classes;
      const wanted = x[classOf(target, row, classes)];
      sum += largest + Math.log(total) - (1 - smoothing) * wanted - smoothing * mean;
    }
    loss.data[0] = sum / rows;
  },

  crossEntropyBackward: ({ logits, target, dlogits, smoothing }) => {
    const [rows, classes] = logits.shape;
    for (let row = 0; row < rows; row++) {
      const x = Float64Array.from(logits.data.subarray(row * classes, (row + 1) * classes));
      const largest = Math.max(...x);
      const total = x.reduce((exponentials, value) => exponentials + Math.exp(value - largest), 0);
      const wanted = classOf(target, row, classes);
      for (let c = 0; c < classes; c++) {
        const softmax = Math.exp(x[c] - largest) / total;
        dlogits.data[row * classes + c] =
          (softmax - (c === wanted ? 1 - smoothing : 0) - smoothing / classes) / rows;
      }
    }
  },

  statistics: ({ x, out }) => {
    const count = x.data.length;
    let [sum, sumSquares, zeros, min, max] = [0, 0, 0, Infinity, -Infinity];
    for (const value of x.data) {
      sum += value;
      sumSquares += value * value;
      if (value === 0) zeros++;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    const mean = sum / count;
    let squaredDeviations = 0;
    for (const value of x.data) squaredDeviations += (value - mean) ** 2;
    out.data[STATISTICS.count] = count;
    out.data[STATISTICS.mean] = mean;
    out.data[STATISTICS.std] = count > 1 ? Math.sqrt(squaredDeviations / (count - 1)) : NaN;
    out.data[STATISTICS.min] = min;
    out.data[STATISTICS.max] = max;
    out.data[STATISTICS.zeros] = zeros;
    out.data[STATISTICS.sumSquares] = sumSquares;
  },

  // The last bin includes hi.
  histogram: ({ x, out, lo, hi }) => {
    const bins = out.data.length;
    const scale = bins / (hi - lo);
    out.data.fill(0);
    for (const value of x.data) {
      if (value >= lo && value <= hi) out.data[Math.min(bins - 1, Math.floor((value - lo) * scale))]++;
    }
  },

  tally: ({ x, out, lo, hi }) => {
    out.data.fill(0);
    const [least, most] = [Math.fround(lo), Math.fround(hi)];
    for (const value of x.data) {
      if (Number.isNaN(value)) out.data[TALLY.nan]++;
      if (Math.abs(value) === Infinity) out.data[TALLY.infinite]++;
      if (value < least) out.data[TALLY.below]++;
      if (value > most) out.data[TALLY.above]++;
    }
  },

  activeRows: ({ x, out }) => {
    const features = rowLength(x.shape);
    out.data.fill(0);
    x.data.forEach((value, i) => {
      if (value > 0) out.data[i % features]++;
    });
  },

  gatherRows: ({ x, indices, out }, { step }) => {
    const features = rowLength(x.shape);
    gatheredRows("gatherRows", { rows: x, indices, out, step }).forEach((index, row) => {
      for (let j = 0; j < features; j++) out.data[row * features + j] = x.data[index * features + j];
    });
  },

  gatherBytes: ({ bytes, values, indices, out }, { step }) => {
    const features = rowLength(bytes.shape);
    gatheredRows("gatherBytes", { rows: bytes, indices, out, step }).forEach((index, row) => {
      for (let j = 0; j < features; j++) {
        out.data[row * features + j] = values.data[bytes.data[index * features + j]];
      }
    });
  },

  ...OPTIMISER_RULES,

  lookUp: ({ values, counter, out }) => {
    out.data[0] = values.data[counter.data[0] % values.data.length];
  },

  advance: ({ counter }) => {
    counter.data[0]++;
  },

  squaredNorm: ({ x, out, accumulate }) => {
    let sum = accumulate ? out.data[0] : 0;
    for (const value of x.data) sum += value * value;
    out.data[0] = sum;
  },

  squaredDistance: ({ a, b, out }) => {
    out.data[0] = 0;
    for (let i = 0; i < a.data.length; i++) out.data[0] += (a.data[i] - b.data[i]) ** 2;
  },

  rootRatio: ({ numerator, denominator, out }) => {
    out.data[0] = Math.sqrt(numerator.data[0] / (denominator?.data[0] ?? 1));
  },

  zeroShare: ({ x, out }) => {
    out.data[0] = Array.from(x.data).filter((value) => value === 0).length / x.data.length;
  },

  clip: ({ x, squaredNorm, maxNorm }) => {
    const factor = Math.min(1, maxNorm / (Math.sqrt(squaredNorm.data[0]) + 1e-6));
    for (let i = 0; i < x.data.length; i++) x.data[i] *= factor;
  },

  accuracy: ({ logits, target, out }) => {
    const [rows, classes] = logits.shape;
    let right = 0;
    for (let row = 0; row < rows; row++) {
      const x = Array.from(logits.data.subarray(row * classes, (row + 1) * classes));
      if (x.indexOf(Math.max(...x)) === target.data[row]) right++;
    }
    out.data[0] = right / rows;
  },

  record: ({ source, name, index = 0 }, { step, metrics }) => {
    metrics.push({ name, step, value: source.data[index] });
  },

  mark: () => undefined,

  ...LOSS_RULES,

  ...GENERIC_RULES,
} satisfies { [K in OpName]: (params: OpParams<ReferenceTensor>[K], context: Context) => void };

const CREATE: Record<DType, (length: number) => ReferenceTensor["data"]> = {
  float32: (length) => new Float64Array(length).fill(NaN),
  float64: (length) => new Float64Array(length).fill(NaN),
  int32: (length) => new Int32Array(length),
  uint8: (length) => new Uint8Array(length),
};

/**
 * Computes every op at once in float64 with the plainest loops there are. It is the oracle of the kernels' tests and
 * shares no code with them.
 *
 * New float tensors hold NaN, so that a forgotten write shows.
 */
export class ReferenceOps implements Ops<ReferenceTensor> {
  /** What `record` has put down so far. */
  readonly metrics: RecordedMetric[] = [];
  /** The program's repeat counter, for gatherRows and record. */
  step = 0;

  tensor(name: string, shape: readonly number[], dtype: DType = "float32"): ReferenceTensor {
    const length = shape.reduce((product, size) => product * size, 1);
    return { name, shape, dtype, data: CREATE[dtype](length) };
  }

  /**
   * A tensor that holds these values.
   *
   * @throws {ContractError} If their number does not fit the shape.
   */
  from(name: string, shape: readonly number[], values: ArrayLike<number>, dtype?: DType): ReferenceTensor {
    const tensor = this.tensor(name, shape, dtype);
    if (values.length !== tensor.data.length) {
      throw new ContractError(
        `ReferenceOps.from("${name}"): expected ${tensor.data.length} values for shape (${shape.join(", ")}), got ${values.length}`,
      );
    }
    tensor.data.set(values);
    return tensor;
  }

  run(op: Op<ReferenceTensor>): void {
    checkShapes(op);
    // The rule's parameter is the very op it is looked up by; TypeScript cannot follow that correlation.
    const rule = RULES[op.op] as (op: Op<ReferenceTensor>, context: Context) => void;
    rule(op, this);
  }
}

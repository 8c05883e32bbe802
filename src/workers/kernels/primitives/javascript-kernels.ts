import { PANEL_COLUMNS } from "../../../shared/engine/instruction-sets.ts";
import { START } from "../../../shared/engine/kernel-scratch.ts";
import { hash32 } from "../../../core/random/hash.ts";
import type { ActivationKernels, Kernels, LayoutOfA, MultiplyDots, MultiplyTiles } from "./kernels.ts";
import { NORMAL_LIMIT, NORMAL_TAIL, NORMAL_TAIL_STEP } from "./normal-tail.ts";

/** The arena as floats; taken anew when it has grown. */
class Floats {
  readonly #memory: WebAssembly.Memory;
  #view: Float32Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#view = new Float32Array(memory.buffer);
  }

  get all(): Float32Array {
    const { buffer } = this.#memory;
    if (this.#view.length * 4 !== buffer.byteLength) this.#view = new Float32Array(buffer);
    return this.#view;
  }

  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, at, length);
  }
}

/** max(x, 0) − shift; a comparison with NaN is false, so NaN stays. */
const shiftedRelu = (x: number, shift: number): number => (x < 0 ? 0 : x) - shift;

/** Sums of columns, less their centres; a centre that is NaN becomes the first value. */
interface Moments {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly centres: Float32Array;
}

function addMoment({ sums, squares, centres }: Moments, column: number, value: number): void {
  if (Number.isNaN(centres[column]!)) centres[column] = value;
  const distance = value - centres[column]!;
  sums[column] = sums[column]! + distance;
  squares[column] = squares[column]! + distance * distance;
}

/** Element (i, k) of A lies at a + stepI · i + stepK · k, (k, j) of B at b + stepOfK · k + stepOfJ · j, in floats. */
function multiply(
  f: Float32Array,
  [rows, depth, width]: readonly [number, number, number],
  a: { at: number; stepI: number; stepK: number },
  b: { at: number; stepK: number; stepJ: number },
  c: { at: number; stride: number; start: number; bias: number; relu: number; shift: number },
  moments: Moments | null,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      const target = c.at + i * c.stride + j;
      let sum = c.start === START.zero ? 0 : f[target]!;
      let atA = a.at + i * a.stepI;
      let atB = b.at + j * b.stepJ;
      for (let k = 0; k < depth; k++, atA += a.stepK, atB += b.stepK) sum += f[atA]! * f[atB]!;
      f[target] = c.bias === 0 ? sum : sum + f[c.bias / 4 + j]!;
      if (c.relu !== 0) f[target + c.relu / 4] = shiftedRelu(f[target], c.shift);
      if (moments === null) continue;
      addMoment(moments, j, f[target + c.relu / 4]!);
    }
  }
}

const momentsAt = (
  floats: Floats,
  width: number,
  sums: number,
  squares: number,
  centres: number,
): Moments | null =>
  sums === 0
    ? null
    : {
        sums: floats.doubles(sums, width),
        squares: floats.doubles(squares, width),
        centres: floats.all.subarray(centres / 4, centres / 4 + width),
      };

/** One tile function: bytes in, floats inside. */
const tiles =
  (floats: Floats, layout: LayoutOfA, width: number): MultiplyTiles =>
  (rows, depth, a, strideA, b, strideB, c, strideC, start, bias, relu, shift, sums, squares, centres) => {
    const [stepI, stepK] = layout === "rows" ? [strideA / 4, 1] : [1, strideA / 4];
    multiply(
      floats.all,
      [rows, depth, width],
      { at: a / 4, stepI, stepK },
      { at: b / 4, stepK: strideB / 4, stepJ: 1 },
      { at: c / 4, stride: strideC / 4, start, bias, relu, shift },
      momentsAt(floats, width, sums, squares, centres),
    );
  };

const dots =
  (floats: Floats, width: number): MultiplyDots =>
  (rows, depth, a, strideA, b, strideB, c, strideC, start, bias, relu, shift, sums, squares, centres) => {
    multiply(
      floats.all,
      [rows, depth, width],
      { at: a / 4, stepI: strideA / 4, stepK: 1 },
      { at: b / 4, stepK: 1, stepJ: strideB / 4 },
      { at: c / 4, stride: strideC / 4, start, bias, relu, shift },
      momentsAt(floats, width, sums, squares, centres),
    );
  };

const byWidth = <T>(widths: readonly number[], make: (width: number) => T): Record<number, T> =>
  Object.fromEntries(widths.map((width) => [width, make(width)]));

/** Sums, extremes and zeros as `Kernels.moments` gives them. */
function moments(x: Float32Array): [number, number, number, number, number] {
  let [sum, squares, min, max, zeros] = [0, 0, Infinity, -Infinity, 0];
  for (const value of x) {
    sum += value;
    squares += value * value;
    min = Math.min(min, value);
    max = Math.max(max, value);
    if (value === 0) zeros++;
  }
  return [sum, squares, min, max, zeros];
}

const isClass = (label: number, classes: number): boolean =>
  Number.isInteger(label) && label >= 0 && label < classes;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Φ(x) from the tail's polynomial. */
function normal(x: number): number {
  const a = Math.min(Math.abs(x), NORMAL_LIMIT);
  const t = 1 / (1 + NORMAL_TAIL_STEP * a);
  const tail = Math.exp(-(a * a) / 2) * NORMAL_TAIL.reduce((sum, coefficient) => sum * t + coefficient, 0);
  return x > 0 ? 1 - tail : tail;
}

/** exp(−x²/2) / √(2π). */
const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);

/** (x − mean) / √(variance + eps) of a row, and the root. */
function normalizedRow(x: Float32Array, eps: number): { normalized: Float64Array; deviation: number } {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length + eps);
  return { normalized: Float64Array.from(x, (value) => (value - mean) / deviation), deviation };
}

/** f(x) and f′(x); `slope` is a leaky relu's. */
const ACTIVATIONS: Readonly<
  Record<
    keyof Kernels["activations"],
    Readonly<Record<"value" | "slope", (x: number, slope: number) => number>>
  >
> = {
  leakyRelu: { value: (x, slope) => (x > 0 ? x : slope * x), slope: (x, slope) => (x > 0 ? 1 : slope) },
  tanh: { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  sigmoid: { value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) },
  gelu: {
    value: (x) => (x > 0 ? x : Math.max(x, -NORMAL_LIMIT)) * normal(x),
    slope: (x) => normal(x) + Math.min(Math.max(x, -NORMAL_LIMIT), NORMAL_LIMIT) * density(x),
  },
};

/**
 * The kernels in plain loops over the arena: some fifty times slower than with vectors, and right everywhere. Used
 * only where no WebAssembly module can be.
 */
export function javascriptKernels(memory: WebAssembly.Memory): Kernels {
  const floats = new Floats(memory);
  const panelColumns = PANEL_COLUMNS.javascript;
  const widths = [4, 3, 2, 1];
  const map =
    (f: (x: number, y: number, scalar: number) => number) =>
    (x: number, y: number, target: number, bytes: number, scalar = 0): void => {
      const all = floats.all;
      const [atX, atY, atTarget] = [x / 4, y / 4, target / 4];
      for (let i = 0; i < bytes / 4; i++) all[atTarget + i] = f(all[atX + i]!, all[atY + i]!, scalar);
    };
  const mapOne = (f: (x: number, scalar: number) => number): Kernels["relu"] => {
    const mapped = map((x, _y, scalar) => f(x, scalar));
    return (x, target, bytes, scalar) => {
      mapped(x, x, target, bytes, scalar);
    };
  };
  const activation = (kind: keyof Kernels["activations"]): ActivationKernels => ({
    value: mapOne(ACTIVATIONS[kind].value),
    backward: map((x, y, scalar) => y * ACTIVATIONS[kind].slope(x, scalar)),
  });
  const addInto = map((x, y) => x + y);
  const view = (at: number, length: number): Float32Array => floats.all.subarray(at / 4, at / 4 + length);
  return {
    instructionSet: "javascript",
    panelColumns,
    rows: byWidth(widths, (width) => tiles(floats, "rows", width)),
    columns: byWidth(widths, (width) => tiles(floats, "columns", width)),
    dots: byWidth([1, 2, 3], (width) => dots(floats, width)),
    relu: mapOne(shiftedRelu),
    addInto,
    mask: map((x, y) => (x > 0 ? y : 0)),
    scaledDifference: map((x, y, scale) => scale * (x - y)),
    subtractScaled: map((x, y, scale) => x - scale * y),
    multiply: map((x, y) => x * y),
    standardize: (x, mean, factor, target, bytes) => {
      const [values, means, factors, into] = [x, mean, factor, target].map((at) => view(at, bytes / 4));
      for (let i = 0; i < bytes / 4; i++) into![i] = (values![i]! - means![i]!) * factors![i]!;
    },
    batchNormBackward: (x, dy, factor, mean, along, target, bytes) => {
      const [values, gradient, factors] = [x, dy, factor].map((at) => view(at, bytes / 4));
      const [means, alongs, into] = [mean, along, target].map((at) => view(at, bytes / 4));
      for (let i = 0; i < bytes / 4; i++) {
        into![i] = factors![i]! * (gradient![i]! - means![i]! - values![i]! * alongs![i]!);
      }
    },
    addProducts: (rows, columns, x, y, stride, sums) => {
      const totals = floats.doubles(sums, columns);
      for (let i = 0; i < rows; i++) {
        const [left, right] = [view(x + i * stride, columns), view(y + i * stride, columns)];
        for (let j = 0; j < columns; j++) totals[j] = totals[j]! + left[j]! * right[j]!;
      }
    },
    normalizeRows: (rows, columns, x, target, eps) => {
      for (let i = 0; i < rows; i++) {
        const at = 4 * i * columns;
        view(target + at, columns).set(normalizedRow(view(x + at, columns), eps).normalized);
      }
    },
    normalizeRowsBackward: (rows, columns, x, dy, target, eps) => {
      for (let i = 0; i < rows; i++) {
        const at = 4 * i * columns;
        const { normalized, deviation } = normalizedRow(view(x + at, columns), eps);
        const gradient = Float64Array.from(view(dy + at, columns));
        const mean = gradient.reduce((sum, value) => sum + value, 0) / columns;
        const along = gradient.reduce((sum, value, j) => sum + value * normalized[j]!, 0) / columns;
        view(target + at, columns).set(
          gradient.map((value, j) => (value - mean - normalized[j]! * along) / deviation),
        );
      }
    },
    dropout: (x, target, count, index, key, threshold, scale) => {
      const [values, into] = [view(x, count), view(target, count)];
      for (let i = 0; i < count; i++) {
        into[i] = hash32((index + i) ^ key) >= threshold ? values[i]! * scale : 0;
      }
    },
    scale: mapOne((x, factor) => factor * x),
    normalize: (x, target, bytes, mean, factor) => {
      const all = floats.all;
      for (let i = 0; i < bytes / 4; i++) all[target / 4 + i] = (all[x / 4 + i]! - mean) * factor;
    },
    scaleBytes: (x, target, count, divisor) => {
      const bytes = new Uint8Array(memory.buffer, x, count);
      for (let i = 0; i < count; i++) floats.all[target / 4 + i] = bytes[i]! / divisor;
    },
    activations: {
      leakyRelu: activation("leakyRelu"),
      tanh: activation("tanh"),
      sigmoid: activation("sigmoid"),
      gelu: activation("gelu"),
    },
    squaredDifferences: (x, y, count) => {
      const others = view(y, count);
      return view(x, count).reduce((sum, value, i) => sum + (value - others[i]!) ** 2, 0);
    },
    squares: (x, count) => view(x, count).reduce((sum, value) => sum + value ** 2, 0),
    tally: (x, count, lo, hi, counts) => {
      const totals = floats.doubles(counts, 4);
      const [least, most] = [Math.fround(lo), Math.fround(hi)];
      for (const value of view(x, count)) {
        const found = [Number.isNaN(value), Math.abs(value) === Infinity, value < least, value > most];
        for (const [i, is] of found.entries()) if (is) totals[i] = totals[i]! + 1;
      }
    },
    activeRows: (rows, columns, x, stride, counts) => {
      const totals = floats.doubles(counts, columns);
      for (let i = 0; i < rows; i++) {
        const row = view(x + i * stride, columns);
        for (let j = 0; j < columns; j++) if (row[j]! > 0) totals[j] = totals[j]! + 1;
      }
    },
    histogram: (x, count, lo, hi, scale, bins, counts) => {
      const totals = floats.doubles(counts, bins);
      for (const value of view(x, count)) {
        if (!(value >= lo && value <= hi)) continue;
        const bin = Math.min(bins - 1, Math.floor((value - lo) * scale));
        totals[bin] = totals[bin]! + 1;
      }
    },
    addColumns: (rows, columns, x, stride, sums) => {
      const [all, totals] = [floats.all, floats.doubles(sums, columns)];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) totals[j] = totals[j]! + all[(x + i * stride) / 4 + j]!;
      }
    },
    addMoments: (rows, columns, x, stride, sums, squares, centres) => {
      const all = floats.all;
      const found = momentsAt(floats, columns, sums, squares, centres);
      if (found === null) return;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) addMoment(found, j, all[(x + i * stride) / 4 + j]!);
      }
    },
    moments: (x, vectors, out) => {
      floats.doubles(out, 5).set(moments(view(x, 4 * vectors)));
    },
    deviations: (x, vectors, mean) =>
      view(x, 4 * vectors).reduce((sum, value) => sum + (value - mean) ** 2, 0),
    exponentials: (rows, columns, x, target, totals) => {
      for (let i = 0; i < rows; i++) {
        const row = view(x + 4 * i * columns, columns);
        const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
        const exponentials = row.map((value) => Math.exp(value - largest));
        view(target + 4 * i * columns, columns).set(exponentials);
        view(totals + 8 * i, 2).set([largest, exponentials.reduce((sum, value) => sum + value, 0)]);
      }
    },
    crossEntropies: (rows, columns, x, totals, labels, smoothing) => {
      const [sums, wanted] = [view(totals, 2 * rows), view(labels, rows)];
      let total = 0;
      for (let i = 0; i < rows; i++) {
        const row = view(x + 4 * i * columns, columns);
        const mean = row.reduce((sum, value) => sum + value, 0) / columns;
        const ofLabel = isClass(wanted[i]!, columns) ? row[wanted[i]!]! : NaN;
        total += sums[2 * i]! + Math.log(sums[2 * i + 1]!) - (1 - smoothing) * ofLabel - smoothing * mean;
      }
      return total;
    },
    softmaxGradients: (rows, columns, target, totals, labels, factor, smoothing) => {
      const [sums, wanted] = [view(totals, 2 * rows), view(labels, rows)];
      for (let i = 0; i < rows; i++) {
        const row = view(target + 4 * i * columns, columns);
        const [label, sum] = [wanted[i]!, sums[2 * i + 1]!];
        const known = isClass(label, columns) ? 1 : NaN;
        for (let c = 0; c < columns; c++) {
          const share = (c === label ? 1 - smoothing : 0) + smoothing / columns;
          row[c] = known * factor * (row[c]! / sum - share);
        }
      }
    },
    countHits: (rows, columns, x, labels) => {
      const wanted = view(labels, rows);
      let hits = 0;
      for (let i = 0; i < rows; i++) {
        const row = view(x + 4 * i * columns, columns);
        if (row.indexOf(row.reduce((most, value) => Math.max(most, value), -Infinity)) === wanted[i]) hits++;
      }
      return hits;
    },
    oneHots: (rows, columns, labels, target) => {
      for (const [i, label] of view(labels, rows).entries()) {
        const known = isClass(label, columns);
        view(target + 4 * i * columns, columns).fill(known ? 0 : NaN);
        if (known) floats.all[target / 4 + i * columns + label] = 1;
      }
    },
    momentum: (param, grad, velocity, bytes, lr, momentum, ofGradient, ofVelocity, decay) => {
      const all = floats.all;
      for (let i = 0; i < bytes / 4; i++) {
        const [at, ofV] = [param / 4 + i, velocity / 4 + i];
        const g = all[grad / 4 + i]! + decay * all[at]!;
        all[ofV] = momentum * all[ofV]! + g;
        all[at] = all[at]! - lr * (ofGradient * g + ofVelocity * all[ofV]);
      }
    },
    adam: (param, grad, m, v, bytes, stepSize, scale, beta1, rest1, beta2, rest2, eps, decay, keep) => {
      const all = floats.all;
      for (let i = 0; i < bytes / 4; i++) {
        const [at, ofM, ofV] = [param / 4 + i, m / 4 + i, v / 4 + i];
        const before = all[at]! * keep;
        const g = all[grad / 4 + i]! + decay * before;
        all[ofM] = beta1 * all[ofM]! + rest1 * g;
        all[ofV] = beta2 * all[ofV]! + rest2 * g * g;
        all[at] = before - (stepSize * all[ofM]) / (Math.sqrt(all[ofV]) * scale + eps);
      }
    },
    rmsProp: (param, grad, v, bytes, lr, alpha, rest, eps, decay) => {
      const all = floats.all;
      for (let i = 0; i < bytes / 4; i++) {
        const [at, ofV] = [param / 4 + i, v / 4 + i];
        const g = all[grad / 4 + i]! + decay * all[at]!;
        all[ofV] = alpha * all[ofV]! + rest * g * g;
        all[at] = all[at]! - (lr * g) / (Math.sqrt(all[ofV]) + eps);
      }
    },
    copyRows: (rows, bytes, source, sourceStride, target, targetStride) => {
      for (let i = 0; i < rows; i++) {
        const from = (source + i * sourceStride) / 4;
        floats.all.copyWithin((target + i * targetStride) / 4, from, from + bytes / 4);
      }
    },
    copyTransposed: (rows, count, source, sourceStride, target, targetStride) => {
      const all = floats.all;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < count; j++) {
          all[(target + j * targetStride) / 4 + i] = all[(source + i * sourceStride) / 4 + j]!;
        }
      }
    },
    outer: (x, y, target, xCount, yVectors) => {
      const [all, count] = [floats.all, 4 * yVectors];
      for (let i = 0; i < xCount; i++) {
        for (let j = 0; j < count; j++) all[target / 4 + i * count + j] = all[x / 4 + i]! * all[y / 4 + j]!;
      }
    },
    add: (source, target, bytes) => {
      addInto(target, source, target, bytes);
    },
    peaks: {},
  };
}

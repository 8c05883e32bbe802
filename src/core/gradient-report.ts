import {
  ATOL,
  compareGradients,
  finishComparison,
  MAX_REL_MAX,
  MAX_REL_NORM,
  RTOL,
  type GradientComparison,
} from "./gradient-check.ts";

/** Most points of a scatter plot. */
const SCATTER = 2_000;
/** Most rows and columns of a heat map. */
const PATCHES = 64;
/** Bins of half a decade from 1e-12 to 1e2. */
const ERROR_BINS = { lowest: -12, count: 28 } as const;

/** All that is seen when one gradient is compared with a reference. */
export interface DetailedComparison extends GradientComparison {
  /** ours · reference / (‖ours‖ ‖reference‖); NaN when one of them is zero. */
  readonly cosine: number;
  /** The coordinate that differs most: its place among those compared. */
  readonly worst: { readonly place: number; readonly ours: number; readonly reference: number };
  readonly scatter: readonly { readonly ours: number; readonly reference: number }[];
  readonly errors: { readonly exact: number; readonly counts: readonly number[] };
}

/** By how much right values may differ, coordinate by coordinate: by float32 rounding, and at kinks. */
export interface Allowances {
  readonly rounding: ArrayLike<number>;
  readonly kinks: ArrayLike<number>;
}

/** How many coordinates would be wrong without their allowance, and what it was good for. */
export interface Excused {
  readonly rounding: number;
  readonly kinks: number;
  /** Of those that rounding explains, the largest difference and what was allowed there; 0 without one. */
  readonly difference: number;
  readonly allowed: number;
}

/** Below the largest reference this is what allclose takes for equal: rounding grows with the values that were summed. */
const atolOf = (largest: number): number => ATOL * Math.max(1, largest);

/** The largest and the root mean square of |values|, of those that are numbers. */
function sizesOf(values: ArrayLike<number>, beat: () => void): { largest: number; typical: number } {
  let [largest, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (i % STRETCH === 0) beat();
    const size = Math.abs(values[i]);
    if (size > largest) largest = size;
    if (Number.isFinite(size)) squares += size * size;
  }
  return { largest, typical: Math.sqrt(squares / Math.max(1, values.length)) };
}

/**
 * Where a difference is too large to pass but allowed, moves the reference to ours, in place; where more than that, by
 * what is allowed: only the rest counts. Small differences stay as they are, to be seen. Moving may shrink the largest
 * reference, which differences are judged by: it is gone over again until nothing more needs an allowance.
 */
export function excuse(
  ours: ArrayLike<number>,
  reference: Float32Array | Float64Array,
  allowances: Allowances,
  beat: () => void = () => undefined,
): Excused {
  const excused = { rounding: 0, kinks: 0, difference: 0, allowed: 0 };
  const moved = new Uint8Array(ours.length);
  while (excuseOnce(ours, reference, allowances, { excused, moved, beat }) > 0);
  return excused;
}

/** @returns How many coordinates were moved. */
function excuseOnce(
  ours: ArrayLike<number>,
  reference: Float32Array | Float64Array,
  { rounding, kinks }: Allowances,
  {
    excused,
    moved,
    beat,
  }: {
    readonly excused: { -readonly [K in keyof Excused]: Excused[K] };
    readonly moved: Uint8Array;
    readonly beat: () => void;
  },
): number {
  const { largest, typical } = sizesOf(reference, beat);
  const [atol, limit] = [atolOf(largest), Math.min(MAX_REL_MAX * largest, MAX_REL_NORM * typical)];
  let count = 0;
  for (let i = 0; i < ours.length; i++) {
    if (i % STRETCH === 0) beat();
    const value = reference[i];
    const difference = ours[i] - value;
    const size = Math.abs(difference);
    if (moved[i] === 1 || !Number.isFinite(size)) continue;
    if (size <= Math.min(atol + RTOL * Math.abs(value), limit)) continue;
    const allowance = rounding[i] + kinks[i];
    if (allowance === 0) continue;
    moved[i] = 1;
    count++;
    reference[i] = size <= allowance ? ours[i] : value + Math.sign(difference) * allowance;
    if (size > allowance) continue;
    if (size > rounding[i]) {
      excused.kinks++;
      continue;
    }
    excused.rounding++;
    if (size > excused.difference) {
      excused.difference = size;
      excused.allowed = rounding[i];
    }
  }
  return count;
}

/** Elements between two calls of `beat`. */
const STRETCH = 1 << 20;

/**
 * Compares coordinate by coordinate; `beat` is called every million of them.
 *
 * @throws {RangeError} If the numbers of coordinates differ.
 */
export function compareInDetail(
  ours: ArrayLike<number>,
  reference: ArrayLike<number>,
  beat: () => void = () => undefined,
): DetailedComparison {
  const { largest } = sizesOf(reference, beat);
  const atol = atolOf(largest);
  const comparison = finishComparison(compareGradients(ours, reference, { rtol: RTOL, atol }));
  let [dot, squaredOurs, squaredReference] = [0, 0, 0];
  let worst = 0;
  let worstDifference = -1;
  for (let i = 0; i < ours.length; i++) {
    if (i % STRETCH === 0) beat();
    dot += ours[i] * reference[i];
    squaredOurs += ours[i] ** 2;
    squaredReference += reference[i] ** 2;
    const difference = Math.abs(ours[i] - reference[i]);
    if (difference > worstDifference || Number.isNaN(difference)) {
      worst = i;
      worstDifference = Number.isNaN(difference) ? Infinity : difference;
    }
  }
  const counts = new Array<number>(ERROR_BINS.count).fill(0);
  let exact = 0;
  for (let i = 0; i < ours.length; i++) {
    if (i % STRETCH === 0) beat();
    const difference = Math.abs(ours[i] - reference[i]);
    if (difference === 0) {
      exact++;
      continue;
    }
    const bin = Math.floor(2 * (Math.log10(difference / largest) - ERROR_BINS.lowest));
    counts[Math.min(ERROR_BINS.count - 1, Math.max(0, Number.isNaN(bin) ? ERROR_BINS.count - 1 : bin))]++;
  }
  const stride = Math.max(1, Math.ceil(ours.length / (SCATTER - 1)));
  const points: { ours: number; reference: number }[] = [];
  for (let i = 0; i < ours.length; i += stride) points.push({ ours: ours[i], reference: reference[i] });
  const worstPoint = { ours: ours[worst] ?? NaN, reference: reference[worst] ?? NaN };
  if (worst % stride !== 0) points.push(worstPoint);
  return {
    ...comparison,
    cosine: dot / Math.sqrt(squaredOurs * squaredReference),
    worst: { place: worst, ...worstPoint },
    scatter: points,
    errors: { exact, counts },
  };
}

/** Mean |ours − reference| over patches of a matrix, at most 64 × 64; null for anything else. */
export function errorHeatMap(
  shape: readonly number[],
  ours: ArrayLike<number>,
  reference: ArrayLike<number>,
  beat: () => void = () => undefined,
): { rows: number; columns: number; values: number[] } | null {
  const [height, width] = shape;
  if (shape.length !== 2 || ours.length !== height * width) return null;
  const [rows, columns] = [Math.min(PATCHES, height), Math.min(PATCHES, width)];
  const sums = new Float64Array(rows * columns);
  const counts = new Float64Array(rows * columns);
  for (let i = 0; i < height; i++) {
    if (i % 1024 === 0) beat();
    const row = Math.floor((i * rows) / height);
    for (let j = 0; j < width; j++) {
      const patch = row * columns + Math.floor((j * columns) / width);
      sums[patch] += Math.abs(ours[i * width + j] - reference[i * width + j]);
      counts[patch]++;
    }
  }
  return { rows, columns, values: Array.from(sums, (sum, patch) => sum / counts[patch]) };
}

/** A place in the flat tensor as its position along each axis. */
export function indexOf(shape: readonly number[], flat: number): number[] {
  const index: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

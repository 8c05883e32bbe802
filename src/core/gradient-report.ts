import { ATOL, compareGradients, finishComparison, RTOL, type GradientComparison } from "./gradient-check.ts";

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

/** The reference, moved towards ours by at most what is uncertain: only a difference beyond that counts. */
export function withinAllowances(
  ours: ArrayLike<number>,
  reference: Float32Array | Float64Array,
  allowances: Iterable<readonly [place: number, allowance: number]>,
): Float64Array {
  const moved = new Float64Array(reference);
  for (const [place, allowance] of allowances) {
    const difference = ours[place] - reference[place];
    moved[place] = reference[place] + Math.min(allowance, Math.max(-allowance, difference));
  }
  return moved;
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
  const comparison = finishComparison(compareGradients(ours, reference, { rtol: RTOL, atol: ATOL }));
  let [dot, squaredOurs, squaredReference, largest] = [0, 0, 0, 0];
  let worst = 0;
  let worstDifference = -1;
  for (let i = 0; i < ours.length; i++) {
    if (i % STRETCH === 0) beat();
    dot += ours[i] * reference[i];
    squaredOurs += ours[i] ** 2;
    squaredReference += reference[i] ** 2;
    largest = Math.max(largest, Math.abs(reference[i]));
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

import type { ExpectedElement } from "./cases/bench-case.ts";

/** Largest difference and root of the mean square, both in units of the reference. */
const MAX_RELATIVE = 1e-3;
const RMS_RELATIVE = 1e-5;
/** After steps of training, in which rounding has put a row or two on the other side of relu's kink. */
const TRAINED_RMS_RELATIVE = 1e-4;

/** How far an array is from a reference. */
export interface Difference {
  /** max |a − b| / max |b|. */
  readonly max: number;
  /** √(Σ (a − b)² / Σ b²). */
  readonly rms: number;
}

/** Distances of `actual` from `expected`, in proportion to its scale; infinite where one is not a number. */
export function differenceOf(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  let [largest, scale, squares, scaleSquares] = [0, 0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? NaN;
    const difference = Math.abs((actual[i] ?? NaN) - value);
    if (!Number.isFinite(difference)) return { max: Infinity, rms: Infinity };
    largest = Math.max(largest, difference);
    scale = Math.max(scale, Math.abs(value));
    squares += difference * difference;
    scaleSquares += value * value;
  }
  if (largest === 0) return { max: 0, rms: 0 };
  return { max: largest / scale, rms: Math.sqrt(squares / scaleSquares) };
}

/** What is wrong with `actual`, or null. */
function complaint(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowedRms: number,
): string | null {
  if (actual.length !== expected.length) {
    return `${name}: expected ${expected.length} values, got ${actual.length}`;
  }
  const { max, rms } = differenceOf(actual, expected);
  if (max <= MAX_RELATIVE && rms <= allowedRms) return null;
  return (
    `${name} differs: largest difference ${max.toExponential(1)} of the largest value (allowed ${MAX_RELATIVE}), ` +
    `mean square ${rms.toExponential(1)} (allowed ${allowedRms})`
  );
}

type Outputs = ReadonlyMap<string, Float32Array>;

/** `trained`: the outputs are left by steps of training. */
export interface Comparison {
  readonly trained: boolean;
}

const allowedRmsOf = ({ trained }: Comparison): number => (trained ? TRAINED_RMS_RELATIVE : RMS_RELATIVE);

/** Compares a peer's outputs with ours. @returns what differs, or null. */
export function compareOutputs(peer: Outputs, ours: Outputs, comparison: Comparison): string | null {
  const allowedRms = allowedRmsOf(comparison);
  const complaints = [...ours].map(([name, expected]) =>
    complaint(name, peer.get(name) ?? new Float32Array(0), expected, allowedRms),
  );
  return complaints.find((text) => text !== null) ?? null;
}

/** Compares our outputs with elements computed in float64. @returns what differs, or null. */
export function compareElements(
  ours: Outputs,
  expected: readonly ExpectedElement[],
  comparison: Comparison,
): string | null {
  const names = [...new Set(expected.map(({ output }) => output))];
  const complaints = names.map((name) => {
    const elements = expected.filter(({ output }) => output === name);
    const actual = elements.map(({ index }) => ours.get(name)?.[index] ?? NaN);
    return complaint(
      name,
      actual,
      elements.map(({ value }) => value),
      allowedRmsOf(comparison),
    );
  });
  return complaints.find((text) => text !== null) ?? null;
}

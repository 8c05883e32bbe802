import { grouped } from "./grouped.ts";

/** The notebook's tolerances, those of its `torch.allclose`. */
export const RTOL = 1e-3;
export const ATOL = 1e-5;
/**
 * What `allclose` cannot see: most entries of x.g lie below atol, so that a gradient 8 % wrong would pass. These
 * limits are relative to the tensor's own size.
 */
export const MAX_REL_MAX = 1e-3;
export const MAX_REL_NORM = 1e-3;

/** What comparing some of a tensor's coordinates leaves behind; partial results of blocks can be merged. */
export interface PartialComparison {
  readonly coordinates: number;
  /** Coordinates outside atol + rtol · |reference|, and those where either value is NaN or infinite. */
  readonly outside: number;
  readonly notFinite: number;
  readonly maxAbs: number;
  readonly maxAbsReference: number;
  /** Σ (ours − reference)² and Σ reference². */
  readonly sumSquaredDifference: number;
  readonly sumSquaredReference: number;
  /** Coordinates with |reference| < atol. */
  readonly hidden: number;
}

export interface GradientComparison {
  readonly coordinates: number;
  readonly allclose: boolean;
  readonly maxAbs: number;
  /** max|ours − reference| / max|reference|. */
  readonly relMax: number;
  /** ‖ours − reference‖ / ‖reference‖. */
  readonly relNorm: number;
  /** Share of coordinates with |reference| < atol. */
  readonly hiddenByAtol: number;
  readonly passed: boolean;
  /** Which measure failed and by how much, or what held. */
  readonly reason: string;
}

/**
 * Compares gradients coordinate by coordinate; the notebook's `near_enough` is |a − b| ≤ atol + rtol · |b|.
 *
 * @throws {RangeError} If the numbers of coordinates differ.
 */
export function compareGradients(
  ours: ArrayLike<number>,
  reference: ArrayLike<number>,
  { rtol = RTOL, atol = ATOL } = {},
): PartialComparison {
  if (ours.length !== reference.length) {
    throw new RangeError(
      `compareGradients: expected ${reference.length} coordinates, as in the reference, got ${ours.length}`,
    );
  }
  let [outside, notFinite, hidden] = [0, 0, 0];
  let [maxAbs, maxAbsReference, sumSquaredDifference, sumSquaredReference] = [0, 0, 0, 0];
  for (let i = 0; i < ours.length; i++) {
    const size = Math.abs(reference[i]);
    const difference = Math.abs(ours[i] - reference[i]);
    if (!Number.isFinite(difference)) notFinite++;
    if (!(difference <= atol + rtol * size)) outside++;
    if (size < atol) hidden++;
    maxAbs = Math.max(maxAbs, difference);
    maxAbsReference = Math.max(maxAbsReference, size);
    sumSquaredDifference += difference * difference;
    sumSquaredReference += size * size;
  }
  return {
    coordinates: ours.length,
    outside,
    notFinite,
    maxAbs,
    maxAbsReference,
    sumSquaredDifference,
    sumSquaredReference,
    hidden,
  };
}

/** Two partial comparisons of different coordinates as one. */
export function mergeComparisons(left: PartialComparison, right: PartialComparison): PartialComparison {
  return {
    coordinates: left.coordinates + right.coordinates,
    outside: left.outside + right.outside,
    notFinite: left.notFinite + right.notFinite,
    maxAbs: Math.max(left.maxAbs, right.maxAbs),
    maxAbsReference: Math.max(left.maxAbsReference, right.maxAbsReference),
    sumSquaredDifference: left.sumSquaredDifference + right.sumSquaredDifference,
    sumSquaredReference: left.sumSquaredReference + right.sumSquaredReference,
    hidden: left.hidden + right.hidden,
  };
}

/** part / whole; 0 when both are 0, infinite when only the whole is. */
const relative = (part: number, whole: number): number => (part === 0 && whole === 0 ? 0 : part / whole);

const digits = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(3);

/**
 * The measures of a tensor, and whether it passes: allclose, and both relative measures within their limits. A
 * gradient of zeros where the reference has zeros passes; NaN or infinity anywhere does not.
 */
export function finishComparison(partial: PartialComparison): GradientComparison {
  const { coordinates, outside, notFinite, maxAbs, hidden } = partial;
  const relMax = relative(maxAbs, partial.maxAbsReference);
  const relNorm = relative(Math.sqrt(partial.sumSquaredDifference), Math.sqrt(partial.sumSquaredReference));
  const failures: string[] = [];
  if (coordinates === 0) failures.push("no coordinates were compared");
  if (notFinite > 0)
    failures.push(`${grouped(notFinite)} of ${grouped(coordinates)} coordinates are NaN or infinite`);
  if (outside > notFinite) {
    failures.push(
      `${grouped(outside - notFinite)} of ${grouped(coordinates)} coordinates are outside atol + rtol·|reference|, the worst difference is ${digits(maxAbs)}`,
    );
  }
  if (relMax > MAX_REL_MAX) failures.push(`rel. max is ${digits(relMax)}, limit ${MAX_REL_MAX}`);
  if (relNorm > MAX_REL_NORM) failures.push(`rel. norm is ${digits(relNorm)}, limit ${MAX_REL_NORM}`);
  const passed = failures.length === 0;
  return {
    coordinates,
    allclose: outside === 0,
    maxAbs,
    relMax,
    relNorm,
    hiddenByAtol: coordinates === 0 ? 0 : hidden / coordinates,
    passed,
    reason: passed ? `rel. max ${digits(relMax)}, rel. norm ${digits(relNorm)}` : failures.join("; "),
  };
}

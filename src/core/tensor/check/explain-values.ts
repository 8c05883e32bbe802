import { numelOf } from "../../ops/recording-ops.ts";
import { transposed } from "../float64/arrays.ts";
import { sameShape, showShape } from "../shapes.ts";
import { factorOf, isSame, relativeDistance } from "./compare.ts";
import { factorName } from "./factors.ts";

/** Numbers with their shape. */
export interface ShapedValues {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** A value that a person's code gave, beside what it should be. */
export interface ValueQuestion {
  readonly actual: ShapedValues;
  readonly expected: ShapedValues;
  /** What known mistakes give, by words that follow "comes out when ". */
  readonly mistakes: readonly (ShapedValues & { readonly words: string })[];
  /** |actual − expected| ≤ atol + rtol · |expected|. */
  readonly rtol: number;
  readonly atol: number;
}

/** Functions that people apply, or forget to apply, as `wrong = f(right)`. */
const CONFUSED: readonly { readonly words: string; readonly of: (right: number) => number }[] = [
  { words: "the square of the right value: a root is missing, or a square too many", of: (x) => x * x },
  {
    words: "the square root of the right value: a square is missing, or a root too many",
    of: (x) => Math.sqrt(x),
  },
  { words: "1 divided by the right value", of: (x) => 1 / x },
  { words: "the absolute value of the right one: a sign is lost", of: (x) => Math.abs(x) },
  { words: "1 minus the right value", of: (x) => 1 - x },
  { words: "the exponential of the right value: a logarithm is missing", of: (x) => Math.exp(x) },
  { words: "the logarithm of the right value: it was taken once too often", of: (x) => Math.log(x) },
];

const shown = (value: number): string => (Number.isFinite(value) ? `${+value.toPrecision(5)}` : `${value}`);

/** "[2, 0]" of the place of an element; "" of a single number. */
function placeOf(index: number, shape: readonly number[]): string {
  let rest = index;
  const place: number[] = [];
  for (const size of shape.toReversed()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place.length === 0 ? "" : ` at [${place.join(", ")}]`;
}

/**
 * Says in words how a value is wrong and which known mistake gives just these numbers; null where it is right.
 *
 * Shapes must be equal; the numbers may differ by `atol + rtol · |expected|`.
 */
export function explainValues(question: ValueQuestion): string | null {
  const { actual, expected } = question;
  if (!sameShape(actual.shape, expected.shape)) {
    const why = explainShape(question);
    return `its shape is ${showShape(actual.shape)}, ${showShape(expected.shape)} is expected${why}`;
  }
  const wrong = wrongPlaces(question);
  if (wrong.count === 0) return null;
  const { worst, count } = wrong;
  const elements = expected.values.length;
  const where = placeOf(worst, expected.shape);
  const many = elements === 1 ? "" : `${count} of ${elements} elements differ, the worst${where}: `;
  const numbers = `${many}${shown(actual.values[worst])} instead of ${shown(expected.values[worst])}`;
  const why = explainNumbers(question);
  return why === null ? numbers : `${numbers}. It is ${why}`;
}

function wrongPlaces({ actual, expected, rtol, atol }: ValueQuestion): { worst: number; count: number } {
  let [worst, count, most] = [0, 0, -1];
  for (let i = 0; i < expected.values.length; i++) {
    const [a, b] = [actual.values[i], expected.values[i]];
    const excess = Math.abs(a - b) - atol - rtol * Math.abs(b);
    if (excess <= 0 || a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    count++;
    const size = Number.isNaN(excess) ? Infinity : excess;
    if (size > most) [most, worst] = [size, i];
  }
  return { worst, count };
}

const mistakeOf = ({ actual, mistakes }: ValueQuestion): string | null => {
  const found = mistakes.filter(
    ({ values, shape }) => sameShape(shape, actual.shape) && isSame(actual.values, values),
  );
  if (found.length === 0) return null;
  return `exactly what comes out when ${found.map(({ words }) => words).join(", or when ")}`;
};

function explainShape(question: ValueQuestion): string {
  const { actual, expected } = question;
  const known = mistakeOf(question);
  if (known !== null) return `. It is ${known}`;
  if (isSame(actual.values, expected.values)) return ". The numbers are right; a reshape is missing";
  const [rows, columns] = expected.shape;
  if (sameShape(actual.shape, expected.shape.toReversed()) && expected.shape.length === 2) {
    const turned = transposed({ values: Float64Array.from(expected.values), rows, columns }).values;
    if (isSame(actual.values, turned)) return ". The numbers are right, but transposed";
  }
  const unsummed = missingSum(question);
  if (unsummed !== null) return unsummed;
  const [few, many] = [numelOf(expected.shape), numelOf(actual.shape)];
  if (few === 1 && many > 1) return ". One number is due: a sum or a mean is missing";
  return "";
}

/** The right value before, or after, one axis was added up. */
function missingSum({ actual, expected }: ValueQuestion): string | null {
  const wide = actual.shape.length > expected.shape.length ? actual : expected;
  const narrow = wide === actual ? expected : actual;
  if (wide.shape.length !== narrow.shape.length + 1) return null;
  for (const [axis, size] of wide.shape.entries()) {
    if (!sameShape(wide.shape.toSpliced(axis, 1), narrow.shape)) continue;
    const sums = summedOver(wide, axis);
    for (const [what, made] of [
      ["sum", sums],
      ["mean", sums.map((value) => value / size)],
    ] as const) {
      if (!isSame(wide === actual ? made : narrow.values, wide === actual ? narrow.values : made)) continue;
      return wide === actual
        ? `. The ${what} over axis ${axis} is missing; with it, it is right`
        : `. It is the ${what} of the right numbers over axis ${axis}, which should stay`;
    }
  }
  return null;
}

function summedOver({ values, shape }: ShapedValues, axis: number): Float64Array {
  const inner = numelOf(shape.slice(axis + 1));
  const size = shape[axis] ?? 1;
  const sums = new Float64Array(numelOf(shape) / size);
  for (let i = 0; i < values.length; i++) {
    sums[Math.floor(i / (inner * size)) * inner + (i % inner)] += values[i];
  }
  return sums;
}

function explainNumbers(question: ValueQuestion): string | null {
  const { actual, expected } = question;
  const { values: a, shape } = actual;
  const { values: b } = expected;
  const known = mistakeOf(question);
  if (known !== null) return known;
  const strange = Array.from(a).findIndex((value) => !Number.isFinite(value));
  if (strange >= 0) {
    const causes = "a division by 0, exp of something large, log of 0 or the root of a negative number";
    return `${a[strange]}${placeOf(strange, shape)}, where a number is due: look for ${causes}`;
  }
  if (a.length > 1 && Array.from(a).every((value) => value === 0)) return "0 everywhere";
  const factor = factorOf(a, b);
  if (factor !== null) {
    const words = factorName(factor, shape);
    if (words !== null) return `the right value times ${words}`;
    if (b.length > 1) return `the right value times ${factor.toPrecision(4)}`;
  }
  if (shape.length === 2 && shape[0] === shape[1] && shape[0] > 1) {
    const turned = transposed({ values: Float64Array.from(b), rows: shape[0], columns: shape[1] }).values;
    if (isSame(a, turned)) return "right, but transposed";
  }
  const confused = CONFUSED.find(({ of }) => {
    const made = Float64Array.from(b, of);
    return made.every((value) => Number.isFinite(value)) && isSame(a, made);
  });
  if (confused !== undefined) return confused.words;
  return b.length > 2 ? offsetOf(a, b) : null;
}

/** One number that all elements are too large by. */
function offsetOf(a: ArrayLike<number>, b: ArrayLike<number>): string | null {
  const offset = Array.from(b).reduce((sum, value, i) => sum + a[i] - value, 0) / b.length;
  const moved = Float64Array.from(b, (value) => value + offset);
  const far = relativeDistance(moved, b) > 1e-3;
  return far && isSame(a, moved)
    ? `right but for a constant: every element is too ${offset > 0 ? "large" : "small"} by ${shown(Math.abs(offset))}`
    : null;
}

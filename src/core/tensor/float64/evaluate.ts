import { BINARY, UNARY } from "../../ops/map-functions.ts";
import { numelOf } from "../../ops/recording-ops.ts";
import { denseStrides } from "../../ops/strides.ts";
import { broadcastPlaces, broadcastTo, multiply, multiplyAgain, pick, reducedPlaces } from "./arrays.ts";
import { bestPlaces, largest, momentsOf, sumInto } from "./reductions.ts";
import { checkedIndex, partPlaces, pickedPlaces, readPlaces } from "./touched-places.ts";
import { decides, type Float64Program, type Float64Step } from "./program.ts";

/** What a pass is given: values of its leaves, and where known the float32 values that decide its branches. */
export interface PassInputs {
  readonly leaves: ReadonlyMap<number, Float64Array>;
  readonly decisions: ReadonlyMap<number, ArrayLike<number>>;
  /** Called before every step, forward and backward: a sign of life, which may throw to end the work. */
  readonly beat?: (() => void) | undefined;
}

/** The values of every step, and what branches hang on. */
export interface Pass {
  readonly values: readonly Float64Array[];
  readonly decisions: ReadonlyMap<number, ArrayLike<number>>;
  readonly beat?: (() => void) | undefined;
}

/** Which number a branch looks at: the float32 one where it is known. */
export const decisive = ({ values, decisions }: Pass, step: number): ArrayLike<number> =>
  decisions.get(step) ?? values[step];

/** Changes a step's values as float32 arithmetic would; see `roundingSample`. */
export type Rounding = (values: Float64Array) => Float64Array;

const exact: Rounding = (values) => values;

/**
 * Computes a program in float64. `known` are values of steps that need not be computed again.
 *
 * @throws {TypeError} If a leaf's values are not given.
 * @throws {RangeError} If an index is no whole number within its axis.
 */
export function evaluate(
  { steps }: Float64Program,
  { leaves, decisions, beat }: PassInputs,
  {
    known = new Map<number, Float64Array>(),
    rounding = exact,
    before,
  }: {
    readonly known?: ReadonlyMap<number, Float64Array>;
    readonly rounding?: Rounding;
    /** An earlier pass: products compute only the rows and columns that differ from it. */
    readonly before?: Pass;
  } = {},
): Pass {
  const values: Float64Array[] = [];
  const pass = { values, decisions, beat };
  steps.forEach((step, place) => {
    beat?.();
    const given = leaves.get(place) ?? known.get(place);
    values.push(given ?? rounding(valueOf(step, pass, { steps, place, before })));
  });
  return pass;
}

function valueOf(
  step: Float64Step,
  pass: Pass,
  {
    steps,
    place,
    before,
  }: { readonly steps: readonly Float64Step[]; readonly place: number; readonly before: Pass | undefined },
): Float64Array {
  const { op, inputs, shape } = step;
  const x = inputs.map((input) => pass.values[input]);
  const shapes = inputs.map((input) => steps[input].shape);
  switch (op.kind) {
    case "full":
      return new Float64Array(numelOf(shape)).fill(op.value);
    case "eye": {
      const [n] = shape;
      return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    }
    case "data":
      return Float64Array.from(op.values);
    case "stored":
    case "draw":
      throw new TypeError(`evaluate: no values were given for "${step.name ?? step.label}"`);
    case "unary":
      return unaryOf(step, pass, op.fn);
    case "binary":
      return binaryOf(step, pass, { fn: op.fn, shapes });
    case "where": {
      const [condition, yes, no] = x.map((values, k) => broadcastTo(values, shapes[k], shape));
      return condition.map((value, i) => (value !== 0 ? yes[i] : no[i]));
    }
    case "reduce":
      return reduceOf(step, pass, shapes[0]);
    case "softmax": {
      const at = reducedPlaces(shape, [op.axis]);
      const shifts = largest(x[0], at, numelOf(shape) / shape[op.axis]);
      const powers = x[0].map((value, i) => Math.exp(value - shifts[at[i]]));
      const sums = sumInto(powers, at, shifts.length);
      return powers.map((value, i) => value / sums[at[i]]);
    }
    case "matmul": {
      const [[rows, inner], [, columns]] = shapes;
      const [a, b] = [
        { values: x[0], rows, columns: inner },
        { values: x[1], rows: inner, columns },
      ];
      if (before === undefined) return multiply(a, b);
      const [left, right] = inputs.map((input) => before.values[input]);
      return multiplyAgain(a, b, { a: left, b: right, product: before.values[place] });
    }
    case "reshape":
    case "detach":
      return x[0];
    case "expand":
      return broadcastTo(x[0], shapes[0], shape);
    case "permute":
    case "slice":
      return pick(x[0], readPlaces(step, shapes[0]));
    case "take":
    case "gather":
      return pick(x[0], pickedPlaces(step, { indices: x[1], of: shapes[0], indexShape: shapes[1] }));
    case "scatterRows":
    case "scatterAlong": {
      const at = pickedPlaces(step, { indices: x[1], of: shape, indexShape: shapes[1] });
      return sumInto(x[0], at, numelOf(shape));
    }
    case "oneHot": {
      const out = new Float64Array(numelOf(shape));
      const classes = shape[shape.length - 1];
      x[0].forEach((index, i) => (out[i * classes + checkedIndex(step, index, classes)] = 1));
      return out;
    }
    case "cat":
    case "pad": {
      const out = new Float64Array(numelOf(shape)).fill(op.kind === "pad" ? op.value : 0);
      partPlaces(step, shapes).forEach((at, k) => at.forEach((place, i) => (out[place] = x[k][i])));
      return out;
    }
  }
}

function unaryOf({ op, inputs: [x] }: Float64Step, pass: Pass, fn: keyof typeof UNARY): Float64Array {
  const values = pass.values[x];
  if (!decides(op)) return values.map(UNARY[fn]);
  const seen = decisive(pass, x);
  return values.map((value, i) => (fn === "sign" ? Math.sign(seen[i]) : Math.sign(seen[i]) * value));
}

function binaryOf(
  { op, inputs: [left, right], shape }: Float64Step,
  pass: Pass,
  { fn, shapes }: { readonly fn: keyof typeof BINARY; readonly shapes: readonly (readonly number[])[] },
): Float64Array {
  const [a, b] = [pass.values[left], pass.values[right]];
  const [toA, toB] = shapes.map((from) => broadcastPlaces(from, shape));
  const [seenA, seenB] = [decisive(pass, left), decisive(pass, right)];
  const out = new Float64Array(numelOf(shape));
  const f = BINARY[fn];
  for (let i = 0; i < out.length; i++) {
    const [p, q] = [toA === null ? i : toA[i], toB === null ? i : toB[i]];
    if (!decides(op)) out[i] = f(a[p], b[q]);
    else if (fn === "maximum" || fn === "minimum") {
      // Of equal ones the second, as the gradient does.
      const first = Number.isNaN(seenA[p]) || (f(seenA[p], seenB[q]) === seenA[p] && seenA[p] !== seenB[q]);
      out[i] = first ? a[p] : b[q];
    } else out[i] = f(seenA[p], seenB[q]);
  }
  return out;
}

function reduceOf(step: Float64Step, pass: Pass, from: readonly number[]): Float64Array {
  const { op, inputs, shape } = step;
  if (op.kind !== "reduce") throw new TypeError(`reduceOf: ${op.kind} reduces nothing`);
  const values = pass.values[inputs[0]];
  const at = reducedPlaces(from, op.axes);
  const length = numelOf(shape);
  const count = values.length / length;
  switch (op.fn) {
    case "sum":
      return sumInto(values, at, length);
    case "mean":
      return sumInto(values, at, length).map((sum) => sum / count);
    case "variance":
      return momentsOf(values, at, length).squares.map((sum) => sum / (count - op.correction));
    case "std":
      return momentsOf(values, at, length).squares.map((sum) => Math.sqrt(sum / (count - op.correction)));
    case "logSumExp": {
      // An infinite largest is not subtracted: ∞ − ∞ is NaN.
      const shifts = largest(values, at, length).map((shift) => (Number.isFinite(shift) ? shift : 0));
      const powers = values.map((value, i) => Math.exp(value - shifts[at[i]]));
      return sumInto(powers, at, length).map((sum, k) => shifts[k] + Math.log(sum));
    }
    case "max":
    case "min":
    case "argmax":
    case "argmin": {
      const sign = op.fn === "max" || op.fn === "argmax" ? 1 : -1;
      const best = bestPlaces(decisive(pass, inputs[0]), at, { length, sign });
      if (op.fn === "max" || op.fn === "min") return pick(values, best);
      return Float64Array.from(best, (place) => rankWithin(place, from, op.axes));
    }
  }
}

/** The place of an element among those that are reduced with it, in row-major order. */
function rankWithin(place: number, shape: readonly number[], axes: readonly number[]): number {
  const strides = denseStrides(shape);
  let rank = 0;
  for (const axis of axes) rank = rank * shape[axis] + (Math.floor(place / strides[axis]) % shape[axis]);
  return rank;
}

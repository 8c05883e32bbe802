import { randomStream } from "../../random/random-stream.ts";
import { sampleCoordinates } from "../../reference/sample-coordinates.ts";
import { evaluate, type Pass, type PassInputs } from "./evaluate.ts";
import type { Float64Program } from "./program.ts";

/** The step of central differences in float64, relative to the value: the cube root of its precision. */
const STEP = 2 ** -17;

/** One central difference: of a coordinate, or along a random direction of length 1 where `coordinate` is null. */
export interface DifferenceTask {
  readonly step: number;
  readonly coordinate: number | null;
  readonly seed: number;
}

export interface Difference {
  readonly step: number;
  readonly coordinate: number | null;
  /** (f(x + h) − f(x − h)) / 2h, and what the chain rule says. */
  readonly difference: number;
  readonly derivative: number;
  /** |difference − derivative| relative to the larger of the derivative and the gradient's typical size. */
  readonly relative: number;
}

/** The tensors whose gradients are proven: the wanted ones, and those that gradients were set of where none is wanted. */
export const provenSteps = ({
  wanted,
  given,
}: {
  readonly wanted: readonly { readonly step: number }[];
  readonly given: readonly { readonly step: number }[];
}): readonly number[] => [...new Set((wanted.length > 0 ? wanted : given).map(({ step }) => step))];

/**
 * Up to `coordinates` coordinates, all where a tensor has no more, and one direction of each tensor; each task is
 * independent of the others.
 */
export function differenceTasks(
  tensors: readonly { readonly step: number; readonly length: number }[],
  { seed, coordinates }: { readonly seed: number; readonly coordinates: number },
): readonly DifferenceTask[] {
  const sizes = Object.fromEntries(tensors.map(({ step, length }) => [`${step}`, length]));
  const sample = sampleCoordinates(seed, sizes, coordinates);
  return tensors.flatMap(({ step }, tensor) =>
    [...(sample[`${step}`] ?? []), null].map((coordinate) => ({ step, coordinate, seed: seed + tensor })),
  );
}

/** How many differences that are. */
export const differenceCount = (lengths: readonly number[], coordinates: number): number =>
  lengths.reduce((sum, length) => sum + Math.min(length, coordinates) + 1, 0);

/** A tensor's gradient by the chain rule, and its typical size √mean(g²). */
export interface Slope {
  readonly gradient: Float64Array;
  readonly typical: number;
}

export const slopeOf = (gradient: Float64Array): Slope => ({
  gradient,
  typical: Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0) / gradient.length),
});

/** The steps that change with a step, itself included. */
function dependents({ steps }: Float64Program, step: number): ReadonlySet<number> {
  const moved = new Set([step]);
  steps.forEach(({ inputs }, place) => {
    if (inputs.some((input) => moved.has(input))) moved.add(place);
  });
  return moved;
}

/** Moves x by a factor of the direction; the result is the same array each time. */
interface Line {
  readonly moved: (factor: number) => Float64Array;
  /** Σ gradient · direction. */
  readonly derivative: number;
}

function coordinateLine(x: Float64Array, gradient: Float64Array, coordinate: number): Line {
  const values = x.slice();
  const size = Math.max(1, Math.abs(x[coordinate]));
  return {
    moved: (factor) => {
      values[coordinate] = x[coordinate] + factor * size;
      return values;
    },
    derivative: size * gradient[coordinate],
  };
}

function randomLine(x: Float64Array, gradient: Float64Array, seed: number): Line {
  const stream = randomStream(seed);
  const drawn = x.map(() => 2 * stream.next() - 1);
  const length = Math.sqrt(drawn.reduce((sum, value) => sum + value * value, 0));
  const direction = drawn.map((value) => value / length);
  const values = x.slice();
  return {
    moved: (factor) => {
      for (let i = 0; i < x.length; i++) values[i] = x[i] + factor * direction[i];
      return values;
    },
    derivative: direction.reduce((sum, value, i) => sum + value * gradient[i], 0),
  };
}

/**
 * One central difference of the program's last step, summed. Branches stay as `inputs` decides them, and only what
 * depends on the tensor is computed again.
 */
export function centralDifference(
  program: Float64Program,
  { inputs, pass, slope }: { readonly inputs: PassInputs; readonly pass: Pass; readonly slope: Slope },
  { step, coordinate, seed }: DifferenceTask,
): Difference {
  const x = pass.values[step];
  const line =
    coordinate === null ? randomLine(x, slope.gradient, seed) : coordinateLine(x, slope.gradient, coordinate);
  const dependent = dependents(program, step);
  const known = new Map(
    pass.values.flatMap((values, place) => (dependent.has(place) ? [] : [[place, values] as const])),
  );
  const at = (factor: number): number => {
    const leaves = new Map([...inputs.leaves, [step, line.moved(factor)] as const]);
    const [result] = evaluate(program, { ...inputs, leaves }, { known, before: pass }).values.slice(-1);
    return result.reduce((sum, value) => sum + value, 0);
  };
  const difference = (at(STEP) - at(-STEP)) / (2 * STEP);
  const { derivative } = line;
  const size = Math.max(Math.abs(derivative), slope.typical, Number.MIN_VALUE);
  return { step, coordinate, difference, derivative, relative: Math.abs(difference - derivative) / size };
}

import { randomStream } from "../../random/random-stream.ts";
import { evaluate, type Pass, type PassInputs } from "./evaluate.ts";
import type { Float64Program } from "./program.ts";

/** Coordinates of each tensor that are moved by themselves. */
const COORDINATES = 3;
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

/** Three coordinates and one direction of each tensor; each task is independent of the others. */
export function differenceTasks(
  tensors: readonly { readonly step: number; readonly length: number }[],
  seed: number,
): readonly DifferenceTask[] {
  return tensors.flatMap(({ step, length }, tensor) => {
    const stream = randomStream(seed, tensor);
    const coordinates = new Set<number>();
    for (let draw = 0; draw < COORDINATES; draw++) coordinates.add(Math.floor(stream.next() * length));
    return [...coordinates, null].map((coordinate) => ({ step, coordinate, seed: seed + tensor }));
  });
}

/** The steps that change with a step, itself included. */
function dependents({ steps }: Float64Program, step: number): ReadonlySet<number> {
  const moved = new Set([step]);
  steps.forEach(({ inputs }, place) => {
    if (inputs.some((input) => moved.has(input))) moved.add(place);
  });
  return moved;
}

/**
 * One central difference of the program's last step, summed. Branches stay as `inputs` decides them, and only what
 * depends on the tensor is computed again.
 */
export function centralDifference(
  program: Float64Program,
  {
    inputs,
    pass,
    gradient,
  }: { readonly inputs: PassInputs; readonly pass: Pass; readonly gradient: Float64Array },
  { step, coordinate, seed }: DifferenceTask,
): Difference {
  const x = pass.values[step];
  const direction = new Float64Array(x.length);
  if (coordinate !== null) direction[coordinate] = Math.max(1, Math.abs(x[coordinate]));
  else {
    const stream = randomStream(seed);
    direction.forEach((_, i) => (direction[i] = 2 * stream.next() - 1));
  }
  const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  const moved = dependents(program, step);
  const known = new Map(
    pass.values.flatMap((values, place) => (moved.has(place) ? [] : [[place, values] as const])),
  );
  const at = (factor: number): number => {
    const values = x.map((value, i) => value + (factor * direction[i]) / (coordinate === null ? length : 1));
    const leaves = new Map([...inputs.leaves, [step, values] as const]);
    const [result] = evaluate(program, { ...inputs, leaves }, { known, before: pass }).values.slice(-1);
    return result.reduce((sum, value) => sum + value, 0);
  };
  const scale = coordinate === null ? length : 1;
  const difference = (at(STEP) - at(-STEP)) / (2 * STEP);
  const derivative = direction.reduce((sum, value, i) => sum + (value / scale) * gradient[i], 0);
  const typical = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0) / gradient.length);
  const size = Math.max(Math.abs(derivative), typical, Number.MIN_VALUE);
  return { step, coordinate, difference, derivative, relative: Math.abs(difference - derivative) / size };
}

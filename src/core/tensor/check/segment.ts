import type { Float64Program } from "../float64/program.ts";

/** What lies between a tensor and the next gradients that a person set. */
export interface Segment {
  /** Steps whose gradients must be computed to get the tensor's; the tensor itself included. */
  readonly inside: ReadonlySet<number>;
  /** Steps whose backward is on the way, nearest to the tensor first. */
  readonly operations: readonly number[];
}

/** The way back to `target` from the steps whose gradients are given, or from the loss. */
export function segmentOf(
  { steps }: Float64Program,
  target: number,
  isGiven: (step: number) => boolean,
): Segment {
  const inside = new Set([target]);
  const operations: number[] = [];
  for (let place = target + 1; place < steps.length; place++) {
    if (!steps[place].inputs.some((input) => inside.has(input))) continue;
    operations.push(place);
    if (!isGiven(place)) inside.add(place);
  }
  return { inside, operations };
}

/** The steps that a step is computed from. */
export function ancestorsOf({ steps }: Float64Program, step: number): ReadonlySet<number> {
  const found = new Set(steps[step].inputs);
  // A set's loop also visits what is added while it runs.
  for (const place of found) for (const input of steps[place].inputs) found.add(input);
  return found;
}

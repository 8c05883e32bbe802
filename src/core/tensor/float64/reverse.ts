import { numelOf } from "../../ops/recording-ops.ts";
import type { Ties } from "./backward.ts";
import { backwardOf, derivativeOf } from "./derivative.ts";
import type { Pass, Rounding } from "./evaluate.ts";
import type { Mutant } from "./mutant.ts";
import type { Float64Program } from "./program.ts";

/** One use's part of a gradient. */
export interface Contribution {
  readonly from: number;
  readonly values: Float64Array;
}

export interface ReverseOptions {
  /** Gradients that stand instead of the computed ones, from there on: a person's own. */
  readonly incoming?: ReadonlyMap<number, Float64Array>;
  readonly mutants?: readonly Mutant[];
  /** Steps whose gradients are needed; all without it. */
  readonly only?: ReadonlySet<number>;
  readonly ties?: Ties;
  readonly rounding?: Rounding;
}

export interface Gradients {
  /** By step, as computed from what came in; null where none arrives. */
  readonly gradients: readonly (Float64Array | null)[];
  readonly contributions: readonly (readonly Contribution[])[];
}

/**
 * The gradients of the program's last step, summed if it is more than a number, by the chain rule in reverse. Where
 * `incoming` has a gradient, what is computed there is kept in the result, but the given one goes on.
 */
export function reverse(
  program: Float64Program,
  pass: Pass,
  { incoming = new Map(), mutants = [], only, ties = "second", rounding }: ReverseOptions = {},
): Gradients {
  const { steps } = program;
  const root = steps.length - 1;
  const contributions: Contribution[][] = steps.map(() => []);
  const gradients: (Float64Array | null)[] = steps.map(() => null);
  gradients[root] = new Float64Array(numelOf(steps[root].shape)).fill(1);
  for (let place = root; place >= 0; place--) {
    gradients[place] ??= total(contributions[place]);
    const g = incoming.get(place) ?? gradients[place];
    const { inputs } = steps[place];
    if (g === null || inputs.length === 0) continue;
    pass.beat?.();
    const needs = inputs.map((input) => only?.has(input) ?? true);
    if (!needs.includes(true)) continue;
    const own = mutants.filter(({ step }) => step === place);
    const back = backwardOf(program, pass, { place, g, ties, mutants: own });
    derivativeOf(back, needs).forEach((values, k) => {
      if (values === null) return;
      contributions[inputs[k]].push({
        from: place,
        values: rounding === undefined ? values : rounding(values),
      });
    });
  }
  return { gradients, contributions };
}

function total(parts: readonly Contribution[]): Float64Array | null {
  if (parts.length === 0) return null;
  if (parts.length === 1) return parts[0].values;
  const sum = Float64Array.from(parts[0].values);
  for (const { values } of parts.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += values[i];
  return sum;
}

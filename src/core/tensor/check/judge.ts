import { compareGradients, finishComparison, ATOL, type GradientComparison } from "../../gradient-check.ts";
import { excuse } from "../../gradient-report.ts";
import type { Ties } from "../float64/backward.ts";
import { evaluate, type Pass } from "../float64/evaluate.ts";
import { reverse, type Gradients } from "../float64/reverse.ts";
import { roundingSample, toFloat32 } from "../float64/rounding.ts";
import { sameShape } from "../shapes.ts";
import type { CheckRequest, GivenGradient } from "./check-types.ts";

/** How many times the rounding of sample passes a right gradient may be off by. */
const ROUNDING_MARGIN = 8;

/** The passes that gradients are judged by. */
export interface Reference {
  readonly pass: Pass;
  /** By the chain rule alone. */
  readonly own: Gradients;
  /** Each from the person's own gradients nearer to the loss. */
  readonly local: Gradients;
  /** As `local`, where equal candidates of a maximum are treated otherwise. */
  readonly otherTies: readonly Gradients[];
  /** As `local`, with float32's rounding. */
  readonly rounded: readonly Gradients[];
  /** The person's gradients that have the right shape. */
  readonly incoming: ReadonlyMap<number, Float64Array>;
}

/** The last gradient that was set of each step. */
export function latestOf(given: readonly GivenGradient[]): ReadonlyMap<number, GivenGradient> {
  return new Map(given.map((one) => [one.step, one]));
}

/** Computes what the gradients should be, with what may move right ones. */
export function referenceOf(request: CheckRequest): Reference {
  const { program } = request;
  const pass = evaluate(program, request);
  const incoming = new Map(
    [...latestOf(request.given)].flatMap(([step, { values, shape }]) =>
      sameShape(shape, program.steps[step].shape) ? [[step, Float64Array.from(values)] as const] : [],
    ),
  );
  const withTies = (ties: Ties): Gradients => reverse(program, pass, { incoming, ties });
  const rounded = [toFloat32, roundingSample(request.seed), roundingSample(request.seed + 1)].map(
    (rounding) => reverse(program, evaluate(program, request, { rounding }), { incoming, rounding }),
  );
  return {
    pass,
    own: reverse(program, pass),
    local: withTies("second"),
    otherTies: [withTies("first"), withTies("half")],
    rounded,
    incoming,
  };
}

/** Compares a gradient of the right shape with what it should be, but for rounding and ties; null without reference. */
export function judgeGradient(
  { own, local, otherTies, rounded }: Reference,
  { step, values }: Pick<GivenGradient, "step" | "values">,
): GradientComparison | null {
  const expected = local.gradients[step];
  if (expected === null) return null;
  // What the chain rule alone says is right too, whatever was made of it before.
  const others = [...otherTies, own].flatMap(({ gradients }) => gradients[step] ?? []);
  const comparisons = [expected, ...others].map((reference) =>
    compareWithin(values, reference, roundingOf(expected, rounded, step)),
  );
  return comparisons.find(({ passed }) => passed) ?? comparisons[0];
}

/** How far float32 may take each element: some times what sample passes differ by, there and on the whole. */
function roundingOf(expected: Float64Array, rounded: readonly Gradients[], step: number): Float64Array {
  const worst = new Float64Array(expected.length);
  for (const { gradients } of rounded) {
    const sample = gradients[step];
    if (sample === null) continue;
    for (let i = 0; i < worst.length; i++) worst[i] = Math.max(worst[i], Math.abs(sample[i] - expected[i]));
  }
  const typical = Math.sqrt(worst.reduce((sum, value) => sum + value * value, 0) / worst.length);
  return worst.map((value) => ROUNDING_MARGIN * Math.max(value, typical));
}

function compareWithin(
  values: Float32Array,
  reference: Float64Array,
  rounding: Float64Array,
): GradientComparison {
  const moved = Float64Array.from(reference);
  excuse(values, moved, { rounding, kinks: new Float64Array(moved.length) });
  const largest = moved.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Elements far below the largest one are sums that cancelled; where all are small, atol would hide them.
  return finishComparison(compareGradients(values, moved, { atol: ATOL * Math.max(1, largest) }));
}

/** Whether every element is a number. */
export const isFinite = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
};

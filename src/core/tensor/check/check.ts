import {
  centralDifference,
  differenceTasks,
  provenSteps,
  slopeOf,
  type Difference,
} from "../float64/differences.ts";
import { evaluate } from "../float64/evaluate.ts";
import type { Float64Program } from "../float64/program.ts";
import { reverse } from "../float64/reverse.ts";
import { sameShape } from "../shapes.ts";
import type { CheckReport, CheckRequest, GivenGradient, JudgedGradient, Verdict } from "./check-types.ts";
import { relativeDistance } from "./compare.ts";
import { diagnose } from "./diagnose.ts";
import { isFinite, judgeGradient, latestOf, referenceOf, type Reference } from "./judge.ts";
import { stepName } from "./words.ts";

/** Differences that agree less than this with the reference make it doubtful. */
const PROVEN = 1e-4;

/**
 * Judges every gradient that a person set against a float64 reference of his own forward pass, each given his own
 * gradients nearer to the loss, so that only the step at fault is blamed; explains the wrong ones.
 *
 * The reference is proven by central differences. Where it is not a number, nothing is judged.
 */
export const checkGradients = (request: CheckRequest): CheckReport =>
  withProof(judgeGradients(request), proveReference(request));

/** The judgement alone; its reference is not proven yet. */
export function judgeGradients(request: CheckRequest): CheckReport {
  const { given, wanted } = request;
  const reference = referenceOf(request);
  const names = new Map(wanted.map(({ step, name }) => [step, name]));
  const program = named(request.program, names);
  const latest = latestOf(given);
  const gradients = [...latest.values()]
    .toSorted((a, b) => b.step - a.step)
    .map((one) => judged(program, reference, { one, name: names.get(one.step) }));
  const missing = wanted.filter(({ step }) => !latest.has(step)).map(({ name }) => name);
  return {
    loss: reference.pass.values[program.steps.length - 1].reduce((sum, value) => sum + value, 0),
    reference: { differences: 0, worst: 0 },
    gradients,
    missing,
    notices: [...noticesOf(request, reference)],
    passed: missing.length === 0 && gradients.every(({ verdict }) => verdict === "right"),
  };
}

/** A judgement with what proves its reference. */
export function withProof(report: CheckReport, differences: readonly Difference[]): CheckReport {
  const worst = differences.reduce((most, { relative }) => Math.max(most, relative), 0);
  const doubt = Number.isNaN(worst)
    ? "Central differences cannot prove the reference: the loss is NaN or infinite."
    : `Central differences agree with the reference only to ${worst.toExponential(1)}; is the loss smooth there?`;
  return {
    ...report,
    reference: { differences: differences.length, worst },
    notices: worst < PROVEN ? report.notices : [...report.notices, doubt],
  };
}

/** The program with the names that its wanted tensors were given, where they have none of their own. */
const named = ({ steps }: Float64Program, names: ReadonlyMap<number, string>): Float64Program => ({
  steps: steps.map((step, place) => ({ ...step, name: step.name ?? names.get(place) ?? null })),
});

function judged(
  program: Float64Program,
  reference: Reference,
  { one, name }: { readonly one: GivenGradient; readonly name: string | undefined },
): JudgedGradient {
  const { step, values, shape, line } = one;
  const own = program.steps[step].shape;
  const fits = sameShape(shape, own);
  const expected = reference.local.gradients[step];
  const comparison = fits ? judgeGradient(reference, one) : null;
  const judgeable = expected !== null && isFinite(expected);
  const verdict: Verdict = !judgeable ? "not judged" : comparison?.passed === true ? "right" : "wrong";
  const alone = reference.own.gradients[step];
  return {
    step,
    name: name ?? stepName(program, step),
    shape: own,
    givenShape: shape,
    line,
    verdict,
    comparison,
    relNorm: fits && alone !== null ? relativeDistance(values, alone) : null,
    explanation: verdict === "wrong" ? diagnose(program, reference, one) : null,
  };
}

/**
 * Central differences of the tensors that are proven: every `shares`-th of them from number `share` on, so that threads
 * can share them.
 */
export function proveReference(request: CheckRequest, share = 0, shares = 1): readonly Difference[] {
  const { program, seed, differences } = request;
  const pass = evaluate(program, request);
  const own = reverse(program, pass);
  const slopes = new Map(
    provenSteps(request).flatMap((step) => {
      const gradient = own.gradients[step];
      return gradient === null ? [] : [[step, slopeOf(gradient)] as const];
    }),
  );
  const tensors = [...slopes].map(([step, { gradient }]) => ({ step, length: gradient.length }));
  return differenceTasks(tensors, { seed, coordinates: differences })
    .filter((_task, at) => at % shares === share)
    .flatMap((task) => {
      const slope = slopes.get(task.step);
      return slope === undefined ? [] : [centralDifference(program, { inputs: request, pass, slope }, task)];
    });
}

/** What makes a check say less than it seems to. */
function* noticesOf({ program, wanted, given }: CheckRequest, { pass, own }: Reference): Iterable<string> {
  const broken = program.steps.findIndex((_, step) => !isFinite(pass.values[step]));
  if (broken >= 0) {
    yield `The forward pass is NaN or infinite from ${stepName(program, broken)} on; gradients behind it cannot be judged.`;
  }
  for (const { step, name } of wanted) {
    if (own.gradients[step] === null) yield `The loss does not depend on ${name}; its gradient is 0.`;
    else if (given.some((one) => one.step === step) && pass.values[step].every((value) => value === 0)) {
      yield `${name} is 0 everywhere, so mistakes that multiply by it do not show.`;
    }
  }
}

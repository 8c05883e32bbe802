import { BINARY_DERIVATIVES, UNARY_DERIVATIVES } from "../float64/element-rules.ts";
import type { Mutant } from "../float64/mutant.ts";
import type { Float64Program, Float64Step } from "../float64/program.ts";
import { sameShape } from "../shapes.ts";
import { operationName, stepName } from "./words.ts";

/** Wrong rules of ops that are no functions of single elements; the words follow "the backward of …". */
const STRUCTURAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  where: { noMask: "passes the whole gradient to both sides", inverted: "has its mask inverted" },
  matmul: {
    leftNotTransposed: "does not transpose the right operand",
    rightNotTransposed: "does not transpose the left operand",
    leftTransposed: "gives the left operand's gradient transposed",
    rightTransposed: "gives the right operand's gradient transposed",
  },
  softmax: {
    noSum: "has only the gradient times the result, without the sum that softmax subtracts",
    diagonal: "treats softmax like sigmoid, g · y (1 − y), without the other classes",
    sumNotScaled: "does not multiply the subtracted sum by the result",
  },
  permute: { forward: "permutes the axes forward again instead of back" },
  take: { overwritten: "overwrites rows that are taken twice instead of adding" },
  gather: { overwritten: "overwrites elements that are picked twice instead of adding" },
};

const REDUCTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sum: { mean: "divides by the number of elements, as if it were a mean" },
  mean: { sum: "forgets to divide by the number of elements" },
  max: { noMask: "gives the gradient to every element, not only to the largest" },
  min: { noMask: "gives the gradient to every element, not only to the smallest" },
  variance: {
    noMean: "does not subtract the mean",
    otherDivisor: "divides by n where n − 1 is due, or the other way round",
  },
  std: {
    noMean: "does not subtract the mean",
    otherDivisor: "divides by n where n − 1 is due, or the other way round",
    noRoot: "does not divide by the standard deviation",
    rootSquared: "divides by the variance where the standard deviation is due",
    variance: "multiplies by the standard deviation where it should divide",
  },
  logSumExp: {
    noFactor: "passes the gradient on without the softmax",
    notDivided: "has exp(x) without dividing by their sum",
  },
};

/** The wrong rules of a step by name, with words that follow "the backward of …". */
function wrongRules({ op }: Float64Step): readonly (readonly [string, string])[] {
  if (op.kind === "unary" || op.kind === "binary") {
    const mistakes: Readonly<Record<string, { readonly words: string }>> | undefined =
      op.kind === "unary" ? UNARY_DERIVATIVES[op.fn]?.mistakes : BINARY_DERIVATIVES[op.fn]?.mistakes;
    return Object.entries(mistakes ?? {}).map(([name, { words }]) => [name, words]);
  }
  const table = op.kind === "reduce" ? REDUCTIONS[op.fn] : STRUCTURAL[op.kind];
  return Object.entries(table);
}

const hasRules = ({ op }: Float64Step): boolean =>
  op.kind === "unary" ||
  op.kind === "binary" ||
  op.kind in STRUCTURAL ||
  (op.kind === "reduce" && op.fn in REDUCTIONS);

const fits = ({ steps }: Float64Program, mutant: Mutant): boolean => {
  if (mutant.kind !== "rule") return true;
  const { op, inputs, shape } = steps[mutant.step];
  const [a, b] = inputs.map((input) => steps[input].shape);
  if (op.kind === "matmul") {
    // A wrong shape would have been seen before.
    const [left, right] = [a[0] === a[1], b[0] === b[1]];
    return (
      { leftNotTransposed: right, rightNotTransposed: left, leftTransposed: left, rightTransposed: right }[
        mutant.name
      ] === true
    );
  }
  if (op.kind !== "permute") return true;
  return sameShape(shape, a) && op.axes.some((axis, place) => op.axes[axis] !== place);
};

/** The mistakes that can be made in the backward of one step, likely ones first; stand-ins come by themselves. */
export function mutantsOf(program: Float64Program, place: number): readonly Mutant[] {
  const step = program.steps[place];
  const mutants: Mutant[] = [];
  if (hasRules(step))
    for (const [name] of wrongRules(step)) mutants.push({ kind: "rule", step: place, name });
  const broadcasts = step.op.kind === "binary" || step.op.kind === "where" || step.op.kind === "expand";
  step.inputs.forEach((input, k) => {
    const { op, shape } = program.steps[input];
    if (op.kind === "full") return;
    if (broadcasts && !sameShape(shape, step.shape)) {
      for (const how of ["mean", "last", "first"] as const)
        mutants.push({ kind: "gathering", step: place, input: k, how });
    }
    mutants.push({ kind: "drop", step: place, input: k }, { kind: "negate", step: place, input: k });
  });
  return mutants.filter((mutant) => fits(program, mutant));
}

const MULTIPLIES: ReadonlySet<string> = new Set(["mul", "div", "maximum", "minimum", "pow"]);

/** The slots of a step whose values its backward uses. */
function slotsOf({ op, inputs }: Float64Step): readonly (number | "y")[] {
  const all = inputs.map((_, input) => input);
  if (op.kind === "unary") {
    if (op.fn === "neg" || op.fn === "sign") return [];
    return ["exp", "tanh", "sigmoid", "sqrt", "rsqrt"].includes(op.fn) ? ["y"] : all;
  }
  if (op.kind === "binary") return MULTIPLIES.has(op.fn) ? all : [];
  if (op.kind === "where") return [0];
  if (op.kind === "matmul") return all;
  return op.kind === "softmax" ? ["y"] : [];
}

/** Every other tensor of the right shape in the place of one that the backward of a step uses. */
export function standInsOf(program: Float64Program, place: number): readonly Mutant[] {
  const { steps } = program;
  const step = steps[place];
  return slotsOf(step).flatMap((slot) => {
    const due = slot === "y" ? place : step.inputs[slot];
    const { shape } = steps[due];
    const others = steps.flatMap(({ op, shape: other }, by) =>
      by !== due && op.kind !== "full" && sameShape(other, shape) ? [by] : [],
    );
    const candidates: (number | "gradient")[] = sameShape(step.shape, shape)
      ? ["gradient", ...others]
      : others;
    return candidates.map((by): Mutant => ({ kind: "standIn", step: place, slot, by }));
  });
}

/** What a mutant is, in words that follow "comes out when ". */
export function mutantWords(program: Float64Program, mutant: Mutant): string {
  const step = program.steps[mutant.step];
  const backward = `the backward of ${operationName(program, mutant.step)}`;
  const inputName = (input: number): string => stepName(program, step.inputs[input]);
  switch (mutant.kind) {
    case "rule": {
      const [, words] = wrongRules(step).find(([name]) => name === mutant.name) ?? ["", mutant.name];
      return `${backward} ${words}`;
    }
    case "drop":
      return `the term that comes back from ${operationName(program, mutant.step)} through ${inputName(mutant.input)} is missing`;
    case "negate":
      return `the term that comes back from ${operationName(program, mutant.step)} through ${inputName(mutant.input)} has the wrong sign`;
    case "gathering": {
      const words = {
        mean: "the mean is taken where the sum is due",
        last: "only the last part is kept instead of the sum",
        first: "only the first part is kept instead of the sum",
      }[mutant.how];
      return `${words} over what ${inputName(mutant.input)} was repeated to, in ${backward}`;
    }
    case "standIn": {
      const by = mutant.by === "gradient" ? "the incoming gradient" : stepName(program, mutant.by);
      const due = mutant.slot === "y" ? "its result" : inputName(mutant.slot);
      const chooses =
        step.op.kind === "where" ||
        ("fn" in step.op && (step.op.fn === "maximum" || step.op.fn === "minimum"));
      return chooses
        ? `the mask in ${backward} is taken from ${by} instead of from ${due}`
        : `${backward} takes ${by} where ${due} is due`;
    }
  }
}

/** A short name of the mistake, the same for all tensors. */
export function mutantName({ steps }: Float64Program, mutant: Mutant): string {
  const { label } = steps[mutant.step];
  if (mutant.kind === "rule") return `${label}: ${mutant.name}`;
  if (mutant.kind === "gathering") return `${label}: ${mutant.how}`;
  return `${label}: ${mutant.kind}`;
}

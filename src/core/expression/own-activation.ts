import { ContractError } from "../errors.ts";
import type { OwnActivation } from "../ops/activation.ts";
import { derive } from "./derive.ts";
import { call, compile, DY, reads, type Expression } from "./expression.ts";
import { parseFormula } from "./parse-formula.ts";

/** What the formulas of an own activation say. */
export interface OwnFunctions {
  readonly forward: Expression;
  /** dz = what its writer gave, else f′(z) · dy. */
  readonly backward: Expression;
  /** f′, derived from `forward`: what a gradient check holds a backward of one's own against. */
  readonly derivative: Expression;
  /** f(x) in float64. */
  readonly value: (x: number) => number;
  /** f′(x) in float64. */
  readonly slope: (x: number) => number;
}

/** @throws {ContractError} If a formula is none, or does not depend on what it must. */
export function readOwnActivation({ forward, backward }: OwnActivation): OwnFunctions {
  const value = parseFormula(forward, ["z"]);
  if (!reads(value, "z"))
    throw new ContractError("it does not depend on z, so nothing could be learned through it");
  const slope = derive(value);
  const given = backward === null ? call("mul", DY, slope) : parseFormula(backward, ["z", "dy"]);
  if (backward !== null && !reads(given, "dy")) {
    throw new ContractError(
      "it does not depend on dy: the gradient that comes in must be multiplied on, as in dy * …",
    );
  }
  const [evaluate, evaluateSlope] = [compile(value), compile(slope)];
  return {
    forward: value,
    backward: given,
    derivative: slope,
    value: (x) => evaluate(x, 0),
    slope: (x) => evaluateSlope(x, 0),
  };
}

const known = new WeakMap<OwnActivation, OwnFunctions>();

/** The same, read once. */
export function ownFunctions(activation: OwnActivation): OwnFunctions {
  const found = known.get(activation) ?? readOwnActivation(activation);
  known.set(activation, found);
  return found;
}

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

/** A place where a backward of one's own is not the derivative of its forward, for dy = 1. */
export interface BackwardMisfit {
  readonly z: number;
  readonly given: number;
  readonly derived: number;
}

/** Where kinks seldom lie. */
const TRIED = [0.31, -0.31, 1.13, -1.13, 2.71, -2.71, 5.3, -5.3];
const RTOL = 1e-6;

/** Where a backward of one's own differs from dy · f′(z) in float64; null where it does not at any place tried. */
export function backwardMisfit({ backward, slope }: OwnFunctions): BackwardMisfit | null {
  const evaluate = compile(backward);
  for (const z of TRIED) {
    const derived = slope(z);
    for (const dy of [1, -2]) {
      const given = evaluate(z, dy) / dy;
      const isClose = Math.abs(given - derived) <= RTOL * Math.max(1, Math.abs(derived));
      if (Number.isFinite(derived) && !isClose) return { z, given, derived };
    }
  }
  return null;
}

const known = new WeakMap<OwnActivation, OwnFunctions>();

/** The same, read once. */
export function ownFunctions(activation: OwnActivation): OwnFunctions {
  const found = known.get(activation) ?? readOwnActivation(activation);
  known.set(activation, found);
  return found;
}

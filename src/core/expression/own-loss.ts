import { ContractError } from "../errors.ts";
import { derive } from "./derive.ts";
import { compile, reads, type Evaluate, type Expression } from "./expression.ts";
import { parseFormula } from "./parse-formula.ts";

/**
 * A loss of a person's own: the mean over all elements of `forward`, a formula of y, what is predicted, and t, the target.
 * `backward` is the slope of an element by y, or null where it is derived.
 */
export interface OwnLoss {
  readonly name: string;
  readonly forward: string;
  readonly backward: string | null;
}

/** What its formulas say. */
export interface OwnLossFunctions {
  readonly forward: Expression;
  /** What its writer gave as ∂/∂y of an element, else what is derived. */
  readonly backward: Expression;
  /** ∂/∂y of `forward`: what a gradient check holds a backward of one's own against. */
  readonly derivative: Expression;
  /** An element's loss in float64. */
  readonly value: Evaluate;
  /** Its slope by y in float64, as it is derived. */
  readonly slope: Evaluate;
}

/** @throws {ContractError} If a formula is none, or does not depend on what it must. */
export function readOwnLoss({ forward, backward }: Pick<OwnLoss, "forward" | "backward">): OwnLossFunctions {
  const value = parseFormula(forward, ["y", "t"]);
  if (!reads(value, "y")) {
    throw new ContractError("it does not depend on y, what is predicted, so nothing could be learned by it");
  }
  const derivative = derive(value);
  return {
    forward: value,
    backward: backward === null ? derivative : parseFormula(backward, ["y", "t"]),
    derivative,
    value: compile(value),
    slope: compile(derivative),
  };
}

const known = new WeakMap<OwnLoss, OwnLossFunctions>();

/** The same, read once. */
export function ownLossFunctions(loss: OwnLoss): OwnLossFunctions {
  const found = known.get(loss) ?? readOwnLoss(loss);
  known.set(loss, found);
  return found;
}

/** A place where a backward of one's own is not the slope of its forward. */
export interface LossMisfit {
  readonly y: number;
  readonly t: number;
  readonly given: number;
  readonly derived: number;
}

/** Where kinks seldom lie. */
const TRIED_TARGETS = [0.17, 1, 4.3];
const TRIED = [0.31, -0.31, 1.13, -1.13, 2.71, 5.3];
const RTOL = 1e-6;

/** Where a backward of one's own differs from the derivative in float64; null where it does not at any place tried. */
export function lossMisfit({ backward, slope }: OwnLossFunctions): LossMisfit | null {
  const evaluate = compile(backward);
  for (const t of TRIED_TARGETS) {
    for (const y of TRIED) {
      const [given, derived] = [evaluate(y, t), slope(y, t)];
      const isClose = Math.abs(given - derived) <= RTOL * Math.max(1, Math.abs(derived));
      if (Number.isFinite(derived) && !isClose) return { y, t, given, derived };
    }
  }
  return null;
}

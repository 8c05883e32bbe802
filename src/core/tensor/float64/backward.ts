import type { Mutant } from "./mutant.ts";
import type { Float64Step } from "./program.ts";

/** Who gets the gradient of equal candidates: the second (a relu's 0), the first, or both a half. */
export type Ties = "second" | "first" | "half";

/** One step as its backward sees it: some of it may be wrong on purpose. */
export interface Backward {
  readonly step: Float64Step;
  readonly g: Float64Array;
  readonly x: readonly Float64Array[];
  readonly shapes: readonly (readonly number[])[];
  readonly y: Float64Array;
  /** The numbers that decide between inputs. */
  readonly seen: readonly ArrayLike<number>[];
  readonly ties: Ties;
  readonly mutants: readonly Mutant[];
}

/** The name of the wrong rule that is asked for, if any is. */
export const wrongRule = ({ mutants }: Backward): string | null =>
  mutants.find((one) => one.kind === "rule")?.name ?? null;

import type { GradientComparison } from "../../gradient-check.ts";
import type { Float64Program } from "../float64/program.ts";
import type { SourceLine } from "../tensor-node.ts";

/** A gradient that a person set, in the order of setting. */
export interface GivenGradient {
  readonly step: number;
  readonly values: Float32Array;
  readonly shape: readonly number[];
  /** Where it was set. */
  readonly line: SourceLine | null;
}

/** All that a check needs: plain data, so that any thread can do it. The program's last step is the loss. */
export interface CheckRequest {
  readonly program: Float64Program;
  readonly leaves: ReadonlyMap<number, Float64Array>;
  readonly decisions: ReadonlyMap<number, ArrayLike<number>>;
  readonly given: readonly GivenGradient[];
  /** The tensors whose gradients must have been set. */
  readonly wanted: readonly { readonly step: number; readonly name: string }[];
  readonly seed: number;
  /** Coordinates of a tensor at which central differences prove the reference; Infinity for all. */
  readonly differences: number;
  /** Called often while it is judged; see PassInputs. */
  readonly beat?: (() => void) | undefined;
}

/** A mistake that gives just these numbers. */
export interface Candidate {
  readonly text: string;
  /** Where the operation stands whose backward is wrong; null where the gradient itself is. */
  readonly line: SourceLine | null;
  /** Short name of the mistake, the same for all tensors. */
  readonly mistake: string;
}

/** Why a gradient is wrong: certain where one mistake alone explains its numbers; all that do are listed. */
export interface Explanation {
  readonly certain: boolean;
  readonly candidates: readonly Candidate[];
}

export type Verdict = "right" | "wrong" | "not judged";

export interface JudgedGradient {
  readonly step: number;
  /** The variable, or what it is the result of. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly givenShape: readonly number[];
  readonly line: SourceLine | null;
  readonly verdict: Verdict;
  /** Against what the chain rule makes of the person's own gradients nearer to the loss; null where the shapes differ. */
  readonly comparison: GradientComparison | null;
  /** ‖a − b‖ / ‖b‖ against the reference's own gradient; null where the shapes differ. */
  readonly relNorm: number | null;
  readonly explanation: Explanation | null;
}

export interface CheckReport {
  readonly loss: number;
  /** How well central differences agree with the reference, the worst of all. */
  readonly reference: { readonly differences: number; readonly worst: number };
  /** Nearest to the loss first. */
  readonly gradients: readonly JudgedGradient[];
  /** Wanted tensors without a gradient. */
  readonly missing: readonly string[];
  readonly notices: readonly string[];
  readonly passed: boolean;
}

import type { Gathering } from "./arrays.ts";

/** A mistake in the backward of one step. */
export type Mutant =
  /** One of the wrong rules that the step's function has. */
  | { readonly kind: "rule"; readonly step: number; readonly name: string }
  /** An input gets nothing from this step. */
  | { readonly kind: "drop"; readonly step: number; readonly input: number }
  | { readonly kind: "negate"; readonly step: number; readonly input: number }
  /** What an input was broadcast to is not summed. */
  | {
      readonly kind: "gathering";
      readonly step: number;
      readonly input: number;
      readonly how: Exclude<Gathering, "sum">;
    }
  /** Another tensor of the same shape stands where an input or the result (slot "y") is due. */
  | {
      readonly kind: "standIn";
      readonly step: number;
      readonly slot: number | "y";
      readonly by: number | "gradient";
    };

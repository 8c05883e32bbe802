import type { Judge, QuantityRecord } from "./judge.ts";

/** What one cell (or a few that belong together) of an original printed, and how to judge what comes out here. */
export interface JudgedNumbers {
  /** Execution count of the original's cell that prints the numbers. */
  readonly id: string;
  /** The original's numbers by name. */
  readonly expected: QuantityRecord;
  readonly quantities: readonly { readonly key: string; readonly label: string; readonly unit: string }[];
  readonly judge: Judge;
}

export const quantity = (
  key: string,
  label: string,
  unit = "",
): { key: string; label: string; unit: string } => ({ key, label, unit });

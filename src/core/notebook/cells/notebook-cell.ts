import type { Judge, QuantityRecord } from "../judge.ts";

/** One cell (or a few that belong together) of the notebook: what it says, what came out there, how to judge ours. */
export interface NotebookCell {
  /** Execution count of the cell that prints the number. */
  readonly id: string;
  /** The notebook's cells this one covers. */
  readonly covers: string;
  /** Heading above this cell where a new part begins, else null. */
  readonly part: string | null;
  readonly title: string;
  readonly sentence: string;
  /** KaTeX source, or empty. */
  readonly formula: string;
  readonly why: string;
  /** The notebook's numbers by name. */
  readonly expected: QuantityRecord;
  readonly quantities: readonly { readonly key: string; readonly label: string; readonly unit: string }[];
  /** Cells whose results this one uses. */
  readonly needs: readonly string[];
  readonly judge: Judge;
}

export const quantity = (
  key: string,
  label: string,
  unit = "",
): { key: string; label: string; unit: string } => ({ key, label, unit });

import { createHash } from "node:crypto";
import { analyseCell } from "../../../sandbox/cell-names.ts";
import { stripTypes } from "../../../sandbox/prepare-cell.ts";
import type { DocumentCell } from "../../../shared/documents/lab-document.ts";
import type { PlannedCell } from "../../../shared/documents/run-plan.ts";

/** Cells of a document that can run: what is locked or of a later version is text. */
export const runnableCells = (cells: readonly DocumentCell[]): readonly DocumentCell[] =>
  cells.filter(({ kind }) => kind === "code" || kind === "exercise");

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What a cell's text says of its place in the order of runs, found without running it. */
export function planCell({ id, source }: DocumentCell): PlannedCell {
  try {
    const { names, codeText } = analyseCell(stripTypes(source).javascript);
    return { id, names, codeHash: hashOf(codeText) };
  } catch {
    // Running it says what is wrong with the text, and where.
    return { id, names: null, codeHash: hashOf(source) };
  }
}

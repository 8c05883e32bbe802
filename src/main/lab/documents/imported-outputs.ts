import * as v from "valibot";
import type { NotebookOutput } from "../../../shared/documents/ipynb.ts";
import { cellOutputSchema, type CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellOutputRecord } from "../../store/tables/document-output-table.ts";

/** The lab's own outputs as they were; of other programs' the text. */
function outputOf({ data, text, png }: NotebookOutput): CellOutput {
  const own = v.safeParse(cellOutputSchema, data);
  if (own.success) return own.output;
  if (text !== "" || png === null) return { kind: "text", text };
  return { kind: "notice", text: "The picture that stood here is in the imported file only.", place: null };
}

/** What a .ipynb brings along, as what its cells gave before: of a text that nobody has run here. */
export function importedOutputs(
  outputs: ReadonlyMap<string, readonly NotebookOutput[]>,
  at: string,
): readonly CellOutputRecord[] {
  return [...outputs].map(([cell, given]) => ({
    cell,
    at,
    hash: "",
    judged: null,
    runId: null,
    result: {
      id: cell,
      outputs: given.map(outputOf),
      error: null,
      generation: 0,
      wallMs: NaN,
      operations: 0,
      flushes: 0,
      tensors: 0,
      tensorBytes: 0,
    },
  }));
}

import type { DocumentCell } from "../../../shared/documents/lab-document.ts";
import { useStore } from "../../store/create-store.ts";
import { openStore } from "../document/open-notebook.ts";

const NAMED_CELL = /\bcell ([\w-]{1,64})\b(\/check\b)?/g;

/** Ids of cells in a sentence as the numbers that a person sees. */
export function withCellNumbers(text: string, cells: readonly Pick<DocumentCell, "id">[]): string {
  return text.replaceAll(NAMED_CELL, (words, id: string, check?: string) => {
    const at = cells.findIndex((cell) => cell.id === id);
    if (at < 0) return words;
    return check === undefined ? `cell ${at + 1}` : `check of cell ${at + 1}`;
  });
}

/** The sentence with the numbers of the open notebook's cells. */
export function useCellNumbers(text: string): string {
  return useStore(openStore, (open) => withCellNumbers(text, open?.edit.document.cells ?? []));
}

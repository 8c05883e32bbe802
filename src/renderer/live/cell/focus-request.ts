import { createStore } from "../../store/create-store.ts";

/** Where the focus is to go: to the cell itself, for commands, or into its text. */
export interface FocusRequest {
  readonly cell: string;
  readonly mode: "command" | "edit";
  /** A place in the text; the end or the beginning without one. */
  readonly at?:
    | { readonly offset: number; readonly to?: number }
    | { readonly line: number; readonly column: number | null }
    | "start"
    | "end";
}

/** The cell that is meant takes it up as soon as it is there. */
export const focusRequestStore = createStore<FocusRequest | null>(null);
/** The text that is being written and therefore not drawn. */
export const writingStore = createStore<string | null>(null);

export function requestFocus(request: FocusRequest): void {
  writingStore.set(request.mode === "edit" ? request.cell : null);
  focusRequestStore.set(request);
}

export const stopWriting = (cell: string): void => {
  if (writingStore.get() === cell) writingStore.set(null);
};

export const cellElementId = (id: string): string => `live-cell-${id}`;

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

export const requestFocus = (request: FocusRequest): void => focusRequestStore.set(request);

export const cellElementId = (id: string): string => `live-cell-${id}`;

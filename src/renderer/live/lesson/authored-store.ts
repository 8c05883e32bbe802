import { createStore } from "../../store/create-store.ts";

/** Cells whose hints, check and solution are being written. */
export const authoredStore = createStore<ReadonlySet<string>>(new Set());

/** A new exercise is to be written whole. */
export function openAuthored(cell: string): void {
  authoredStore.set(new Set(authoredStore.get()).add(cell));
}

export function toggleAuthored(cell: string): void {
  const cells = new Set(authoredStore.get());
  if (!cells.delete(cell)) cells.add(cell);
  authoredStore.set(cells);
}

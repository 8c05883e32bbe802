import { createStore } from "../../store/create-store.ts";
import { showInfo } from "../../store/lab-store.ts";
import { edit, openStore } from "../document/open-notebook.ts";
import { askLanguage } from "./language-client.ts";
import type { CellRange } from "./language-protocol.ts";

/** A name that is to be called otherwise, and where it stands. */
export interface Renaming {
  readonly name: string;
  readonly places: readonly CellRange[];
}

export const renamingStore = createStore<Renaming | null>(null);

/** Finds every place of the name under the cursor, and asks for the new one. */
export async function askRename(cell: string, offset: number): Promise<void> {
  const answer = await askLanguage({ kind: "rename", cell, offset });
  if (answer === null) return;
  if (answer.kind === "refused") showInfo("Nothing to rename here", answer.reason);
  else renamingStore.set({ name: answer.name, places: answer.places });
}

/** Why a text is no name; null where it is one. */
export const nameProblem = (name: string): string | null =>
  /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)
    ? null
    : "A name has letters, digits, _ and $, and begins with no digit.";

/** Writes the new name at every place, in one step of the history. */
export function rename({ name, places }: Renaming, to: string): void {
  const cells = openStore.get()?.edit.document.cells ?? [];
  const sources = new Map<string, string>();
  for (const { id, source } of cells) {
    const here = places.filter(({ cell }) => cell === id).toSorted((a, b) => b.from - a.from);
    if (here.length === 0) continue;
    // A text that changed since it was asked about is left alone.
    if (here.some(({ from, to: end }) => source.slice(from, end) !== name)) continue;
    sources.set(
      id,
      here.reduce((text, { from, to: end }) => text.slice(0, from) + to + text.slice(end), source),
    );
  }
  edit({ type: "sources", sources, what: `renaming ${name} to ${to}` });
}

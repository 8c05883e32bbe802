import type { NotebookPart } from "../../shared/live/notebook-part.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "./create-store.ts";
import { showFailure } from "./lab-store.ts";

/** Activations and losses that cells of notebooks have defined, the newest first. */
export const partsStore = createStore<readonly NotebookPart[]>([]);

export async function loadParts(): Promise<void> {
  try {
    partsStore.set(await ask(window.lab.sessionParts()));
  } catch (error) {
    showFailure("What the notebooks have defined was not listed", error);
  }
}

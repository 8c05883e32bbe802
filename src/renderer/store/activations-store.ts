import type { NotebookActivation } from "../../shared/live/notebook-activation.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "./create-store.ts";
import { showFailure } from "./lab-store.ts";

/** Activations that cells of notebooks have defined, the newest first. */
export const activationsStore = createStore<readonly NotebookActivation[]>([]);

export async function loadActivations(): Promise<void> {
  try {
    activationsStore.set(await ask(window.lab.sessionActivations()));
  } catch (error) {
    showFailure("The notebooks' activations were not listed", error);
  }
}

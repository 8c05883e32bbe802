import type { RecentEntry } from "../../shared/ipc/window-commands.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure } from "../store/lab-store.ts";
import type { Command } from "./command.ts";

/** What was opened lately, the newest first; main keeps it. */
export const recentStore = createStore<readonly RecentEntry[]>([]);

/** Listens for what is opened, from the start on. */
export function connectRecent(): void {
  window.lab.on("recentChanged", (recent) => recentStore.set(recent));
  ask(window.lab.filesRecent()).then(
    (recent) => recentStore.set(recent),
    (error: unknown) => showFailure("The list of recent files could not be read", error),
  );
}

/** Main asks which. */
export async function openFiles(): Promise<void> {
  try {
    await ask(window.lab.filesOpen());
  } catch (error) {
    showFailure("Nothing was opened", error);
  }
}

export async function clearRecent(): Promise<void> {
  try {
    await ask(window.lab.filesClearRecent());
  } catch (error) {
    showFailure("The list of recent files was not cleared", error);
  }
}

async function openRecent(id: string): Promise<void> {
  try {
    await ask(window.lab.filesOpenRecent({ id }));
  } catch (error) {
    showFailure("It was not opened", error);
  }
}

/** One for each recent file. */
export const recentCommands = (): readonly Command[] =>
  recentStore.get().map(({ id, kind, label }): Command => ({
    id: `recent-${id}`,
    label: `Open recent ${kind}: ${label}`,
    group: "Files",
    shortcuts: [],
    run: () => void openRecent(id),
  }));

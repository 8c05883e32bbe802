import type { IpcInput, IpcOutput } from "../../shared/ipc/ipc-contract.ts";
import type { ImportOutcome } from "../../shared/experiments/imported.ts";
import { ask } from "../bridge/lab.ts";
import { outcomeNotice } from "../runs/import-notices.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure, showInfo } from "../store/lab-store.ts";
import { openRun } from "../store/open-run.ts";
import { saving } from "../store/save.ts";

/** Files and folders that are followed while they grow. */
export const followedStore = createStore<IpcOutput<"exchangeFollowed">>([]);

/** Listens for what is followed, from the start on. */
export function connectExchange(): void {
  window.lab.on("followedChanged", (followed) => followedStore.set(followed));
  ask(window.lab.exchangeFollowed()).then(
    (followed) => followedStore.set(followed),
    (error: unknown) => showFailure("What is followed could not be read", error),
  );
}

/** Says what an import did, and shows the only run of it. */
export function tellOutcome(outcome: ImportOutcome): void {
  const { title, message } = outcomeNotice(outcome);
  showInfo(title, message);
  const [only, ...others] = [...outcome.added, ...outcome.extended];
  if (only !== undefined && others.length === 0) openRun(only);
}

/** Asks for runs of other tools and adds them, or follows them while they grow. */
export async function importOthers({ folder, follow }: IpcInput<"exchangeImport">): Promise<void> {
  try {
    const answer = await ask(window.lab.exchangeImport({ folder, follow }));
    if (answer.kind === "imported") tellOutcome(answer);
    else if (answer.kind === "followed") {
      showInfo(`${answer.source} is followed`, "Its runs are drawn while it grows, also in a comparison.");
    }
  } catch (error) {
    showFailure(follow ? "It is not followed" : "The runs were not imported", error);
  }
}

export async function unfollow(source: string): Promise<void> {
  try {
    await ask(window.lab.exchangeUnfollow({ source }));
  } catch (error) {
    showFailure("It is still followed", error);
  }
}

/** Writes a training where main asks for a place. */
export function exportTraining(input: IpcInput<"exchangeExport">): Promise<void> {
  return saving(
    input.what === "onnx" ? "ONNX model" : "PyTorch folder",
    ask(window.lab.exchangeExport(input)),
  );
}

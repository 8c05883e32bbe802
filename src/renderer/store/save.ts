import type { IpcInput, IpcOutput } from "../../shared/ipc-contract.ts";
import { ask } from "../bridge/lab.ts";
import { toCsv, type TextTable } from "../format/delimited-text.ts";
import { showFailure, showInfo } from "./lab-store.ts";

type Saved = IpcOutput<"fileSave">;

/** Says where a file went; closing the dialog needs no words. */
async function saving(what: string, save: Promise<Saved>): Promise<void> {
  try {
    const saved = await save;
    if (saved.kind === "saved") showInfo(`${what} saved`, saved.path);
  } catch (error) {
    showFailure(`${what} was not saved`, error);
  }
}

/** Weights, whose place main asks for. */
export const saveWeights = (save: Promise<Saved>): Promise<void> => saving("Weights", save);

export function saveTable(suggestedName: string, table: TextTable): Promise<void> {
  return saveFile("Table", { suggestedName, content: { kind: "csv", text: toCsv(table) } });
}

export function savePicture(suggestedName: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  return saveFile("Picture", { suggestedName, content: { kind: "png", bytes } });
}

function saveFile(what: string, input: IpcInput<"fileSave">): Promise<void> {
  return saving(what, ask(window.lab.fileSave(input)));
}

export function exportTimings(runIds: readonly string[]): Promise<void> {
  return saving("Timings", ask(window.lab.runsExportTimings({ runIds: [...runIds] })));
}

export function exportLadder(runIds: readonly string[], rows: "samples" | "summary"): Promise<void> {
  const what = rows === "samples" ? "Samples" : "Summary";
  return saving(what, ask(window.lab.ladderExport({ runIds: [...runIds], rows })));
}

export function exportGradchecks(runIds: readonly string[]): Promise<void> {
  return saving("Gradient checks", ask(window.lab.gradcheckExport({ runIds: [...runIds] })));
}

export async function copyText(what: string, text: string): Promise<void> {
  try {
    await ask(window.lab.clipboardWrite({ text }));
    showInfo(`${what} copied`);
  } catch (error) {
    showFailure(`${what} was not copied`, error);
  }
}

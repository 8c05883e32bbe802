import type { IpcInput, IpcOutput } from "../../shared/ipc/ipc-contract.ts";
import { EXPORTS, type ExportKind } from "../../shared/runs/run-exports.ts";
import { ask } from "../bridge/lab.ts";
import { toCsv, type TextTable } from "../format/delimited-text.ts";
import { showFailure, showInfo } from "./lab-store.ts";

type Saved = IpcOutput<"fileSave">;

/** Says where a file went; closing the dialog needs no words. */
export async function saving(what: string, save: Promise<Saved>): Promise<void> {
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

/** What is done with a picture when it is made. */
export type PictureUse = (title: string, png: Uint8Array<ArrayBuffer>) => Promise<void>;

export const savePicture: PictureUse = (suggestedName, bytes) =>
  saveFile("Picture", { suggestedName, content: { kind: "png", bytes } });

function saveFile(what: string, input: IpcInput<"fileSave">): Promise<void> {
  return saving(what, ask(window.lab.fileSave(input)));
}

/** Writes runs to a file that main asks for; null is all that are not in the trash. */
export function exportRuns(
  what: ExportKind,
  runIds: readonly string[] | null,
  { weights = false } = {},
): Promise<void> {
  return saving(
    EXPORTS[what].title,
    ask(window.lab.runsExport({ what, runIds: runIds === null ? null : [...runIds], weights })),
  );
}

export const copyText = (what: string, text: string): Promise<void> => copy(what, { kind: "text", text });

export const copyPicture: PictureUse = (title, bytes) =>
  copy(`Picture of "${title}"`, { kind: "png", bytes });

async function copy(what: string, content: IpcInput<"clipboardWrite">): Promise<void> {
  try {
    await ask(window.lab.clipboardWrite(content));
    showInfo(`${what} copied`);
  } catch (error) {
    showFailure(`${what} was not copied`, error);
  }
}

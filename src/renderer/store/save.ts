import type { IpcInput, IpcOutput } from "../../shared/ipc-contract.ts";
import type { ExportKind } from "../../shared/run-exports.ts";
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

export function savePicture(suggestedName: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  return saveFile("Picture", { suggestedName, content: { kind: "png", bytes } });
}

function saveFile(what: string, input: IpcInput<"fileSave">): Promise<void> {
  return saving(what, ask(window.lab.fileSave(input)));
}

const EXPORTED: Readonly<Record<ExportKind, string>> = {
  timings: "Timings",
  metrics: "Metrics",
  summary: "Summary",
  gradchecks: "Gradient checks",
  "ladder-samples": "Samples",
  "ladder-summary": "Summary",
  bundle: "Bundle",
  database: "Database",
};

/** Writes runs to a file that main asks for; null is all that are not in the trash. */
export function exportRuns(
  what: ExportKind,
  runIds: readonly string[] | null,
  { weights = false } = {},
): Promise<void> {
  return saving(
    EXPORTED[what],
    ask(window.lab.runsExport({ what, runIds: runIds === null ? null : [...runIds], weights })),
  );
}

export async function copyText(what: string, text: string): Promise<void> {
  try {
    await ask(window.lab.clipboardWrite({ text }));
    showInfo(`${what} copied`);
  } catch (error) {
    showFailure(`${what} was not copied`, error);
  }
}

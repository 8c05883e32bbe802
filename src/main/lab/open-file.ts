import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { ContractError } from "../../core/errors.ts";
import { writeLabDocument } from "../../shared/documents/write-lab-document.ts";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { readDocumentOf } from "./documents/import-document.ts";
import { readDocumentText } from "./documents/read-document-text.ts";
import type { Lab } from "./lab.ts";

/** A file, or a notebook of the library, that is not there any more. */
export class GoneError extends Error {
  override readonly name = "GoneError";
}

/** @throws {GoneError} */
async function requireThere(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "";
    if (code === "ENOENT" || code === "ENOTDIR") throw new GoneError(`There is no file ${path}.`, { cause });
    throw cause;
  }
}

/**
 * Takes a file in that a person opens with the app: a notebook goes into the library, the runs of a bundle to the
 * others. Opened twice, it is there once.
 *
 * @throws {GoneError} If there is none. @throws {Error} If it is neither, or cannot be read.
 */
export async function openFile(lab: Lab, path: string): Promise<IpcEvent<"fileOpened">> {
  await requireThere(path);
  if (/\.(json|gz|bundle)$/i.test(path)) return openRuns(lab, path);
  if (/\.(ts|ipynb)$/i.test(path)) return openNotebook(lab, path);
  throw new ContractError(
    `${path} is not what the app opens: expected a notebook (.lab.ts, .ipynb) or a bundle of runs (.backprop.json, .gz, ` +
      ".json). Data, weights and runs of other tools have their own imports in the views Data, Train and Runs.",
  );
}

/** Opens a bundle of runs, whatever its name. @throws {GoneError} @throws {Error} If it cannot be read. */
export async function openRuns(lab: Lab, path: string): Promise<IpcEvent<"fileOpened">> {
  await requireThere(path);
  return { kind: "runs", path, ...(await lab.runs.import(path)) };
}

/** Looks into data as before. @throws {GoneError} @throws {Error} If it cannot be read, or an activity is on. */
export async function openData(lab: Lab, paths: readonly string[]): Promise<IpcEvent<"fileOpened">> {
  for (const path of paths) await requireThere(path);
  return { kind: "data", preview: await lab.datasets.preview({ paths }) };
}

/** Shows a notebook of the library. @throws {GoneError} If it has none, or has it in its trash. */
export async function openOwnNotebook(
  lab: Lab,
  { documentId, title }: { readonly documentId: string; readonly title: string },
): Promise<IpcEvent<"fileOpened">> {
  const entries = await lab.documents.list({ search: "" });
  const entry = entries.find(({ id }) => id === documentId);
  if (entry === undefined) throw new GoneError(`The library has no notebook "${title}" any more.`);
  if (entry.deletedAt !== null) {
    throw new GoneError(`"${entry.title}" is in the trash of the notebooks: restore it there first.`);
  }
  return { kind: "notebook", documentId, addedFrom: null };
}

async function openNotebook(lab: Lab, path: string): Promise<IpcEvent<"fileOpened">> {
  const name = basename(path);
  const text = await readDocumentText(path);
  const known = await sameNotebook(lab, name, text);
  if (known !== null) return { kind: "notebook", documentId: known, addedFrom: null };
  const [imported] = await lab.documents.importFiles([{ name, text }]);
  if (imported?.kind !== "imported") throw new ContractError(imported?.message ?? `${name} was not imported`);
  return { kind: "notebook", documentId: imported.entry.id, addedFrom: path };
}

/** The notebook of the library that has this very text, or null. */
async function sameNotebook(lab: Lab, name: string, text: string): Promise<string | null> {
  const { document } = readDocumentOf(name, text);
  const wanted = writeLabDocument(document);
  const entries = await lab.documents.list({ search: "" });
  for (const { id, title, deletedAt, problem } of entries) {
    if (title !== document.header.title || deletedAt !== null || problem !== null) continue;
    const opened = await lab.documents.open({ id });
    if (writeLabDocument(readDocumentOf(opened.entry.file, opened.text).document) === wanted) return id;
  }
  return null;
}

import { basename } from "node:path";
import { ContractError } from "../../core/errors.ts";
import { writeLabDocument } from "../../shared/documents/write-lab-document.ts";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { readDocumentOf } from "./documents/import-document.ts";
import { readDocumentText } from "./documents/read-document-text.ts";
import type { Lab } from "./lab.ts";

/**
 * Takes a file in that a person opens with the app: a notebook goes into the library, the runs of a bundle to the
 * others. Opened twice, it is there once.
 *
 * @throws {Error} If it is neither, or cannot be read.
 */
export async function openFile(lab: Lab, path: string): Promise<IpcEvent<"fileOpened">> {
  if (/\.(json|gz|bundle)$/i.test(path)) return { kind: "runs", path, ...(await lab.runs.import(path)) };
  if (/\.(ts|ipynb)$/i.test(path)) return openNotebook(lab, path);
  throw new ContractError(
    `${path} is not what the app opens: expected a notebook (.lab.ts, .ipynb) or a bundle of runs (.backprop.json, .gz, ` +
      ".json). Data, weights and runs of other tools have their own imports in the views Data, Train and Runs.",
  );
}

async function openNotebook(lab: Lab, path: string): Promise<IpcEvent<"fileOpened">> {
  const name = basename(path);
  const text = await readDocumentText(path);
  const known = await sameNotebook(lab, name, text);
  if (known !== null) return { kind: "notebook", path, documentId: known, added: false };
  const [imported] = await lab.documents.importFiles([{ name, text }]);
  if (imported?.kind !== "imported") throw new ContractError(imported?.message ?? `${name} was not imported`);
  return { kind: "notebook", path, documentId: imported.entry.id, added: true };
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

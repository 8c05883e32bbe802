import { resolve } from "node:path";
import { writeIpynb, type NotebookOutput } from "../../shared/documents/ipynb.ts";
import type { LabDocument } from "../../shared/documents/lab-document.ts";
import { writeLabDocument } from "../../shared/documents/write-lab-document.ts";
import { replaceFile } from "../data/replace-file.ts";
import { formatOf, readDocumentOf } from "../lab/documents/import-document.ts";
import { readDocumentText } from "../lab/documents/read-document-text.ts";
import { requireTarget } from "../store/open/output-target.ts";
import { storeFailure } from "../store/store-failure.ts";

export interface DocumentFile {
  readonly path: string;
  readonly document: LabDocument;
  /** What was odd about the file, in words. */
  readonly notices: readonly string[];
  readonly outputs: ReadonlyMap<string, readonly NotebookOutput[]>;
}

const NO_OUTPUTS: DocumentFile["outputs"] = new Map();

/** Reads a notebook by its name's end. @throws {ContractError} @throws {DataFormatError} */
export async function readDocumentFile(file: string): Promise<DocumentFile> {
  const path = resolve(file);
  // Before a large file of another kind is read.
  formatOf(path);
  return { path, ...readDocumentOf(file, await readDocumentText(path, file)) };
}

/** Writes a notebook by its name's end; a file that is there is replaced whole, or not at all. @throws {StoreError} */
export async function writeDocumentFile(
  path: string,
  {
    document,
    outputs = NO_OUTPUTS,
  }: { readonly document: LabDocument; readonly outputs?: DocumentFile["outputs"] },
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const text = formatOf(path) === "ipynb" ? writeIpynb(document, outputs) : writeLabDocument(document);
  requireTarget(path, { database: null, overwrite });
  try {
    await replaceFile(path, (handle) => handle.writeFile(text), { overwrite });
  } catch (error) {
    throw storeFailure("write", path, error);
  }
}

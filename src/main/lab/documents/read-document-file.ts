import { resolve } from "node:path";
import type { NotebookOutput } from "../../../shared/documents/ipynb.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { formatOf, readDocumentOf } from "./import-document.ts";
import { readDocumentText } from "./read-document-text.ts";

export interface DocumentFile {
  readonly path: string;
  readonly document: LabDocument;
  /** What was odd about the file, in words. */
  readonly notices: readonly string[];
  readonly outputs: ReadonlyMap<string, readonly NotebookOutput[]>;
}

/** Reads a notebook by its name's end. @throws {ContractError} @throws {DataFormatError} */
export async function readDocumentFile(file: string): Promise<DocumentFile> {
  const path = resolve(file);
  // Before a large file of another kind is read.
  formatOf(path);
  return { path, ...readDocumentOf(file, await readDocumentText(path, file)) };
}

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ContractError, DataFormatError } from "../../core/errors.ts";
import { readIpynb, writeIpynb, type NotebookOutput } from "../../shared/documents/ipynb.ts";
import {
  DOCUMENT_EXTENSION,
  DOCUMENT_MAX_BYTES,
  type LabDocument,
} from "../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../shared/documents/read-lab-document.ts";
import { writeLabDocument } from "../../shared/documents/write-lab-document.ts";
import { replaceFile } from "../data/replace-file.ts";
import { specialKind } from "../data/special-kind.ts";
import { requireTarget } from "../store/open/output-target.ts";
import { storeFailure } from "../store/store-failure.ts";

export interface DocumentFile {
  readonly path: string;
  readonly document: LabDocument;
  /** What was odd about the file, in words. */
  readonly notices: readonly string[];
  readonly outputs: ReadonlyMap<string, readonly NotebookOutput[]>;
}

/** By the end of the file's name. */
export type DocumentFormat = "lab" | "ipynb";

const NO_OUTPUTS: DocumentFile["outputs"] = new Map();

/** @throws {ContractError} If the name says neither. */
export function formatOf(path: string): DocumentFormat {
  if (path.toLowerCase().endsWith(".ipynb")) return "ipynb";
  if (path.toLowerCase().endsWith(".ts")) return "lab";
  throw new ContractError(
    `${path}: the name of a notebook ends with ${DOCUMENT_EXTENSION} or .ipynb; rename the file`,
  );
}

/** Reads a notebook by its name's end. @throws {ContractError} @throws {DataFormatError} */
export async function readDocumentFile(file: string): Promise<DocumentFile> {
  const path = resolve(file);
  const format = formatOf(path);
  let text: string;
  try {
    const stats = await stat(path);
    const special = specialKind(stats);
    if (special !== null) throw new Error(`it ${special}`);
    // Before it is read: what is many times too large may not fit into memory.
    if (stats.size > 4 * DOCUMENT_MAX_BYTES) {
      throw new DataFormatError(
        file,
        { place: "its size" },
        `at most ${DOCUMENT_MAX_BYTES / 1e6} MB`,
        `${(stats.size / 1e6).toFixed(1)} MB; is it a notebook?`,
      );
    }
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof DataFormatError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ContractError(`${file} cannot be read: ${reason}`, { cause: error });
  }
  if (format === "ipynb") return { path, ...readIpynb(file, text) };
  const { document, notices } = readLabDocument(file, text);
  return { path, document, notices, outputs: NO_OUTPUTS };
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

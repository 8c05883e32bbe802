import { readIpynb, type ImportedNotebook } from "../../../shared/documents/ipynb.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import { ContractError } from "../../../core/errors.ts";
import { DOCUMENT_EXTENSION } from "../../../shared/documents/lab-document.ts";

/** By the end of the file's name. */
export type DocumentFormat = "lab" | "ipynb";

/** @throws {ContractError} If the name says neither. */
export function formatOf(path: string): DocumentFormat {
  if (path.toLowerCase().endsWith(".ipynb")) return "ipynb";
  if (path.toLowerCase().endsWith(".ts")) return "lab";
  throw new ContractError(
    `${path}: the name of a notebook ends with ${DOCUMENT_EXTENSION} or .ipynb; rename the file`,
  );
}

/** Reads a notebook's text by the end of its name. @throws {ContractError} @throws {DataFormatError} */
export function readDocumentOf(name: string, text: string): ImportedNotebook {
  if (formatOf(name) === "ipynb") return readIpynb(name, text);
  const { document, notices } = readLabDocument(name, text);
  return { document, notices, outputs: new Map() };
}

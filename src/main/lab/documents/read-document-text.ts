import { readFile, stat } from "node:fs/promises";
import { messageOf } from "../../../core/thrown.ts";
import { ContractError, DataFormatError } from "../../../core/errors.ts";
import { DOCUMENT_MAX_BYTES } from "../../../shared/documents/lab-document.ts";
import { specialKind } from "../../data/special-kind.ts";

/** Characters of four bytes, at the most. */
const MOST_BYTES = 4 * DOCUMENT_MAX_BYTES;

/**
 * The text of a notebook's file, as it stands there.
 *
 * @param named How the file is called in messages.
 * @throws {DataFormatError} If it is too large or no UTF-8. @throws {ContractError} If it cannot be read.
 */
export async function readDocumentText(path: string, named = path): Promise<string> {
  let bytes: Uint8Array;
  try {
    const stats = await stat(path);
    const special = specialKind(stats);
    if (special !== null) throw new Error(`it ${special}`);
    // Before it is read: what is many times too large may not fit into memory.
    if (stats.size > MOST_BYTES) {
      throw new DataFormatError(
        named,
        { place: "its size" },
        `at most ${DOCUMENT_MAX_BYTES / 1e6} MB`,
        `${(stats.size / 1e6).toFixed(1)} MB; is it a notebook?`,
      );
    }
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof DataFormatError) throw error;
    const reason = messageOf(error);
    throw new ContractError(`${named} cannot be read: ${reason}`, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DataFormatError(
      named,
      { place: "its text" },
      "UTF-8",
      "bytes that are none; save the file as UTF-8 in the program that wrote it",
    );
  }
}

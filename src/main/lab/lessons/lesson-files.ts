import { lstat, readdir } from "node:fs/promises";
import { messageOf } from "../../../core/thrown.ts";
import { join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import { DOCUMENT_EXTENSION } from "../../../shared/documents/lab-document.ts";
import { readDocumentFile, type DocumentFile } from "../documents/read-document-file.ts";

/** A file of a folder, or why it is not read. */
export type FolderFile =
  | { readonly name: string; readonly file: DocumentFile }
  | { readonly name: string; readonly problem: string };

const ENDS = [DOCUMENT_EXTENSION, ".ipynb"];

/** The lessons of a file or of a folder, in the order of their names. @throws {ContractError} */
export async function readLessons(path: string): Promise<readonly DocumentFile[]> {
  const stats = await lstat(path).catch((cause: unknown) => {
    throw new ContractError(`${path} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  });
  if (!stats.isDirectory()) return [await readDocumentFile(path)];
  const names = (await readdir(path)).filter((name) => name.endsWith(DOCUMENT_EXTENSION)).sort();
  if (names.length === 0) throw new ContractError(`${path} holds no ${DOCUMENT_EXTENSION} file`);
  return Promise.all(names.map((name) => readDocumentFile(join(path, name))));
}

/**
 * What students have handed in: notebooks that lie in the folder itself. A link may lead to a file of somebody else, so
 * none is followed.
 *
 * @throws {ContractError} If the folder cannot be read or holds none.
 */
export async function readHandedIn(folder: string): Promise<readonly FolderFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new ContractError(`${folder} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  });
  const names = entries
    .filter(({ name }) => ENDS.some((end) => name.toLowerCase().endsWith(end)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (names.length === 0) throw new ContractError(`${folder} holds no .lab.ts and no .ipynb file`);
  return Promise.all(
    names.map(async (entry): Promise<FolderFile> => {
      const { name } = entry;
      if (!entry.isFile()) {
        const what = entry.isSymbolicLink() ? "a link" : entry.isDirectory() ? "a folder" : "no plain file";
        return { name, problem: `it is ${what}, which is not read` };
      }
      try {
        return { name, file: await readDocumentFile(join(folder, name)) };
      } catch (error) {
        return { name, problem: messageOf(error) };
      }
    }),
  );
}

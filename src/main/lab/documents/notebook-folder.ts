import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { makeFolder } from "../../data/make-folder.ts";
import { renamePatiently } from "../../data/patient-rename.ts";
import { dirname, join } from "node:path";
import { StoreError } from "../../../core/errors.ts";
import { DOCUMENT_EXTENSION } from "../../../shared/documents/lab-document.ts";
import { replaceFile } from "../../data/replace-file.ts";
import { safeFileName } from "../../data/safe-file-name.ts";
import { storeFailure } from "../../store/store-failure.ts";
import { readDocumentText } from "./read-document-text.ts";

const TRASH = "trash";

/** The folder beside the database in which notebooks are, one file each; those in the trash in a folder below. */
export class NotebookFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Files that could be notebooks; none where there is no folder yet. @throws {StoreError} */
  async names(): Promise<readonly string[]> {
    try {
      const entries = await readdir(this.path, { withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory() && isDocumentName(entry.name))
        .map(({ name }) => name)
        .sort();
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw storeFailure("list the notebooks in", this.path, error);
    }
  }

  /** Null where there is no such file. @throws {DataFormatError} @throws {ContractError} */
  async read(file: string): Promise<string | null> {
    const path = join(this.path, file);
    return existsSync(path) ? readDocumentText(path, file) : null;
  }

  /** On the disk when it resolves; a crash leaves the earlier text whole. @throws {StoreError} */
  async write(file: string, text: string): Promise<void> {
    const path = join(this.path, file);
    await this.#carryOut("save", path, async () => {
      makeFolder(this.path);
      await replaceFile(path, (handle) => handle.writeFile(text), { private: true });
    });
  }

  /** The name that a notebook of this title gets: no other file has it. @param own Its present one. */
  async nameFor(title: string, own: string | null = null): Promise<string> {
    const folded = (name: string): string => name.normalize("NFC").toLowerCase();
    const taken = new Set((await this.names()).filter((name) => name !== own).map(folded));
    for (let count = 1; ; count++) {
      const name = safeFileName(count === 1 ? title : `${title} ${count}`, DOCUMENT_EXTENSION.slice(1));
      if (!taken.has(folded(name))) return name;
    }
  }

  /** @throws {StoreError} */
  async rename(from: string, to: string): Promise<void> {
    if (from !== to) await this.#move(join(this.path, from), join(this.path, to));
  }

  /** @throws {StoreError} */
  async putAway(file: string, id: string): Promise<void> {
    await this.#move(join(this.path, file), this.#inTrash(id));
  }

  /** @throws {StoreError} */
  async bringBack(id: string, file: string): Promise<void> {
    await this.#move(this.#inTrash(id), join(this.path, file));
  }

  /** @throws {StoreError} */
  async deleteForGood(id: string): Promise<void> {
    await this.#carryOut("delete", this.#inTrash(id), () => rm(this.#inTrash(id), { force: true }));
  }

  #inTrash(id: string): string {
    return join(this.path, TRASH, `${id}${DOCUMENT_EXTENSION}`);
  }

  /** What is not there any more need not be moved: its text is in the database. */
  async #move(from: string, to: string): Promise<void> {
    if (!existsSync(from)) return;
    await this.#carryOut("move", from, async () => {
      makeFolder(dirname(to));
      if (existsSync(to)) throw new StoreError(`${to} is there already; move it away and try again`);
      await renamePatiently(from, to);
    });
  }

  async #carryOut(action: string, path: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      throw storeFailure(action, path, error);
    }
  }
}

const isDocumentName = (name: string): boolean =>
  !name.startsWith(".") && name.toLowerCase().endsWith(DOCUMENT_EXTENSION);

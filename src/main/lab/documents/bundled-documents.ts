import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import type { DocumentEntry, OpenedDocument } from "../../../shared/documents/document-records.ts";
import { DOCUMENT_EXTENSION } from "../../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import { readDocumentText } from "./read-document-text.ts";

const PREFIX = "bundled-";

export const isBundled = (id: string): boolean => id.startsWith(PREFIX);

/** Notebooks that come with the app: they can be run and copied, never changed. */
export class BundledDocuments {
  readonly #folder: string;

  constructor(resourcesDir: string) {
    this.#folder = join(resourcesDir, "notebooks");
  }

  async list(): Promise<readonly DocumentEntry[]> {
    const files = (await readdir(this.#folder)).filter((name) => name.endsWith(DOCUMENT_EXTENSION)).sort();
    return Promise.all(
      files.map(async (file) => {
        const path = join(this.#folder, file);
        const [text, { mtime }] = await Promise.all([readDocumentText(path, file), stat(path)]);
        const { header, cells } = readLabDocument(file, text).document;
        const at = mtime.toISOString();
        return {
          id: `${PREFIX}${file.slice(0, -DOCUMENT_EXTENSION.length)}`,
          title: header.title,
          file,
          tags: [],
          createdAt: at,
          updatedAt: at,
          version: 0,
          cells: cells.length,
          sizeBytes: Buffer.byteLength(text),
          bundled: true,
          foreign: false,
          deletedAt: null,
          problem: null,
        };
      }),
    );
  }

  /** @throws {ContractError} If none of that id comes with the app. */
  async open(id: string): Promise<OpenedDocument> {
    const entry = (await this.list()).find((one) => one.id === id);
    if (entry === undefined) throw new ContractError(`No notebook "${id}" comes with the app`);
    const text = await readDocumentText(join(this.#folder, entry.file), entry.file);
    return { entry, text, notices: [], unsaved: null };
  }
}

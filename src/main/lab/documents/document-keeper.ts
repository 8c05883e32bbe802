import { createHash, randomUUID } from "node:crypto";
import { ContractError, StoreError } from "../../../core/errors.ts";
import type { DocumentEntry, DocumentVersion } from "../../../shared/documents/document-records.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import { thinVersions } from "../../../shared/documents/thin-versions.ts";
import { writeLabDocument } from "../../../shared/documents/write-lab-document.ts";
import type { DocumentRecords } from "../../store/records/document-records.ts";
import type { DocumentRow } from "../../store/tables/document-table.ts";
import type { NotebookFolder } from "./notebook-folder.ts";
import { wellFormed } from "./well-formed.ts";

/** Versions are thinned out once in so many saves. */
const THIN_EVERY = 50;

type Origin = DocumentVersion["origin"];

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

export function entryOf({ fileHash: _, ...row }: DocumentRow, problem: string | null = null): DocumentEntry {
  return { ...row, tags: [...row.tags], bundled: false, problem };
}

export interface KeeperServices {
  readonly documents: DocumentRecords;
  readonly folder: NotebookFolder;
  readonly onChange: (entry: DocumentEntry) => void;
  readonly now: () => Date;
}

/** Keeps files and database in step: whatever ends between the two is finished when it is looked at next. */
export class DocumentKeeper {
  readonly #services: KeeperServices;

  constructor(services: KeeperServices) {
    this.#services = services;
  }

  /** The file first, then the row: whichever is reached when the process ends, `follow` finishes it. */
  async write(row: DocumentRow, text: string, origin: Origin): Promise<DocumentRow> {
    await this.#services.folder.write(row.file, text);
    let saved = this.#record(row, text, origin);
    const file =
      saved.title === row.title ? row.file : await this.#services.folder.nameFor(saved.title, row.file);
    if (file !== row.file) {
      await this.#services.folder.rename(row.file, file);
      saved = { ...saved, file };
      this.#services.documents.save(saved);
    }
    if (saved.version % THIN_EVERY === 0) this.thin(saved);
    this.#services.onChange(entryOf(saved));
    return saved;
  }

  /** A new version of which the file holds the text. */
  #record(row: DocumentRow, text: string, origin: Origin): DocumentRow {
    const saved = {
      ...row,
      ...this.#found(row.file, text),
      version: row.version + 1,
      updatedAt: this.#services.now().toISOString(),
    };
    const endsJournal = origin !== "outside";
    this.#services.documents.saveText(saved, { name: null, origin }, { text, endsJournal });
    return saved;
  }

  /** Takes in what has happened to the file: another text, or none. @throws {DataFormatError} */
  async follow(row: DocumentRow): Promise<{ row: DocumentRow; notices: readonly string[] }> {
    if (row.deletedAt !== null) return { row, notices: [] };
    const text = await this.#services.folder.read(row.file);
    if (text === null) {
      await this.#services.folder.write(row.file, this.textOf(row));
      return { row, notices: [`${row.file} was gone; it was written again from the last text known here.`] };
    }
    if (hashOf(text) === row.fileHash) return { row, notices: [] };
    readLabDocument(row.file, text);
    // The process ended between the file and the row.
    const ours = this.#services.documents.kept(row.id)?.text === text;
    const followed = this.#record(row, text, ours ? "edit" : "outside");
    return { row: followed, notices: ours ? [] : [`${row.file} was changed by another program.`] };
  }

  /** Takes in files that somebody has put into the folder. @returns By file why it cannot be read. */
  async findNew(): Promise<ReadonlyMap<string, string>> {
    const { documents } = this.#services;
    const present = await this.#services.folder.names();
    const rows = documents.all().filter(({ deletedAt }) => deletedAt === null);
    const known = new Set(rows.map(({ file }) => file));
    const gone = rows.filter(({ file }) => !present.includes(file));
    const problems = new Map<string, string>();
    for (const file of present) {
      try {
        if (known.has(file)) continue;
        const text = (await this.#services.folder.read(file)) ?? "";
        const renamed = gone.find(({ fileHash }) => fileHash === hashOf(text));
        if (renamed !== undefined) documents.save({ ...renamed, file });
        else this.#insert(file, text, { origin: "outside", foreign: true });
      } catch (error) {
        if (error instanceof StoreError || !(error instanceof Error)) throw error;
        problems.set(file, error.message);
      }
    }
    return problems;
  }

  /** A new file, and its row. */
  async add(
    document: LabDocument,
    how: { readonly origin: Origin; readonly foreign: boolean },
  ): Promise<DocumentRow> {
    const text = wellFormed(writeLabDocument(document));
    const file = await this.#services.folder.nameFor(document.header.title);
    await this.#services.folder.write(file, text);
    return this.#insert(file, text, how);
  }

  #insert(
    file: string,
    text: string,
    { origin, foreign }: { readonly origin: Origin; readonly foreign: boolean },
  ): DocumentRow {
    const at = this.#services.now().toISOString();
    const row: DocumentRow = {
      id: `notebook-${randomUUID().slice(0, 8)}`,
      file,
      tags: [],
      createdAt: at,
      updatedAt: at,
      version: 1,
      foreign,
      deletedAt: null,
      ...this.#found(file, text),
    };
    this.#services.documents.saveText(row, { name: null, origin }, { text, endsJournal: true });
    return row;
  }

  /** What a text says of itself. @throws {DataFormatError} */
  #found(file: string, text: string): Pick<DocumentRow, "title" | "cells" | "sizeBytes" | "fileHash"> {
    const { header, cells } = readLabDocument(file, text).document;
    return {
      title: header.title,
      cells: cells.length,
      sizeBytes: Buffer.byteLength(text),
      fileHash: hashOf(text),
    };
  }

  /** The newest text. */
  textOf(row: DocumentRow): string {
    return this.requireText(row, row.version);
  }

  /** @throws {ContractError} If that version is gone. */
  requireText({ id }: DocumentRow, version: number): string {
    const text = this.#services.documents.versionText(id, version);
    if (text === undefined) throw noVersion(version);
    return text;
  }

  /** Forgets old versions that may go. */
  thin({ id }: DocumentRow): void {
    const { documents } = this.#services;
    documents.dropVersions(id, thinVersions(documents.versions(id), this.#services.now()));
  }
}

const noVersion = (version: number): ContractError =>
  new ContractError(`There is no version ${version} of this notebook any more: old ones are thinned out`);

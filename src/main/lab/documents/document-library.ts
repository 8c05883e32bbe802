import { ContractError, StoreError } from "../../../core/errors.ts";
import type {
  DocumentConflict,
  DocumentEntry,
  DocumentVersion,
  ImportedDocument,
  NewDocument,
  OpenedDocument,
  SavedDocument,
} from "../../../shared/documents/document-records.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import { writeLabDocument } from "../../../shared/documents/write-lab-document.ts";
import type { Store } from "../../store/store.ts";
import type { DocumentRow } from "../../store/tables/document-table.ts";
import type { LabEvent } from "../activity/experiment.ts";
import { BundledDocuments, isBundled } from "./bundled-documents.ts";
import { DocumentKeeper, entryOf } from "./document-keeper.ts";
import { FolderWatch } from "./folder-watch.ts";
import { readDocumentOf } from "./import-document.ts";
import { importedOutputs } from "./imported-outputs.ts";
import { listDocuments } from "./list-documents.ts";
import { emptyDocument, freeTitle } from "./new-document.ts";
import { NotebookFolder } from "./notebook-folder.ts";
import { wellFormed } from "./well-formed.ts";

export interface LibraryServices {
  readonly store: Pick<
    Store,
    "documents" | "notebooksFolder" | "readOnly" | "readOnlyReason" | "path" | "unlocked"
  >;
  readonly resourcesDir: string;
  readonly emit: (event: LabEvent) => void;
  readonly now?: () => Date;
}

type Origin = DocumentVersion["origin"];

/**
 * Notebooks that people write. The file is the truth, and whoever else writes it is not written over; the database
 * has what was typed and did not reach it, and every text it had. What it does, it does one after the other.
 */
export class DocumentLibrary {
  readonly #services: LibraryServices;
  readonly #folder: NotebookFolder;
  readonly #bundled: BundledDocuments;
  readonly #keeper: DocumentKeeper;
  readonly #watch = new FolderWatch((file) => void this.#changedOutside(file).catch(() => undefined));
  #last: Promise<unknown> = Promise.resolve();

  constructor(services: LibraryServices) {
    this.#services = services;
    this.#folder = new NotebookFolder(services.store.notebooksFolder);
    this.#bundled = new BundledDocuments(services.resourcesDir);
    this.#keeper = new DocumentKeeper({
      documents: services.store.documents,
      folder: this.#folder,
      onChange: (entry) => {
        services.emit({ name: "documentChanged", payload: entry });
      },
      now: () => this.#now(),
    });
  }

  /** What comes with the app first, then the newest. @throws {StoreError} */
  list({ search }: { readonly search: string }): Promise<DocumentEntry[]> {
    return this.#inTurn(async () => {
      const { readOnly, documents } = this.#services.store;
      const problems = readOnly ? new Map<string, string>() : await this.#keeper.findNew();
      return listDocuments({ bundled: this.#bundled, documents, problems, now: this.#now() }, search);
    });
  }

  /** @throws {ContractError} @throws {StoreError} */
  create({
    from,
    title,
  }: {
    readonly from: NewDocument;
    readonly title: string | null;
  }): Promise<DocumentEntry> {
    return this.#inTurn(async () => {
      this.#requireWritable();
      const document = await this.#begunFrom(from);
      const taken = this.#services.store.documents.all().map((row) => row.title);
      const header = {
        ...document.header,
        title: title ?? freeTitle(from.kind, document.header.title, taken),
      };
      const row = await this.#keeper.add({ ...document, header }, { origin: "new", foreign: false });
      this.#cameOrWent();
      return entryOf(row);
    });
  }

  /** @throws {ContractError} If there is none. @throws {DataFormatError} If its file is no notebook any more. */
  open({ id }: { readonly id: string }): Promise<OpenedDocument> {
    return this.#inTurn(async () => {
      if (isBundled(id)) return this.#bundled.open(id);
      const { store } = this.#services;
      const notices: string[] = [];
      let row = this.#require(id);
      if (store.readOnly) {
        const text = row.deletedAt === null ? await this.#folder.read(row.file) : null;
        return { entry: entryOf(row), text: text ?? this.#keeper.textOf(row), notices, unsaved: null };
      }
      this.#watch.start(this.#folder.path);
      const followed = await this.#keeper.follow(row);
      row = followed.row;
      notices.push(...followed.notices);
      let text = this.#keeper.textOf(row);
      let unsaved: OpenedDocument["unsaved"] = null;
      const kept = store.documents.kept(id);
      if (kept?.text === text) store.documents.forgetKept(id);
      else if (kept?.baseVersion === row.version && row.deletedAt === null) {
        row = await this.#keeper.write(row, kept.text, "recovered");
        text = kept.text;
        notices.push("What was typed last had not been saved when the app ended; it is here again.");
      } else if (kept !== undefined) {
        const base = store.documents.versionText(id, kept.baseVersion) ?? "";
        unsaved = { mine: kept.text, base };
      }
      this.#keeper.thin(row);
      notices.push(...readLabDocument(row.file, text).notices);
      return { entry: entryOf(row), text, notices, unsaved };
    });
  }

  /** Keeps a text against a crash; the file stays as it is. @throws {ContractError} @throws {StoreError} */
  keep({
    id,
    text,
    baseVersion,
  }: {
    readonly id: string;
    readonly text: string;
    readonly baseVersion: number;
  }): void {
    this.#requireChangeable(id);
    this.#services.store.documents.keep(id, { baseVersion, text: wellFormed(text) });
  }

  /** Writes a text to the file, unless the file or the document is not what it is based on. */
  save(given: {
    readonly id: string;
    readonly text: string;
    readonly baseVersion: number;
  }): Promise<SavedDocument> {
    const text = wellFormed(given.text);
    return this.#inTurn(() => this.#save({ ...given, text, origin: "edit" }));
  }

  /** @throws {ContractError} @throws {StoreError} */
  rename({ id, title }: { readonly id: string; readonly title: string }): Promise<DocumentEntry> {
    return this.#inTurn(async () => {
      const { row } = await this.#keeper.follow(this.#requireChangeable(id));
      const { document, lineEnding } = readLabDocument(row.file, this.#keeper.textOf(row));
      const renamed = { ...document, header: { ...document.header, title } };
      return entryOf(await this.#keeper.write(row, writeLabDocument(renamed, lineEnding), "edit"));
    });
  }

  tag({ ids, tags }: { readonly ids: readonly string[]; readonly tags: readonly string[] }): DocumentEntry[] {
    return ids.map((id) => this.#update({ ...this.#requireOwn(id), tags: [...new Set(tags)] }));
  }

  /** A person wants to run what came from elsewhere. */
  trust({ id }: { readonly id: string }): DocumentEntry {
    return this.#update({ ...this.#requireOwn(id), foreign: false });
  }

  /** Whether its cells may run. @throws {ContractError} If it came from elsewhere and nobody has said so. */
  requireTrusted(id: string): void {
    if (isBundled(id)) return;
    if (this.#require(id).foreign) {
      throw new ContractError("This notebook came from elsewhere: say that you want to run it, then run it");
    }
  }

  trash({ ids }: { readonly ids: readonly string[] }): Promise<void> {
    return this.#inTurn(async () => {
      for (const id of ids) {
        const { row } = await this.#keeper.follow(this.#requireOwn(id));
        if (row.deletedAt !== null) continue;
        this.#services.store.documents.save({ ...row, deletedAt: this.#now().toISOString() });
        await this.#folder.putAway(row.file, id);
      }
      this.#cameOrWent();
    });
  }

  restore({ ids }: { readonly ids: readonly string[] }): Promise<void> {
    return this.#inTurn(async () => {
      for (const id of ids) {
        const row = this.#requireOwn(id);
        if (row.deletedAt === null) continue;
        const file = await this.#folder.nameFor(row.title);
        await this.#folder.bringBack(id, file);
        this.#services.store.documents.save({ ...row, file, deletedAt: null });
        if ((await this.#folder.read(file)) === null)
          await this.#folder.write(file, this.#keeper.textOf(row));
      }
      this.#cameOrWent();
    });
  }

  /** For good. @throws {ContractError} If one of them is not in the trash. */
  delete({ ids }: { readonly ids: readonly string[] }): Promise<void> {
    return this.#inTurn(async () => {
      const kept = ids.map((id) => this.#requireOwn(id)).find(({ deletedAt }) => deletedAt === null);
      if (kept !== undefined) {
        throw new ContractError(
          `"${kept.title}" is not in the trash; put it there first. Nothing was deleted.`,
        );
      }
      for (const id of ids) {
        await this.#folder.deleteForGood(id);
        this.#services.store.documents.delete(id);
      }
      this.#cameOrWent();
    });
  }

  /** The newest first. */
  versions({ id }: { readonly id: string }): readonly DocumentVersion[] {
    return isBundled(id) ? [] : this.#services.store.documents.versions(this.#require(id).id);
  }

  versionText({ id, version }: { readonly id: string; readonly version: number }): { readonly text: string } {
    return { text: this.#keeper.requireText(this.#require(id), version) };
  }

  restoreVersion(given: {
    readonly id: string;
    readonly version: number;
    readonly baseVersion: number;
  }): Promise<SavedDocument> {
    const { id, version, baseVersion } = given;
    return this.#inTurn(() => {
      const text = this.#keeper.requireText(this.#require(id), version);
      return this.#save({ id, text, baseVersion, origin: "restored" });
    });
  }

  nameVersion(given: { readonly id: string; readonly version: number; readonly name: string | null }): void {
    const { id, version, name } = given;
    if (!this.#services.store.documents.nameVersion(this.#requireOwn(id).id, version, name)) {
      throw new ContractError(`There is no version ${version} of this notebook any more`);
    }
  }

  /** Files that a person gives: each becomes a notebook of its own, or says why not. */
  importFiles(
    files: readonly { readonly name: string; readonly text: string }[],
  ): Promise<ImportedDocument[]> {
    return this.#inTurn(async () => {
      this.#requireWritable();
      const imported: ImportedDocument[] = [];
      for (const { name, text } of files) {
        try {
          const { document, notices, outputs } = readDocumentOf(name, wellFormed(text));
          const entry = entryOf(await this.#keeper.add(document, { origin: "new", foreign: true }));
          for (const record of importedOutputs(outputs, entry.createdAt)) {
            this.#services.store.documents.saveOutput(entry.id, record);
          }
          imported.push({ kind: "imported", file: name, entry, notices: [...notices] });
        } catch (error) {
          if (error instanceof StoreError || !(error instanceof Error)) throw error;
          imported.push({ kind: "refused", file: name, message: error.message });
        }
      }
      this.#cameOrWent();
      return imported;
    });
  }

  /** Resolves when what was begun is done. */
  async close(): Promise<void> {
    this.#watch.close();
    await this.#last.catch(() => undefined);
  }

  /** Somebody has touched a file of the folder; the library's own writing comes here too. */
  #changedOutside(file: string): Promise<void> {
    return this.#inTurn(async () => {
      const rows = this.#services.store.documents.all().filter(({ deletedAt }) => deletedAt === null);
      const row = rows.find((one) => one.file === file);
      if (row === undefined) {
        this.#cameOrWent();
        return;
      }
      const { row: followed } = await this.#keeper.follow(row);
      if (followed.version === row.version) return;
      this.#services.emit({ name: "documentChanged", payload: entryOf(followed) });
      const conflict = this.#conflict(followed, row.version);
      this.#services.emit({ name: "documentChangedOutside", payload: { id: row.id, conflict } });
    });
  }

  async #save(given: {
    readonly id: string;
    readonly text: string;
    readonly baseVersion: number;
    readonly origin: Origin;
  }): Promise<SavedDocument> {
    const { id, text, baseVersion, origin } = given;
    const { documents } = this.#services.store;
    const own = this.#requireChangeable(id);
    // What cannot be read again is never written.
    readLabDocument(own.file, text);
    documents.keep(id, { baseVersion, text });
    const { row } = await this.#keeper.follow(own);
    if (this.#keeper.textOf(row) === text) {
      documents.forgetKept(id);
      return { kind: "saved", entry: entryOf(row) };
    }
    if (row.version !== baseVersion) return { kind: "conflict", conflict: this.#conflict(row, baseVersion) };
    return { kind: "saved", entry: entryOf(await this.#keeper.write(row, text, origin)) };
  }

  #conflict(row: DocumentRow, baseVersion: number): DocumentConflict {
    const base = this.#services.store.documents.versionText(row.id, baseVersion) ?? "";
    return { base, theirs: this.#keeper.textOf(row), version: row.version };
  }

  async #begunFrom(from: NewDocument): Promise<LabDocument> {
    if (from.kind === "empty") return emptyDocument();
    if (from.kind === "text") return readLabDocument("the new notebook", from.text).document;
    if (isBundled(from.id)) {
      const { entry, text } = await this.#bundled.open(from.id);
      return readLabDocument(entry.file, text).document;
    }
    const { row } = await this.#keeper.follow(this.#require(from.id));
    return readLabDocument(row.file, this.#keeper.textOf(row)).document;
  }

  #require(id: string): DocumentRow {
    const row = this.#services.store.documents.find(id);
    if (row !== undefined) return row;
    throw new ContractError(`There is no notebook "${id}"; it may have been deleted. List the notebooks.`);
  }

  #requireOwn(id: string): DocumentRow {
    if (!isBundled(id)) return this.#require(id);
    throw new ContractError("This notebook comes with the app and stays as it is: make a copy of it");
  }

  #requireChangeable(id: string): DocumentRow {
    this.#requireWritable();
    const row = this.#requireOwn(id);
    if (row.deletedAt === null) return row;
    throw new ContractError(`"${row.title}" is in the trash: restore it, then change it`);
  }

  #requireWritable(): void {
    const { readOnly, readOnlyReason, path } = this.#services.store;
    if (readOnly)
      throw new StoreError(`Notebooks cannot be saved beside ${path}: ${readOnlyReason ?? "read-only"}`);
  }

  #update(row: DocumentRow): DocumentEntry {
    this.#services.store.documents.save(row);
    const entry = entryOf(row);
    this.#services.emit({ name: "documentChanged", payload: entry });
    return entry;
  }

  #cameOrWent(): void {
    this.#services.emit({ name: "documentsChanged", payload: {} });
  }

  #now(): Date {
    return this.#services.now?.() ?? new Date();
  }

  /** Not while another thread locks the database: listing and opening write what has changed on the disk, too. */
  async #inTurn<T>(body: () => T | Promise<T>): Promise<T> {
    const done = this.#last
      .catch(() => undefined)
      .then(() => this.#services.store.unlocked())
      .then(body);
    this.#last = done;
    return done;
  }
}

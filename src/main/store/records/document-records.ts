import type { DocumentVersion } from "../../../shared/documents/document-records.ts";
import type { StoreAccess } from "./store-access.ts";
import { keptStatement, type Database } from "../open/database.ts";
import {
  DocumentOutputTable,
  type CellOutputRecord,
  type OutputOfDocument,
} from "../tables/document-output-table.ts";
import { DocumentTable, type DocumentRow } from "../tables/document-table.ts";
import { DocumentVersionTable } from "../tables/document-version-table.ts";

/** Text that may not have reached its file. */
export interface JournalRow {
  /** What it was typed upon. */
  readonly baseVersion: number;
  readonly text: string;
}

/** What the database keeps of notebooks that people write. Every method throws StoreError. */
export class DocumentRecords {
  readonly #access: StoreAccess;
  readonly #documents: DocumentTable;
  readonly #versions: DocumentVersionTable;
  readonly #outputs: DocumentOutputTable;
  readonly #keep;
  readonly #kept;
  readonly #forget;

  constructor(db: Database, access: StoreAccess) {
    this.#access = access;
    this.#documents = new DocumentTable(db);
    this.#versions = new DocumentVersionTable(db);
    this.#outputs = new DocumentOutputTable(db);
    this.#keep = keptStatement(
      db,
      `INSERT INTO document_journal VALUES (?, ?, ?)
       ON CONFLICT (document_id) DO UPDATE SET base_version = excluded.base_version, text = excluded.text`,
    );
    this.#kept = keptStatement<JournalRow>(
      db,
      "SELECT base_version AS baseVersion, text FROM document_journal WHERE document_id = ?",
    );
    this.#forget = keptStatement(db, "DELETE FROM document_journal WHERE document_id = ?");
  }

  all(): readonly DocumentRow[] {
    return this.#access.attempt("list the notebooks", () => this.#documents.all());
  }

  find(id: string): DocumentRow | undefined {
    return this.#access.attempt("look for a notebook", () => this.#documents.find(id));
  }

  save(row: DocumentRow): void {
    this.#access.write("save a notebook", () => this.#documents.save(row));
  }

  /** A new text: the row, its version, and, where nothing typed is left behind, the end of the journal. */
  saveText(
    row: DocumentRow,
    version: Pick<DocumentVersion, "name" | "origin">,
    { text, endsJournal }: { readonly text: string; readonly endsJournal: boolean },
  ): void {
    this.#access.write("save a notebook's text", () => {
      this.#documents.save(row);
      const { version: number, updatedAt, cells, sizeBytes } = row;
      this.#versions.add(row.id, { ...version, version: number, at: updatedAt, cells, sizeBytes }, text);
      if (endsJournal) this.#forget().run(row.id);
    });
  }

  /** With versions, journal and outputs. */
  delete(id: string): void {
    this.#access.write("delete a notebook", () => {
      this.#outputs.clear(id, null);
      this.#documents.delete(id);
    });
  }

  /** Survives the end of this process from here on. */
  keep(id: string, { baseVersion, text }: JournalRow): void {
    this.#access.write("keep what was typed", () => this.#keep().run(id, baseVersion, text));
  }

  kept(id: string): JournalRow | undefined {
    return this.#access.attempt("read what was typed", () => this.#kept().get(id));
  }

  forgetKept(id: string): void {
    this.#access.write("end the journal", () => this.#forget().run(id));
  }

  /** The newest first. */
  versions(id: string): readonly DocumentVersion[] {
    return this.#access.attempt("list a notebook's versions", () => this.#versions.list(id));
  }

  /** Undefined where that version is gone. */
  versionText(id: string, version: number): string | undefined {
    return this.#access.attempt("read a notebook's version", () => this.#versions.text(id, version));
  }

  /** @returns Whether there is such a version. */
  nameVersion(id: string, version: number, name: string | null): boolean {
    return this.#access.write("name a version", () => this.#versions.name(id, version, name));
  }

  dropVersions(id: string, versions: readonly number[]): void {
    if (versions.length === 0) return;
    this.#access.write("thin out a notebook's versions", () => {
      this.#versions.drop(id, versions);
    });
  }

  saveOutput(id: string, record: CellOutputRecord): void {
    this.#access.write("save what a cell gave", () => {
      this.#outputs.save(id, record);
    });
  }

  outputs(id: string): readonly CellOutputRecord[] {
    return this.#access.attempt("read what the cells gave", () => this.#outputs.ofDocument(id));
  }

  /** What cells gave that have defined activations or losses, the newest first; not in the trash. */
  partOutputs(): readonly OutputOfDocument[] {
    return this.#access.attempt("list what notebooks define", () => this.#outputs.withParts());
  }

  /** Null: of all cells. */
  clearOutputs(id: string, cells: readonly string[] | null): void {
    this.#access.write("forget what cells gave", () => {
      this.#outputs.clear(id, cells);
    });
  }

  /** What was forgotten comes back, but for cells that have given something since. */
  restoreOutputs(id: string, records: readonly CellOutputRecord[]): void {
    this.#access.write("bring back what cells gave", () => {
      for (const record of records) this.#outputs.putBack(id, record);
    });
  }
}

import * as v from "valibot";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

/** What the database knows of a notebook's file. */
export interface DocumentRow {
  readonly id: string;
  /** Its name in the notebooks folder. */
  readonly file: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
  readonly cells: number;
  readonly sizeBytes: number;
  /** SHA-256 of the text that was last written or read. */
  readonly fileHash: string;
  readonly foreign: boolean;
  readonly deletedAt: string | null;
}

type StoredRow = Omit<DocumentRow, "tags" | "foreign"> & { readonly tags: string; readonly isForeign: 0 | 1 };

const tagsSchema = v.array(v.string());

const toRow = ({ isForeign, ...row }: StoredRow): DocumentRow => ({
  ...row,
  tags: fromJsonColumn(tagsSchema, row.tags, `The tags of notebook ${row.id}`),
  foreign: isForeign === 1,
});

const COLUMNS =
  "id, file, title, tags, created_at AS createdAt, updated_at AS updatedAt, version, cells, size_bytes AS sizeBytes, " +
  "file_hash AS fileHash, is_foreign AS isForeign, deleted_at AS deletedAt";

/** One row a notebook. */
export class DocumentTable {
  readonly #save;
  readonly #find;
  readonly #all;
  readonly #delete;

  constructor(db: Database) {
    this.#save = keptStatement(
      db,
      `INSERT INTO document (id, file, title, tags, created_at, updated_at, version, cells, size_bytes, file_hash, is_foreign, deleted_at)
       VALUES (@id, @file, @title, @tags, @createdAt, @updatedAt, @version, @cells, @sizeBytes, @fileHash, @isForeign, @deletedAt)
       ON CONFLICT (id) DO UPDATE SET file = excluded.file, title = excluded.title, tags = excluded.tags,
         updated_at = excluded.updated_at, version = excluded.version, cells = excluded.cells,
         size_bytes = excluded.size_bytes, file_hash = excluded.file_hash, is_foreign = excluded.is_foreign,
         deleted_at = excluded.deleted_at`,
    );
    this.#find = keptStatement<StoredRow>(db, `SELECT ${COLUMNS} FROM document WHERE id = ?`);
    this.#all = keptStatement<StoredRow>(db, `SELECT ${COLUMNS} FROM document ORDER BY updated_at DESC, id`);
    this.#delete = keptStatement(db, "DELETE FROM document WHERE id = ?");
  }

  save({ foreign, ...row }: DocumentRow): void {
    this.#save().run({ ...row, tags: toJsonColumn(row.tags), isForeign: foreign ? 1 : 0 });
  }

  find(id: string): DocumentRow | undefined {
    const row = this.#find().get(id);
    return row === undefined ? undefined : toRow(row);
  }

  /** The newest first. */
  all(): DocumentRow[] {
    return this.#all().all().map(toRow);
  }

  delete(id: string): void {
    this.#delete().run(id);
  }
}

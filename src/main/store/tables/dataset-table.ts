import { storedDatasetSchema, type StoredDataset } from "../../../shared/experiments/stored-dataset.ts";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

/** A data set with when it was removed, ISO 8601 UTC; null where it was not. */
export interface DatasetRow {
  readonly stored: StoredDataset;
  readonly removedAt: string | null;
}

/** A look at test rows. */
export interface TestLook {
  readonly datasetId: string;
  readonly runId: string;
  readonly weights: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** Imported data sets, and how often their test rows were looked at. */
export class DatasetTable {
  readonly #save;
  readonly #select;
  readonly #remove;
  readonly #drop;
  readonly #addLook;
  readonly #countLooks;

  constructor(db: Database) {
    this.#save = keptStatement(
      db,
      `INSERT INTO dataset VALUES (@id, @contentHash, @importedAt, NULL, @description)
       ON CONFLICT (id) DO UPDATE SET content_hash = excluded.content_hash, imported_at = excluded.imported_at,
         removed_at = NULL, description = excluded.description`,
    );
    this.#select = keptStatement<{ id: string; removedAt: string | null; description: string }>(
      db,
      "SELECT id, removed_at AS removedAt, description FROM dataset ORDER BY imported_at, id",
    );
    this.#remove = keptStatement(db, "UPDATE dataset SET removed_at = ? WHERE id = ?");
    this.#drop = keptStatement(db, "DELETE FROM dataset WHERE id = ?");
    this.#addLook = keptStatement(
      db,
      "INSERT INTO test_look (dataset_id, run_id, weights, looked_at) VALUES (@datasetId, @runId, @weights, @at)",
    );
    this.#countLooks = keptStatement<{ ofDataset: number; ofRun: number }>(
      db,
      `SELECT count(*) AS ofDataset, count(CASE WHEN run_id = @runId THEN 1 END) AS ofRun
       FROM test_look WHERE dataset_id = @datasetId`,
    );
  }

  save(stored: StoredDataset): void {
    const { id, contentHash } = stored.dataset;
    this.#save().run({ id, contentHash, importedAt: stored.importedAt, description: toJsonColumn(stored) });
  }

  /** In the order of their import. @throws {StoreError} If a row is not as this app writes it. */
  list(): DatasetRow[] {
    return this.#select()
      .all()
      .map(({ id, removedAt, description }) => ({
        stored: fromJsonColumn(storedDatasetSchema, description, `The data set ${id}`),
        removedAt,
      }));
  }

  setRemoved(id: string, at: string | null): void {
    this.#remove().run(at, id);
  }

  drop(id: string): void {
    this.#drop().run(id);
  }

  addLook(look: TestLook): void {
    this.#addLook().run({ ...look });
  }

  looks(datasetId: string, runId: string): { readonly ofDataset: number; readonly ofRun: number } {
    return this.#countLooks().get({ datasetId, runId }) ?? { ofDataset: 0, ofRun: 0 };
  }
}

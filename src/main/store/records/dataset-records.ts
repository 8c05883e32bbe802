import type { StoredDataset } from "../../../shared/experiments/stored-dataset.ts";
import type { Database } from "../open/database.ts";
import { DatasetTable, type DatasetRow, type TestLook } from "../tables/dataset-table.ts";
import type { StoreAccess } from "./store-access.ts";

/** Imported data sets, whose rows are in files, and looks at their test rows. Every method throws StoreError. */
export class DatasetRecords {
  readonly #access: StoreAccess;
  readonly #table: DatasetTable;

  constructor(db: Database, access: StoreAccess) {
    this.#access = access;
    this.#table = new DatasetTable(db);
  }

  /** In the order of their import, removed ones among them. */
  list(): readonly DatasetRow[] {
    return this.#access.attempt("list the data sets", () => this.#table.list());
  }

  /** Saves or renews a data set, whose files are written already; durable when it returns. */
  save(stored: StoredDataset): void {
    this.#access.writeDurably("save a data set", () => this.#table.save(stored));
  }

  /** Marks a data set as removed, or takes that back with null. */
  setRemoved(id: string, at: string | null): void {
    this.#access.writeDurably("remove a data set", () => this.#table.setRemoved(id, at));
  }

  /** Forgets a data set whose files are gone. */
  drop(id: string): void {
    this.#access.write("forget a data set", () => this.#table.drop(id));
  }

  /** Records that test rows were looked at; durable when it returns. */
  addTestLook(look: TestLook): void {
    this.#access.writeDurably("record a look at test rows", () => this.#table.addLook(look));
  }

  /** How often a data set's test rows were looked at, and how often with this run. */
  testLooks(datasetId: string, runId: string): { readonly ofDataset: number; readonly ofRun: number } {
    return this.#access.attempt("count the looks at test rows", () => this.#table.looks(datasetId, runId));
  }
}

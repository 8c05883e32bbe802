import type { RunView } from "../../../shared/runs/run-table.ts";
import type { Database } from "../open/database.ts";
import { ViewTable } from "../tables/view-table.ts";
import type { StoreAccess } from "./store-access.ts";

/** Views of the runs' table that a person has saved, by their names. Every method throws StoreError. */
export class ViewRecords {
  readonly #access: StoreAccess;
  readonly #table: ViewTable;

  constructor(db: Database, access: StoreAccess) {
    this.#access = access;
    this.#table = new ViewTable(db);
  }

  list(): readonly RunView[] {
    return this.#access.attempt("list the views", () => this.#table.list());
  }

  save(view: RunView): void {
    this.#access.write("save a view", () => this.#table.save(view));
  }

  drop(name: string): void {
    this.#access.write("forget a view", () => this.#table.drop(name));
  }
}

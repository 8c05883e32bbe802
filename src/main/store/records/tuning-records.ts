import type { Tuning } from "../../../shared/experiments/tuning.ts";
import type { Database } from "../open/database.ts";
import { TuningTable, type TuningKey } from "../tables/tuning-table.ts";
import type { StoreAccess } from "./store-access.ts";

/** Which kernels were chosen, on which CPU, runtime and build. Every method throws StoreError. */
export class TuningRecords {
  readonly #access: StoreAccess;
  readonly #table: TuningTable;

  constructor(db: Database, access: StoreAccess) {
    this.#access = access;
    this.#table = new TuningTable(db);
  }

  /** The saved tuning of exactly this CPU, runtime and build, if there is one. */
  find(key: TuningKey): Tuning | undefined {
    return this.#access.attempt("read the kernels' tuning", () => this.#table.find(key));
  }

  /** Saves a tuning in place of the last one on this CPU and runtime, whatever build that was of. */
  save(key: TuningKey, tuning: Tuning): void {
    this.#access.write("save the kernels' tuning", () => this.#table.save(key, tuning));
  }

  /** Forgets the tuning on this CPU and runtime. */
  drop(key: TuningKey): void {
    this.#access.write("forget the kernels' tuning", () => this.#table.drop(key));
  }
}

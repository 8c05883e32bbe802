import type { Database } from "../open/database.ts";

/** One step of the schema. Steps are never edited once released: a change is a new step. */
export interface Migration {
  /** `PRAGMA user_version` after this step; steps count 1, 2, 3, … */
  readonly version: number;
  readonly name: string;
  /** Runs inside a transaction with foreign keys off, so that tables can be rebuilt. */
  up(db: Database): void;
}

import type { Database, SqlValue } from "../open/database.ts";
import type { Replacing } from "../../../shared/runs/run-exports.ts";

/** The database that runs are imported into, as the connection calls it that holds a bundle's runs. */
export const TARGET = "lab";

/** What becomes of a bundle's run: it comes new, in the place of one that is not finished, or not at all. */
export type Place = "added" | "replaced" | "skipped" | "inTrash";

/** A run that the target has already. */
export interface RunThere {
  readonly status: string;
  readonly deletedAt: string | null;
}

/**
 * What becomes of a run as far as its status says it; what is in the trash stays there. Whether one that is not finished
 * has come further is for `cameFurther` to say, when its points are there.
 */
export function placeOf(there: RunThere | undefined, status: SqlValue, replacing: Replacing): Place {
  if (there === undefined) return "added";
  if (there.deletedAt !== null) return "inTrash";
  if (there.status === "finished") return "skipped";
  if (status === "finished") return "replaced";
  // What is on here would lose its row while it writes.
  return replacing === "further" && there.status !== "running" ? "replaced" : "skipped";
}

/** Whether an unfinished run of the bundle has recorded more steps than the same one there, or has failed where that one was only cut short. */
export function cameFurther(db: Pick<Database, "prepare">, run: string): boolean {
  const standing = (schema: "main" | typeof TARGET): { readonly step: number; readonly failed: number } =>
    db
      .prepare<{ step: number; failed: number }>(
        `SELECT status = 'failed' AS failed, coalesce((
           SELECT max(step) FROM ${schema}.point JOIN ${schema}.series ON series.id = series_id
           WHERE series.run_id = run.id), -1) AS step
         FROM ${schema}.run WHERE id = ?`,
      )
      .get(run) ?? { step: -1, failed: 0 };
  const [read, there] = [standing("main"), standing(TARGET)];
  return read.step > there.step || (read.step === there.step && read.failed > there.failed);
}

/** A connection whose own database is empty, has the target's tables, and goes when it is closed. */
export function likeTarget(db: Database, path: string): void {
  db.prepare(`ATTACH ? AS ${TARGET}`).run(path);
  // Nothing of it outlives the connection, so nothing need be written safely; the target is.
  db.exec(`PRAGMA main.journal_mode = MEMORY; PRAGMA main.synchronous = OFF;
    PRAGMA ${TARGET}.synchronous = FULL; PRAGMA foreign_keys = ON`);
  const schema = db
    .prepare<{ sql: string }>(
      `SELECT sql FROM ${TARGET}.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`,
    )
    .all();
  db.exec(schema.map(({ sql }) => sql).join(";\n"));
  db.exec(`PRAGMA main.user_version = ${Number(db.pragma(`${TARGET}.user_version`, { simple: true }))}`);
}

const THERE = `SELECT id, status, deleted_at AS deletedAt FROM ${TARGET}.run`;

export const runThere = (db: Pick<Database, "prepare">, run: string): RunThere | undefined =>
  db.prepare<RunThere>(`${THERE} WHERE id = ?`).get(run);

export const runsThere = (db: Database): ReadonlyMap<string, RunThere> =>
  new Map(
    db
      .prepare<RunThere & { readonly id: string }>(THERE)
      .all()
      .map(({ id, ...there }) => [id, there]),
  );

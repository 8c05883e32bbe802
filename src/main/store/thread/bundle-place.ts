import type { Database, SqlValue } from "../open/database.ts";
import type { Replacing } from "../../../shared/runs/run-exports.ts";
import { BUNDLE_TABLES } from "./bundle-tables.ts";

/** The database that runs are imported into, as the connection calls it that holds a bundle's runs. */
export const TARGET = "lab";

/** What a person says of a run: it stays when the finished run takes its place. */
const SAID_OF_IT = ["name", "colour", "pinned", "notes", "tags", "archived_at", "deleted_at"] as const;

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
export function cameFurther(db: Database, run: string): boolean {
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

export const runsThere = (db: Database): ReadonlyMap<string, RunThere> =>
  new Map(
    db
      .prepare<RunThere & { readonly id: string }>(
        `SELECT id, status, deleted_at AS deletedAt FROM ${TARGET}.run`,
      )
      .all()
      .map(({ id, ...there }) => [id, there]),
  );

/** Puts a run into the target; the rows that were recorded under it come with those of all by `copyRecorded`. */
export function copyRun(db: Database, run: string): void {
  const there = db
    .prepare<Readonly<Record<string, SqlValue>>>(
      `SELECT revision, ${SAID_OF_IT.join(", ")} FROM ${TARGET}.run WHERE id = ?`,
    )
    .get(run);
  db.prepare(`DELETE FROM ${TARGET}.run WHERE id = ?`).run(run);
  // A machine that is known keeps what was last seen of it here.
  db.prepare(
    `INSERT OR IGNORE INTO ${TARGET}.machine
     SELECT * FROM main.machine WHERE id = (SELECT machine_id FROM main.run WHERE id = ?)`,
  ).run(run);
  if (there !== undefined) {
    const said = SAID_OF_IT.map((column) => `${column} = @${column}`).join(", ");
    const { revision: _, ...values } = there;
    db.prepare(`UPDATE main.run SET ${said} WHERE id = @id`).run({ ...values, id: run });
  }
  // After that of the run whose place it takes: who follows the runs by their revisions would not see it otherwise.
  db.prepare(
    `UPDATE main.run SET revision = max(@revision, (SELECT coalesce(max(revision), 0) FROM ${TARGET}.run)) + 1
     WHERE id = @id`,
  ).run({ id: run, revision: there?.["revision"] ?? 0 });
  db.prepare(`INSERT INTO ${TARGET}.run SELECT * FROM main.run WHERE id = ?`).run(run);
}

/** Puts everything that was recorded under the runs into the target, under ids that are free there. */
export function copyRecorded(db: Database): void {
  const lastIds = new Map<string, number>();
  const lastIdOf = (table: string): number => {
    const known = lastIds.get(table);
    if (known !== undefined) return known;
    const { last } = db
      .prepare<{ last: number }>(`SELECT coalesce(max(id), 0) AS last FROM ${TARGET}.${table}`)
      .get() ?? { last: 0 };
    lastIds.set(table, last);
    return last;
  };
  for (const { name, numbered, refers } of BUNDLE_TABLES) {
    const all = db
      .prepare<{ name: string; pk: number }>("SELECT name, pk FROM pragma_table_info(?, 'main')")
      .all(name);
    // What nothing refers to is numbered by the target itself.
    const columns = all.map((column) => column.name).filter((column) => numbered || column !== "id");
    const values = columns.map((column) => {
      if (column === "id") return `id + ${lastIdOf(name)}`;
      return column === refers?.column ? `${column} + ${lastIdOf(refers.table)}` : column;
    });
    const order = all.flatMap((column) => (column.pk > 0 ? [column.name] : []));
    db.exec(
      `INSERT INTO ${TARGET}.${name} (${columns.join(", ")})
       SELECT ${values.join(", ")} FROM main.${name} ORDER BY ${order.join(", ")}`,
    );
  }
}

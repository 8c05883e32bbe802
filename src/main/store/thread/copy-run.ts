import type { Database, SqlValue } from "../open/database.ts";
import { TARGET } from "./bundle-place.ts";
import { BUNDLE_TABLES, type BundleTable } from "./bundle-tables.ts";
import { arrivingName, copyInParts, leavingName, PARTED_TABLES, renameOwners } from "../parted-rows.ts";

type Preparing = Pick<Database, "prepare">;

/** What a person says of a run: it stays when the finished run takes its place. */
const SAID_OF_IT = ["name", "colour", "pinned", "notes", "tags", "archived_at", "deleted_at"] as const;

/** Numbers of a run's rows in a numbered table, in the bundle's database, and what to add to each in the target. */
interface Numbered {
  readonly ids: readonly number[];
  readonly offset: number;
}

/** Above all that the target has: right until somebody else writes, so within one transaction. */
function numbered(db: Preparing, table: string, run: string): Numbered {
  const ids = db
    .prepare<{ id: number }>(`SELECT id FROM main.${table} WHERE run_id = ? ORDER BY id`)
    .all(run)
    .map(({ id }) => id);
  const { last } = db
    .prepare<{ last: number }>(`SELECT coalesce(max(id), 0) AS last FROM ${TARGET}.${table}`)
    .get() ?? { last: 0 };
  return { ids, offset: last + 1 - (ids[0] ?? 0) };
}

/** A run's rows of a table, under another name or number in the target. */
function copyRows(
  db: Preparing,
  { name, numbered: isNumbered, refers }: BundleTable,
  run: string,
  {
    runId = run,
    own,
    referred,
  }: { readonly runId?: string; readonly own: number; readonly referred: number },
): void {
  const all = db
    .prepare<{ name: string; pk: number }>("SELECT name, pk FROM pragma_table_info(?, 'main')")
    .all(name);
  // What nothing refers to is numbered by the target itself.
  const columns = all.map((column) => column.name).filter((column) => isNumbered || column !== "id");
  const values = columns.map((column) => {
    if (column === "run_id") return "@runId";
    if (column === "id") return "id + @own";
    return column === refers?.column ? `${column} + @referred` : column;
  });
  const order = all.flatMap((column) => (column.pk > 0 ? [column.name] : []));
  const given = { run, runId, ...(isNumbered ? { own } : {}), ...(refers === null ? {} : { referred }) };
  db.prepare(
    `INSERT INTO ${TARGET}.${name} (${columns.join(", ")})
     SELECT ${values.join(", ")} FROM main.${name} WHERE run_id = @run ORDER BY ${order.join(", ")}`,
  ).run(given);
}

/**
 * Puts most of what a run has into the target, under a name that nothing shows. After each step a transaction may end.
 *
 * @returns how many rows each step has copied.
 */
export function* arrive(db: Preparing, run: string, imported: string): Generator<number> {
  for (const table of PARTED_TABLES) {
    const owners = BUNDLE_TABLES.find(({ name }) => name === table.owner);
    if (owners === undefined) continue;
    const { ids, offset } = numbered(db, table.owner, run);
    copyRows(db, owners, run, { runId: arrivingName(run, imported), own: offset, referred: 0 });
    for (const owner of ids) {
      yield* copyInParts(db, { schema: TARGET, table, owner, toOwner: owner + offset });
    }
  }
}

/** Tables whose rows name their run, without those that arrive before it and leave after it. */
export const WITH_RUN = BUNDLE_TABLES.filter(({ name }) =>
  PARTED_TABLES.every((table) => name !== table.name && name !== table.owner),
);

/** Puts a run that has arrived into its place, with all that is left of it: in one transaction. */
export function settle(db: Preparing, run: string, imported: string): void {
  const there = db
    .prepare<Readonly<Record<string, SqlValue>>>(
      `SELECT revision, ${SAID_OF_IT.join(", ")} FROM ${TARGET}.run WHERE id = ?`,
    )
    .get(run);
  // A machine that is known keeps what was last seen of it here.
  db.prepare(
    `INSERT OR IGNORE INTO ${TARGET}.machine
     SELECT * FROM main.machine WHERE id = (SELECT machine_id FROM main.run WHERE id = ?)`,
  ).run(run);
  if (there !== undefined) {
    const said = SAID_OF_IT.map((column) => `${column} = @${column}`).join(", ");
    const { revision: _, ...values } = there;
    db.prepare(`UPDATE main.run SET ${said} WHERE id = @id`).run({ ...values, id: run });
    renameOwners(db, run, leavingName(run, imported), TARGET);
    for (const { name } of WITH_RUN) db.prepare(`DELETE FROM ${TARGET}.${name} WHERE run_id = ?`).run(run);
  }
  // After that of the run whose place it takes: who follows the runs by their revisions would not see it otherwise.
  db.prepare(
    `UPDATE main.run SET revision = max(@revision, (SELECT coalesce(max(revision), 0) FROM ${TARGET}.run)) + 1
     WHERE id = @id`,
  ).run({ id: run, revision: there?.["revision"] ?? 0 });
  db.prepare(`INSERT OR REPLACE INTO ${TARGET}.run SELECT * FROM main.run WHERE id = ?`).run(run);
  renameOwners(db, arrivingName(run, imported), run, TARGET);
  const cells = numbered(db, "cell", run).offset;
  for (const table of WITH_RUN) copyRows(db, table, run, { own: cells, referred: cells });
}

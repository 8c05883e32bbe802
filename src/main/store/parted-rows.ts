import type { Database } from "./open/database.ts";

/** A table that holds most of what a run has, by the rows of another that it belongs to. */
export interface PartedTable {
  readonly name: string;
  /** Numbered by `id`; names its run. */
  readonly owner: "series" | "rung";
  /** Leads to the owner. */
  readonly column: string;
  /** Counts within the owner. */
  readonly order: string;
}

/** What is written and deleted in parts, so that nobody waits long for the lock. */
export const PARTED_TABLES: readonly PartedTable[] = [
  { name: "point", owner: "series", column: "series_id", order: "position" },
  { name: "rung_sample", owner: "rung", column: "rung_id", order: "measured_order" },
];

/** Copied or deleted in some five milliseconds. */
const ROWS_AT_A_TIME = 2_000;

/**
 * Before the name of a run, what series and rungs belong to that no run has: of a run that is being imported, that was
 * deleted, or whose place another has taken. Nothing shows them, and `removeUnowned` deletes them.
 */
const UNOWNED = "without-run:";
const LEAVING = `${UNOWNED}leaving:`;

/** `by` tells imports and deletions apart: what one has left is never taken for another's. */
export const arrivingName = (run: string, by: string): string => `${UNOWNED}arriving:${by}:${run}`;
export const leavingName = (run: string, by: string): string => `${LEAVING}${by}:${run}`;

/** Whether rows of this name are of no more use to anybody, not even to an import that is on. */
export const isLeavingName = (name: string): boolean => name.startsWith(LEAVING);

/** Whether rows of this name wait for their run or for their end: that is no damage. */
export const isUnownedName = (runId: string): boolean => runId.startsWith(UNOWNED);

/** Names of which there are series or rungs. */
export function unownedNames(db: Pick<Database, "prepare">, schema = "main"): string[] {
  const names = PARTED_TABLES.map(
    ({ owner }) => `SELECT run_id FROM ${schema}.${owner} WHERE run_id >= @from AND run_id < @to`,
  );
  return db
    .prepare<{ run_id: string }>(names.join(" UNION "))
    .all({ from: UNOWNED, to: `${UNOWNED}\u{10ffff}` })
    .map((row) => row.run_id);
}

/** Positions above `after`, up to `upTo`. */
interface Stretch {
  readonly owner: number;
  readonly after: number;
  readonly upTo: number;
}

/** The rows of an owner, some at a time; each stretch is looked for when the one before is done. */
function* stretches(
  db: Pick<Database, "prepare">,
  schema: string,
  table: PartedTable,
  owner: number,
): Generator<Stretch> {
  const { name, column, order } = table;
  const bound = db.prepare<{ upTo: number | null }>(
    `SELECT max(${order}) AS upTo FROM (
       SELECT ${order} FROM ${schema}.${name} WHERE ${column} = ? AND ${order} > ?
       ORDER BY ${order} LIMIT ${ROWS_AT_A_TIME})`,
  );
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const upTo = bound.get(owner, after)?.upTo ?? null;
    if (upTo === null) return;
    yield { owner, after, upTo };
    after = upTo;
  }
}

const inStretch = ({ column, order }: PartedTable): string =>
  `${column} = @owner AND ${order} > @after AND ${order} <= @upTo`;

/**
 * Copies an owner's rows of `table` from "main" to `schema`, where they belong to the owner `toOwner`. After each step a
 * transaction may end. @returns how many rows each step has copied.
 */
export function* copyInParts(
  db: Pick<Database, "prepare">,
  {
    schema,
    table,
    owner,
    toOwner,
  }: {
    readonly schema: string;
    readonly table: PartedTable;
    readonly owner: number;
    readonly toOwner: number;
  },
): Generator<number> {
  const { name, column, order } = table;
  const columns = db
    .prepare<{ name: string }>("SELECT name FROM pragma_table_info(?, 'main') WHERE name <> 'id'")
    .all(name)
    .map((one) => one.name);
  const copy = db.prepare(
    `INSERT INTO ${schema}.${name} (${columns.join(", ")})
     SELECT ${columns.map((one) => (one === column ? "@toOwner" : one)).join(", ")}
     FROM main.${name} WHERE ${inStretch(table)} ORDER BY ${order}`,
  );
  for (const stretch of stretches(db, "main", table, owner)) yield copy.run({ ...stretch, toOwner }).changes;
}

/** Gives a run's series and rungs another name: its rows arrive, or wait for their end. */
export function renameOwners(db: Pick<Database, "prepare">, from: string, to: string, schema = "main"): void {
  for (const { owner } of PARTED_TABLES)
    db.prepare(`UPDATE ${schema}.${owner} SET run_id = ? WHERE run_id = ?`).run(to, from);
}

/** Deletes the series and rungs of these names, with all that belongs to them. After each step a transaction may end. */
export function* removeUnowned(
  db: Pick<Database, "prepare">,
  names: readonly string[],
  schema = "main",
): Generator<number> {
  for (const table of PARTED_TABLES) {
    const owners = db.prepare<{ id: number }>(`SELECT id FROM ${schema}.${table.owner} WHERE run_id = ?`);
    const rows = db.prepare(`DELETE FROM ${schema}.${table.name} WHERE ${inStretch(table)}`);
    const row = db.prepare(`DELETE FROM ${schema}.${table.owner} WHERE id = ?`);
    for (const name of names) {
      for (const { id } of owners.all(name)) {
        for (const stretch of stretches(db, schema, table, id)) {
          rows.run({ ...stretch });
          yield 0;
        }
        row.run(id);
        yield 0;
      }
    }
  }
}

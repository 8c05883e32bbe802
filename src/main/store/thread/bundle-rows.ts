import { StoreError } from "../../../core/errors.ts";
import type { Database, SqlValue, Statement } from "../open/database.ts";
import type { BundleTableLine } from "./bundle-lines.ts";
import { BUNDLE_TABLES, LOCAL_COLUMNS } from "./bundle-tables.ts";

type Row = Readonly<Record<string, SqlValue>>;
type ColumnType = "INTEGER" | "TEXT" | "ANY" | "REAL";

const quoted = (value: SqlValue): string => JSON.stringify(value).slice(0, 60);

/** SQLite would turn the text "7" into the number 7, and with it one run's row into another's. */
function fits(type: ColumnType, value: SqlValue): boolean {
  if (value === null) return true;
  switch (type) {
    case "INTEGER":
      return Number.isSafeInteger(value);
    case "TEXT":
      return typeof value === "string";
    case "ANY":
    case "REAL":
      return typeof value === "number";
  }
}

/** Adds a bundle's rows to empty tables: every value of its column's type, every id one that this database gave. */
export class BundleRows {
  readonly #db: Database;
  readonly #columns = new Map<string, ReadonlyMap<string, ColumnType>>();
  readonly #statements = new Map<string, Statement<never>>();
  /** Ids that this database gave to the numbered rows of the run that is being added. */
  readonly #ids = new Map<string, number[]>();
  #runs = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @throws {StoreError} That names the column. */
  beginRun(run: string, { machine, row }: { readonly machine: Row; readonly row: Row }): void {
    this.#ids.clear();
    this.#checkTypes("machine", machine);
    this.#checkTypes("run", row);
    const local = Object.keys(row).find((column) => LOCAL_COLUMNS.includes(column));
    if (local !== undefined) throw new StoreError(`run ${run} has a column that is not its own: ${local}`);
    if (row["machine_id"] !== machine["id"]) {
      throw new StoreError(`run ${run} names another machine (${quoted(row["machine_id"] ?? null)})`);
    }
    // Of a machine that is in the bundle more than once the first is kept.
    this.#insert("machine", machine, "OR IGNORE");
    const standing =
      row["status"] === "running"
        ? { status: "interrupted", failure: "the run was still on when this was written" }
        : {};
    this.#insert("run", { ...row, ...standing, id: run, revision: ++this.#runs });
  }

  /** @throws {StoreError} That names the column. */
  add({ run, table, columns, rows }: BundleTableLine): void {
    const { refers = null, numbered = false } = BUNDLE_TABLES.find(({ name }) => name === table) ?? {};
    const local = columns.find((column) => LOCAL_COLUMNS.includes(column));
    if (local !== undefined)
      throw new StoreError(`table ${table} has a column that is not its own: ${local}`);
    const ids = this.#ids.get(table) ?? [];
    if (numbered) this.#ids.set(table, ids);
    // Rows of these lead to their run through the row that they refer to.
    const indirect = refers !== null && ["series", "rung"].includes(refers.table);
    for (const values of rows) {
      if (values.length !== columns.length) {
        throw new StoreError(`a row of ${table} has ${values.length} values for ${columns.length} columns`);
      }
      const given = Object.fromEntries(
        columns.map((column, i): [string, SqlValue] => [column, values[i] ?? null]),
      );
      this.#checkTypes(table, given);
      if (refers !== null) given[refers.column] = this.#idOf(refers, given[refers.column] ?? null, indirect);
      const id = this.#insert(table, indirect ? given : { run_id: run, ...given });
      if (numbered) ids.push(id);
    }
  }

  /** The id of the row that a bundle's number means. */
  #idOf(
    { column, table }: { readonly column: string; readonly table: string },
    number: SqlValue,
    required: boolean,
  ): number | null {
    if (number === null && !required) return null;
    const id = typeof number === "number" ? this.#ids.get(table)?.[number] : undefined;
    if (id !== undefined) return id;
    throw new StoreError(`${column} ${quoted(number)} refers to a row of ${table} that is missing`);
  }

  #checkTypes(table: string, row: Row): void {
    const types = this.#columnsOf(table);
    for (const [name, value] of Object.entries(row)) {
      const type = types.get(name);
      if (type === undefined) throw new StoreError(`table ${table} has no column ${quoted(name)}`);
      if (fits(type, value)) continue;
      const wanted = type === "TEXT" ? "a text" : type === "INTEGER" ? "a whole number" : "a number";
      throw new StoreError(`${table}.${name}: expected ${wanted}, got ${quoted(value)}`);
    }
  }

  #columnsOf(table: string): ReadonlyMap<string, ColumnType> {
    const known = this.#columns.get(table);
    if (known !== undefined) return known;
    const found = this.#db
      .prepare<{ name: string; type: ColumnType }>("SELECT name, type FROM pragma_table_info(?)")
      .all(table);
    const columns = new Map(found.map(({ name, type }) => [name, type]));
    this.#columns.set(table, columns);
    return columns;
  }

  #insert(table: string, values: Row, or = ""): number {
    const names = Object.keys(values);
    const sql = `INSERT ${or} INTO ${table} (${names.join(", ")}) VALUES (${names.map((name) => `@${name}`).join(", ")})`;
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return Number(statement.run(values).lastInsertRowid);
  }
}

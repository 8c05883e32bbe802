import { StoreError } from "../../../core/errors.ts";
import { messageOf } from "../../../core/thrown.ts";
import type { SqlAnswer } from "../../../shared/runs/run-exports.ts";
import { connect } from "../open/database.ts";
import type { SqlRequest } from "./sql-messages.ts";

const MOST_ROWS = 1_000;
/** A field longer than this is cut: nobody reads it in a table. */
const MOST_CHARACTERS = 2_000;

/** better-sqlite3's statement, as far as it tells what it would do. */
interface Prepared {
  readonly reader: boolean;
  readonly readonly: boolean;
  columns(): readonly { readonly name: string }[];
  raw(on: boolean): { iterate(): IterableIterator<unknown[]> };
}

/**
 * Answers one statement that only reads, on a connection that can only read.
 *
 * @throws {StoreError} If it would write, is more than one, or SQLite does not understand it.
 */
export function answerSql({ path, sql, nativeBinding }: SqlRequest): SqlAnswer {
  const db = connect(path, { nativeBinding, readOnly: true });
  const began = performance.now();
  try {
    const statement = prepare(db, sql);
    if (!statement.reader || !statement.readonly) {
      throw new StoreError("Only a statement that reads is answered: SELECT, WITH or EXPLAIN.");
    }
    const columns = statement.columns().map(({ name }) => name);
    const rows: SqlAnswer["rows"] = [];
    let cut = false;
    for (const row of statement.raw(true).iterate()) {
      if (rows.length === MOST_ROWS) {
        cut = true;
        break;
      }
      rows.push(row.map(shown));
    }
    return { columns, rows, cut, ms: performance.now() - began };
  } finally {
    db.close();
  }
}

function prepare(db: ReturnType<typeof connect>, sql: string): Prepared {
  try {
    return db.prepare(sql) as unknown as Prepared;
  } catch (cause) {
    const why = messageOf(cause);
    throw new StoreError(`SQLite does not take this: ${why}.`, { cause });
  }
}

function shown(value: unknown): string | number | null {
  if (value === null || typeof value === "number") return value;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

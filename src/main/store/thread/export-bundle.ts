import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { SqlValue } from "../open/database.ts";
import { writeStreamed, type Checkpoint } from "../export/write-csv.ts";
import { toJsonColumn } from "../tables/json-column.ts";
import { schemaVersion } from "../open/migrate.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { BUNDLE_FORMAT, BUNDLE_ROWS, BUNDLE_TABLES, BUNDLE_VERSION, LOCAL_COLUMNS } from "./bundle-tables.ts";
import { thinnedSeries } from "./thin-points.ts";

export interface BundleOptions {
  /** With what trainings learned: their .safetensors files. */
  readonly weights: boolean;
  /** Compressed; a file's name then ends with .gz. */
  readonly gzip: boolean;
  /** Points a series at most; null for all. */
  readonly points?: number | null;
  readonly checkpoint?: Checkpoint;
}

type Row = Readonly<Record<string, SqlValue>>;

/**
 * Writes runs with everything recorded under them as one JSON document, one element a line, so that it can be read
 * however large it is. The same runs give the same bytes.
 *
 * @returns the number of runs.
 * @throws {StoreError} If a run cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export async function exportBundle(
  store: SqliteStore,
  runIds: readonly string[],
  path: string,
  options: BundleOptions,
): Promise<number> {
  await writeStreamed(path, (target) => {
    const text = Readable.from(textOf(store, runIds, options));
    return options.gzip ? pipeline(text, createGzip(), target) : pipeline(text, target);
  });
  return runIds.length;
}

function* textOf(store: SqliteStore, runIds: readonly string[], options: BundleOptions): Generator<string> {
  const head = { format: BUNDLE_FORMAT, version: BUNDLE_VERSION, schema: schemaVersion(store.tables.db) };
  yield `[\n${JSON.stringify(head)},\n`;
  for (const runId of runIds) {
    for (const line of linesOf(store, runId, options)) {
      options.checkpoint?.();
      yield `${toJsonColumn(line)},\n`;
    }
  }
  yield `${JSON.stringify({ end: { runs: runIds.length } })}\n]\n`;
}

/**
 * Of a training that is on, weights are read before its metrics: a checkpoint must not be ahead of them, and metrics
 * that are ahead of it come again. One transaction, so that all tables are of one moment.
 */
function* linesOf(store: SqliteStore, runId: string, options: BundleOptions): Generator<object> {
  const { db } = store.tables;
  const files = options.weights ? weightFiles(store, runId) : [];
  db.exec("BEGIN");
  try {
    yield* tableLines(store, runId, options.points ?? null);
  } finally {
    db.exec("COMMIT");
  }
  for (const { file, bytes } of files) yield { run: runId, file, base64: bytes.toString("base64") };
}

function weightFiles(
  store: SqliteStore,
  runId: string,
): readonly { readonly file: string; readonly bytes: Buffer }[] {
  const folder = join(store.checkpointsFolder, runId);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names
    .filter((name) => name.endsWith(".safetensors"))
    .map((file) => ({ file, bytes: readFileSync(join(folder, file)) }));
}

function* tableLines(store: SqliteStore, runId: string, points: number | null): Generator<object> {
  const { db } = store.tables;
  store.getRun(runId);
  const run = db.prepare<Row>("SELECT * FROM run WHERE id = ?").get(runId) ?? {};
  const machine = db.prepare<Row>("SELECT * FROM machine WHERE id = ?").get(run["machine_id"] ?? "") ?? {};
  yield { run: runId, machine, row: without(run, ["id", "revision"]) };
  const thinned = points === null ? null : thinnedSeries(db, runId, points);
  const numbers = new Map<string, Map<SqlValue, number>>();
  for (const { name, numbered, refers, from } of BUNDLE_TABLES) {
    const own = new Map<SqlValue, number>();
    numbers.set(name, own);
    let rows: Row[] = [];
    for (const row of db.prepare<Row>(`SELECT * FROM ${from}`).iterate(runId)) {
      if (numbered) own.set(row["id"] ?? null, own.size);
      const kept = thinned?.get(row[name === "series" ? "id" : "series_id"] ?? null);
      if (name === "point" && kept?.has(row["position"] ?? null) === false) continue;
      const reference = refers === null ? null : (row[refers.column] ?? null);
      rows.push({
        ...without(row, LOCAL_COLUMNS),
        ...(name === "series" && kept !== undefined ? { points: kept.size } : {}),
        ...(refers === null
          ? {}
          : {
              [refers.column]:
                reference === null ? null : (numbers.get(refers.table)?.get(reference) ?? null),
            }),
      });
      if (rows.length < BUNDLE_ROWS) continue;
      yield tableLine(runId, name, rows);
      rows = [];
    }
    if (rows.length > 0) yield tableLine(runId, name, rows);
  }
}

const without = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

const tableLine = (run: string, table: string, rows: readonly Row[]): object => {
  const columns = Object.keys(rows[0] ?? {});
  return { run, table, columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) };
};

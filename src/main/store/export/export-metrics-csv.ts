import type { SqliteStore } from "../sqlite-store.ts";
import { measuredField, writeCsv, type Checkpoint } from "./write-csv.ts";

const COLUMNS = ["run_id", "metric", "step", "epoch", "value", "wall_ms"] as const;

function* rowsOf(store: SqliteStore, runIds: readonly string[]): Generator<(string | number)[]> {
  for (const runId of runIds) {
    for (const { name, step, epoch, value, wallMs } of store.tables.metrics.iterate(runId)) {
      yield [runId, name, step, measuredField(epoch), measuredField(value), measuredField(wallMs)];
    }
  }
}

/**
 * Writes every point of every metric as CSV, metric by metric.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export const exportMetricsCsv = (
  store: SqliteStore,
  runIds: readonly string[],
  path: string,
  checkpoint?: Checkpoint,
): Promise<number> => writeCsv<(typeof COLUMNS)[number]>(path, COLUMNS, rowsOf(store, runIds), checkpoint);

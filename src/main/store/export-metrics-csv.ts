import type { Store } from "./store.ts";
import { writeCsv, type CsvRow } from "./write-csv.ts";

const COLUMNS = ["run_id", "metric", "step", "epoch", "value", "wall_ms"] as const;

function* rowsOf(store: Store, runIds: readonly string[]): Generator<CsvRow<(typeof COLUMNS)[number]>> {
  for (const runId of runIds) {
    for (const { name, step, epoch, value, wallMs } of store.getRun(runId).metrics) {
      yield { run_id: runId, metric: name, step, epoch, value, wall_ms: wallMs };
    }
  }
}

/**
 * Writes every point of every metric as CSV.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export const exportMetricsCsv = (store: Store, runIds: readonly string[], path: string): Promise<number> =>
  writeCsv(store, path, COLUMNS, rowsOf(store, runIds));

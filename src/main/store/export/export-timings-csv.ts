import type { RunTiming, Store } from "../store.ts";
import { writeCsv, type Checkpoint, type CsvRow } from "./write-csv.ts";

const COLUMNS = [
  "run",
  "stage",
  "pass",
  "sample",
  "milliseconds",
  "threads",
  "rows",
  "machine",
  "warmup",
  "kind",
  "started_at",
] as const;

const toCsvRow = ({ run, timing }: RunTiming): CsvRow<(typeof COLUMNS)[number]> => ({
  run: run.id,
  stage: timing.stage,
  pass: timing.pass,
  sample: timing.sample,
  milliseconds: timing.ms,
  threads: timing.threads,
  rows: timing.rows,
  machine: run.machineId,
  warmup: String(timing.warmup),
  kind: run.kind,
  started_at: new Date(run.startedAt).toISOString(),
});

/**
 * Writes one row a timing sample.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run is unknown or the file cannot be written: an earlier file is then as it was.
 */
export async function exportTimingsCsv(
  store: Store,
  runIds: readonly string[],
  path: string,
  checkpoint?: Checkpoint,
): Promise<number> {
  function* rows(): Generator<CsvRow<(typeof COLUMNS)[number]>> {
    for (const timing of store.iterateTimings(runIds)) yield toCsvRow(timing);
  }
  return writeCsv(path, COLUMNS, rows(), checkpoint);
}

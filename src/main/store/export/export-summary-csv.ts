import type { RunSummary } from "../../../shared/runs/run-records.ts";
import type { RunValue } from "../../../shared/runs/run-table.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { measuredField, writeCsv, type Checkpoint, type CsvRow } from "./write-csv.ts";

const OWN = [
  "run_id",
  "name",
  "kind",
  "status",
  "started_at",
  "finished_at",
  "seconds",
  "threads",
  "rows",
  "machine",
  "cpu",
  "kernel",
  "tags",
  "notes",
  "failure",
];

const field = (value: RunValue): string | number => {
  if (value === null) return "";
  if (typeof value === "number") return measuredField(value);
  return Array.isArray(value) ? value.join(" ") : String(value);
};

const own = (store: SqliteStore, run: RunSummary): CsvRow<string> => {
  const { machine } = store.getRun(run.id);
  return {
    run_id: run.id,
    name: run.name,
    kind: run.kind,
    status: run.status,
    started_at: run.startedAt,
    finished_at: run.finishedAt ?? "",
    seconds: run.finishedAt === null ? "" : (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000,
    threads: run.threads,
    rows: run.rows,
    machine: run.machineId,
    cpu: machine.cpuModel,
    kernel: machine.kernel,
    tags: run.tags.join(" "),
    notes: run.notes,
    failure: run.failure ?? "",
  };
};

/**
 * Writes one row a run: what it is, its settings, its results, and of each metric the last, lowest and highest value.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export async function exportSummaryCsv(
  store: SqliteStore,
  runIds: readonly string[],
  path: string,
  checkpoint: Checkpoint = () => undefined,
): Promise<number> {
  const rows = runIds.map((runId): Record<string, string | number> => {
    checkpoint();
    const { run } = store.getRun(runId);
    const found: Record<string, string | number> = {
      ...own(store, run),
    };
    for (const [key, value] of Object.entries(run.config)) found[`config.${key}`] = field(value);
    for (const [key, value] of Object.entries(run.summary)) found[`summary.${key}`] = field(value);
    for (const { name, last, min, max } of store.tables.metrics.seriesOf(runId)) {
      found[`last.${name}`] = measuredField(last);
      found[`min.${name}`] = measuredField(min);
      found[`max.${name}`] = measuredField(max);
    }
    return found;
  });
  const more = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    .filter((key) => !OWN.includes(key))
    .sort();
  const columns = [...OWN, ...more];
  return writeCsv<string>(
    path,
    columns,
    rows.map((row) => columns.map((column) => row[column] ?? "")),
  );
}

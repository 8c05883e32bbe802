import type { LadderRecord, Ratio, RungResult } from "../../../shared/experiments/ladder.ts";
import type { Store } from "../store.ts";
import { measuredField as measured, writeCsv, type Checkpoint, type CsvRow } from "./write-csv.ts";

const OF_RUNG = ["run_id", "preset", "rung", "m", "k", "n", "threads"] as const;

const SAMPLE_COLUMNS = [...OF_RUNG, "order", "sample", "ms", "gflops", "cold", "outlier", "machine"] as const;

const SUMMARY_COLUMNS = [
  ...OF_RUNG,
  "name",
  "status",
  "verified",
  "max_diff",
  "samples",
  "calls_per_sample",
  "cold_ms",
  "median_ms",
  "iqr_ms",
  "min_ms",
  "mad_ms",
  "variation",
  "outliers",
  "gflops",
  "multiply_adds",
  "bytes",
  "over_first",
  "over_first_lo",
  "over_first_hi",
  "over_previous",
  "over_previous_lo",
  "over_previous_hi",
  "peak_share",
  "machine",
  "note",
] as const;

/** What a ladder's CSV has a row for. */
export type LadderRows = "samples" | "summary";

const ofRung = (
  { runId, settings }: LadderRecord,
  { rung, shape, threads }: RungResult,
): CsvRow<(typeof OF_RUNG)[number]> => ({
  run_id: runId,
  preset: settings.preset,
  rung,
  m: shape.m,
  k: shape.k,
  n: shape.n,
  threads,
});

function* sampleRows(record: LadderRecord): Generator<CsvRow<(typeof SAMPLE_COLUMNS)[number]>> {
  for (const rung of record.rungs) {
    for (const [sample, { order, ms, cold, outlier }] of rung.samples.entries()) {
      yield {
        ...ofRung(record, rung),
        order,
        sample,
        ms,
        gflops: (2 * rung.multiplyAdds) / ms / 1e6,
        cold: String(cold),
        outlier: String(outlier),
        machine: record.machine.id,
      };
    }
  }
}

const ratioColumns = (name: string, ratio: Ratio | null): Record<string, number | string> => ({
  [name]: measured(ratio?.value ?? null),
  [`${name}_lo`]: measured(ratio?.lo ?? null),
  [`${name}_hi`]: measured(ratio?.hi ?? null),
});

function* summaryRows(record: LadderRecord): Generator<CsvRow<string>> {
  for (const rung of record.rungs) {
    yield {
      ...ofRung(record, rung),
      name: rung.name,
      status: rung.status,
      verified: String(rung.verified),
      max_diff: measured(rung.maxDiff),
      samples: rung.samples.filter(({ cold }) => !cold).length,
      calls_per_sample: rung.callsPerSample,
      cold_ms: measured(rung.coldMs),
      median_ms: measured(rung.medianMs),
      iqr_ms: measured(rung.iqrMs),
      min_ms: measured(rung.minMs),
      mad_ms: measured(rung.madMs),
      variation: measured(rung.variation),
      outliers: rung.samples.filter(({ outlier }) => outlier).length,
      gflops: measured(rung.gflops),
      multiply_adds: rung.multiplyAdds,
      bytes: rung.bytes,
      ...ratioColumns("over_first", rung.overFirst),
      ...ratioColumns("over_previous", rung.overPrevious),
      peak_share: measured(rung.peakShare),
      machine: record.machine.id,
      note: rung.note,
    };
  }
}

/** All rows of several ladders, each read when its turn comes. */
function* ofAll<Row>(
  store: Store,
  runIds: readonly string[],
  rowsOf: (record: LadderRecord) => Iterable<Row>,
): Generator<Row> {
  for (const runId of runIds) yield* rowsOf(store.getLadder(runId));
}

/**
 * Writes ladders as CSV: one row a sample, or one row a rung.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run is no ladder or the file cannot be written: an earlier file is then as it was.
 */
export const exportLadderCsv = (
  store: Store,
  runIds: readonly string[],
  rows: LadderRows,
  path: string,
  checkpoint?: Checkpoint,
): Promise<number> =>
  rows === "samples"
    ? writeCsv(path, SAMPLE_COLUMNS, ofAll(store, runIds, sampleRows), checkpoint)
    : writeCsv<string>(path, SUMMARY_COLUMNS, ofAll(store, runIds, summaryRows), checkpoint);

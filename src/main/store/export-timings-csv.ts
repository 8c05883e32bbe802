import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import { StoreError } from "../../core/errors.ts";
import { storeFailure } from "./store-failure.ts";
import type { RunTiming, Store } from "./store.ts";

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

type CsvRow = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

/** Numbers are written as JavaScript prints them, which reads back to the same double. */
function toCsvRow({ run, timing }: RunTiming): CsvRow {
  return {
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
  };
}

/**
 * Writes one row a timing sample, after a header, as a spreadsheet and a parser can both take it: text that
 * would be a formula is escaped with an apostrophe. The rows go to a temporary file beside the target, which takes
 * the target's place only when all of them are on the disk.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run is unknown or the file cannot be written: an earlier file is then as it was.
 */
export async function exportTimingsCsv(
  store: Store,
  runIds: readonly string[],
  path: string,
): Promise<number> {
  if (resolve(path) === resolve(store.path)) {
    throw new StoreError(
      `Could not export the timings: ${path} is the database itself. Choose another file name.`,
    );
  }
  let written = 0;
  function* rows(): Generator<CsvRow> {
    for (const timing of store.iterateTimings(runIds)) {
      written++;
      yield toCsvRow(timing);
    }
  }
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    await pipeline(
      Readable.from(rows()),
      stringify({ header: true, columns: [...COLUMNS], escape_formulas: true }),
      // `flush` is an fsync before the file is closed: the rename must not overtake the rows.
      createWriteStream(temporary, { flags: "wx", flush: true }),
    );
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storeFailure("write the exported timings", path, error);
  }
  return written;
}

import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { DataFormatError } from "../../core/errors.ts";

/** Rows of numbers; what is no number is NaN. */
export interface NumberTable {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
  /** Whether the first line was a header. */
  readonly header: boolean;
}

const MOST_ROWS = 1_000_000;

/**
 * Reads a CSV (gzip if its name ends in .gz) of numbers; a first line that is no number everywhere is a header.
 *
 * @throws {DataFormatError} If rows differ in length, there is none, or there are too many values.
 */
export async function readTable(path: string, maxValues: number): Promise<NumberTable> {
  const file = createReadStream(path);
  const text = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  let values = new Float32Array(1 << 20);
  let [rows, columns, used] = [0, 0, 0];
  let header = false;
  const records = text.pipe(parse({ relax_column_count: true, skip_empty_lines: true, trim: true }));
  try {
    for await (const record of records as AsyncIterable<string[]>) {
      if (rows === 0 && columns === 0) {
        columns = record.length;
        header = record.some((entry) => entry !== "" && Number.isNaN(Number(entry)));
        if (header) continue;
      }
      if (record.length !== columns) {
        throw new DataFormatError(path, `row ${rows + 1}`, `${columns} values`, `${record.length}`);
      }
      if (rows >= MOST_ROWS || used + columns > maxValues) {
        throw new DataFormatError(path, `row ${rows + 1}`, `at most ${maxValues} values`, `more`);
      }
      if (used + columns > values.length) {
        const larger = new Float32Array(2 * values.length);
        larger.set(values);
        values = larger;
      }
      for (const entry of record) values[used++] = entry === "" ? NaN : Number(entry);
      rows++;
    }
  } catch (error) {
    if (error instanceof DataFormatError) throw error;
    throw new DataFormatError(
      path,
      `row ${rows + 1}`,
      "a CSV of numbers",
      error instanceof Error ? error.message : "",
    );
  } finally {
    file.destroy();
  }
  if (rows === 0) throw new DataFormatError(path, "row 1", "at least one row of numbers", "none");
  return { columns, rows, values: values.subarray(0, used), header };
}

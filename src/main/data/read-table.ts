import { pipeline } from "node:stream";
import { parse } from "csv-parse";
import { DataFormatError } from "../../core/errors.ts";
import { csvDialect, isHeader, labelColumnOf, numberOf, type CsvDialect } from "./csv-dialect.ts";
import { openRegularFile, type RegularFile } from "./regular-file.ts";
import { isGzip, unpackedChunks } from "./unpacked-chunks.ts";

/** Rows of numbers; what is no number is NaN. */
export interface NumberTable {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
  readonly dialect: CsvDialect;
  /** Whether the first line was a header. */
  readonly header: boolean;
  /** The column that the header calls "label", from 0; null where there is no header or it names none. */
  readonly labelColumn: number | null;
  /** The first field that is no number; null where all are. */
  readonly firstMissing: { readonly row: number; readonly column: number; readonly text: string } | null;
}

const MOST_ROWS = 1_000_000;
/** Of one row: 65,536 numbers of 16 characters. */
const MOST_ROW_BYTES = 1 << 20;
/** Looked at to tell the dialect. */
const SAMPLE_BYTES = 256 * 1024;
/** Blank images pack best, to a hundredth; what grows more is a bomb. */
const MOST_GROWTH = 200;
/** From here on it counts. */
const UNSUSPECTED_BYTES = 8 << 20;

/** The file's text as bytes, within what a table of its size can be. */
async function* tableBytes(path: string, file: RegularFile): AsyncGenerator<Uint8Array> {
  const gzip = await isGzip(file);
  if (!gzip && /\.gz$/i.test(path)) {
    const hint = "other data; if it is a plain table, leave the .gz out of its name";
    throw new DataFormatError(path, 0, "gzip data, as the name says", hint);
  }
  const most = gzip ? Math.max(UNSUSPECTED_BYTES, MOST_GROWTH * file.sizeBytes) : Infinity;
  let bytes = 0;
  for await (const chunk of unpackedChunks(path, file, { gzip, expected: () => "a whole table" })) {
    bytes += chunk.length;
    if (bytes > most) {
      throw new DataFormatError(path, most, `at most ${most} bytes of ${file.sizeBytes} packed ones`, "more");
    }
    yield chunk;
  }
}

/** @throws {DataFormatError} If the text is in UTF-16, or no text. */
function requireText(path: string, sample: Uint8Array): void {
  const zero = sample.indexOf(0);
  if (zero < 0) return;
  throw new DataFormatError(path, zero, "text in UTF-8", "a zero byte: save the table as CSV in UTF-8");
}

/**
 * Reads a CSV (gzip if its name ends in .gz) of numbers, parted by commas, semicolons or tabs, row by row.
 *
 * @throws {DataFormatError} If rows differ in length, there is none, there are too many values, one line has no end, or
 * gzip data is none, damaged, cut short or a bomb.
 */
export async function readTable(path: string, maxValues: number): Promise<NumberTable> {
  const file = await openRegularFile(path);
  try {
    const bytes = tableBytes(path, file);
    const head: Uint8Array[] = [];
    let headBytes = 0;
    let next = await bytes.next();
    for (; next.done !== true; next = await bytes.next()) {
      head.push(next.value);
      headBytes += next.value.length;
      if (headBytes >= SAMPLE_BYTES) break;
    }
    const sample = Buffer.concat(head);
    requireText(path, sample);
    const dialect = csvDialect(sample.toString("utf8").replace(/^\uFEFF/, ""));
    async function* whole(): AsyncGenerator<Uint8Array> {
      yield sample;
      yield* bytes;
    }
    const parser = parse({
      relax_column_count: true,
      skip_empty_lines: true,
      trim: dialect.separator !== "\t",
      bom: true,
      delimiter: dialect.separator,
      max_record_size: MOST_ROW_BYTES,
    });
    // The loop below hears of every failure; the callback only keeps it from being thrown a second time.
    pipeline(whole(), parser, () => undefined);
    return await collect(path, parser as AsyncIterable<string[]>, dialect, maxValues);
  } finally {
    await file.handle.close();
  }
}

async function collect(
  path: string,
  records: AsyncIterable<string[]>,
  dialect: CsvDialect,
  maxValues: number,
): Promise<NumberTable> {
  let values = new Float32Array(1 << 16);
  let [rows, columns, used] = [0, 0, 0];
  let header: readonly string[] | null = null;
  let firstMissing: NumberTable["firstMissing"] = null;
  const refuse = (expected: string, got: string): DataFormatError =>
    new DataFormatError(path, { place: `row ${rows + 1}` }, expected, got);
  try {
    for await (const record of records) {
      if (columns === 0) {
        columns = record.length;
        if (isHeader(record, dialect)) {
          header = record;
          continue;
        }
      }
      if (record.length !== columns) throw refuse(`${columns} values`, `${record.length}`);
      if (rows >= MOST_ROWS || used + columns > maxValues) {
        throw refuse(`at most ${MOST_ROWS} rows and ${maxValues} values`, "more");
      }
      if (used + columns > values.length) {
        const larger = new Float32Array(2 * Math.max(values.length, columns));
        larger.set(values);
        values = larger;
      }
      for (const [column, field] of record.entries()) {
        const value = numberOf(field, dialect.decimalComma);
        if (Number.isNaN(value)) firstMissing ??= { row: rows, column, text: field.slice(0, 40) };
        values[used++] = value;
      }
      rows++;
    }
  } catch (error) {
    if (error instanceof DataFormatError) throw error;
    throw refuse("a CSV of numbers", error instanceof Error ? error.message : String(error));
  }
  if (rows === 0) throw refuse("at least one row of numbers", "none");
  const labelColumn = header === null ? null : labelColumnOf(header);
  return {
    columns,
    rows,
    values: values.subarray(0, used),
    dialect,
    firstMissing,
    header: header !== null,
    labelColumn,
  };
}

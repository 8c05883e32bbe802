import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import { replaceFile } from "../../data/replace-file.ts";
import { storeFailure } from "../store-failure.ts";

/** Called between two pieces of an export. @throws {StoreError} If nobody wants it any more. */
export type Checkpoint = () => void;

const WANTED: Checkpoint = () => undefined;

/** A row by its columns' names. Numbers are written as JavaScript prints them, which reads back to the same double. */
export type CsvRow<Column extends string> = Readonly<Record<Column, string | number>>;

/** The same in the order of the columns: twice as fast. */
type CsvFields = readonly (string | number)[];

/** What was not measured is an empty field: a spreadsheet takes "NaN" for text. */
export const measuredField = (value: number | null): number | string =>
  value === null || Number.isNaN(value) ? "" : value;

/**
 * Writes rows after a header, as a spreadsheet and a parser can both take them: text that would be a formula is
 * escaped with an apostrophe. The rows go to a temporary file beside the target, which takes the target's place only
 * when all of them are on the disk.
 *
 * @returns the number of rows.
 * @throws {StoreError} If the rows cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export async function writeCsv<Column extends string>(
  path: string,
  columns: readonly Column[],
  rows: Iterable<CsvRow<Column> | CsvFields>,
  checkpoint = WANTED,
): Promise<number> {
  let written = 0;
  function* counted(): Generator<CsvRow<Column> | CsvFields> {
    for (const row of rows) {
      checkpoint();
      written++;
      yield row;
    }
    checkpoint();
  }
  await writeStreamed(path, (target) =>
    pipeline(
      Readable.from(counted()),
      stringify({ header: true, columns: [...columns], escape_formulas: true }),
      target,
    ),
  );
  return written;
}

/**
 * Lets `write` fill a temporary file beside `path`, which takes its place when all is on the disk.
 *
 * @throws {StoreError} An earlier file is then as it was, and nothing half-written is left.
 */
export async function writeStreamed(path: string, write: (target: Writable) => Promise<void>): Promise<void> {
  try {
    await replaceFile(path, (handle) => {
      // Closed by what has opened it, after all is on the disk: the rename must not overtake the rows.
      const target = new Writable({
        write: (chunk: Uint8Array, _encoding, done) => {
          handle.appendFile(chunk).then(() => done(), done);
        },
      });
      return write(target);
    });
  } catch (error) {
    throw storeFailure("write the exported rows", path, error);
  }
}

import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import { StoreError } from "../../core/errors.ts";
import { storeFailure } from "./store-failure.ts";
import type { Store } from "./store.ts";

/** A row by its columns' names. Numbers are written as JavaScript prints them, which reads back to the same double. */
export type CsvRow<Column extends string> = Readonly<Record<Column, string | number>>;

/**
 * Writes rows after a header, as a spreadsheet and a parser can both take them: text that would be a formula is
 * escaped with an apostrophe. The rows go to a temporary file beside the target, which takes the target's place only
 * when all of them are on the disk.
 *
 * @returns the number of rows.
 * @throws {StoreError} If the rows cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export async function writeCsv<Column extends string>(
  store: Store,
  path: string,
  columns: readonly Column[],
  rows: Iterable<CsvRow<Column>>,
): Promise<number> {
  if (resolve(path) === resolve(store.path)) {
    throw new StoreError(
      `Could not export the timings: ${path} is the database itself. Choose another file name.`,
    );
  }
  let written = 0;
  function* counted(): Generator<CsvRow<Column>> {
    for (const row of rows) {
      written++;
      yield row;
    }
  }
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    await pipeline(
      Readable.from(counted()),
      stringify({ header: true, columns: [...columns], escape_formulas: true }),
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

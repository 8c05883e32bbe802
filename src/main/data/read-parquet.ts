import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { DataFormatError } from "../../core/errors.ts";
import { compileGuarded } from "../engine/v8-flags.ts";
import { checkParquetPages } from "./check-parquet-pages.ts";
import { openRegularFile } from "./regular-file.ts";
import type { TableRecord, TableSource } from "./table-source.ts";

const MOST_FILE_BYTES = 2 ** 34;
/** Rows that are unpacked at once. */
const ROWS_AT_ONCE = 20_000;
/** Values of one row group in memory. */
const MOST_GROUP_VALUES = 100_000_000;
const MAGIC = "PAR1";

/** Numbers, texts and what stands for missing: of a Parquet value, whatever its type. */
const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    typeof value === "boolean"
    ? String(value)
    : JSON.stringify(value);
};
const numberOf = (value: unknown): number => {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  return NaN;
};

class ParquetRecord implements TableRecord {
  readonly path: string;
  row: readonly unknown[] = [];
  rowNumber = 0;
  constructor(path: string) {
    this.path = path;
  }
  get place(): string {
    return `row ${this.rowNumber}`;
  }
  number(column: number): number {
    return numberOf(this.row[column]);
  }
  isPadded(): boolean {
    return false;
  }
  text(column: number): string {
    return textOf(this.row[column]).trim();
  }
}

/** Opens the file for one use of hyparquet, whose errors are put in our words. */
async function withBuffer<T>(path: string, use: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  const { handle, sizeBytes } = await openRegularFile(path, MOST_FILE_BYTES);
  try {
    const slice = async (start: number, end = sizeBytes): Promise<ArrayBuffer> => {
      if (!(start >= 0 && start <= end && end <= sizeBytes)) {
        throw new RangeError(`bytes ${start} to ${end} lie outside of the file's ${sizeBytes}`);
      }
      const target = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(target, 0, target.length, start);
      if (bytesRead !== target.length) throw new RangeError(`the file ends at byte ${start + bytesRead}`);
      return target.buffer;
    };
    const tail = new TextDecoder("latin1").decode(
      sizeBytes < 12 ? new Uint8Array() : await slice(sizeBytes - 4),
    );
    if (tail !== MAGIC) {
      throw new DataFormatError(
        path,
        Math.max(0, sizeBytes - 4),
        `"${MAGIC}" at the end of a Parquet file`,
        JSON.stringify(tail),
      );
    }
    return await use({ byteLength: sizeBytes, slice });
  } catch (error) {
    if (error instanceof DataFormatError || !(error instanceof Error) || error.name === "ExperimentCancelled")
      throw error;
    throw new DataFormatError(path, 0, "a sound Parquet file", error.message);
  } finally {
    await handle.close();
  }
}

/** The names of a table's columns. @throws {DataFormatError} If values are lists or records. */
function columnsOf(path: string, { schema }: FileMetaData): string[] {
  const nested = schema
    .slice(1)
    .find(
      ({ num_children: children, repetition_type: repeated }) =>
        (children ?? 0) > 0 || repeated === "REPEATED",
    );
  if (nested !== undefined) {
    throw new DataFormatError(
      path,
      0,
      "columns of single values",
      `"${nested.name}", which holds lists or records`,
    );
  }
  return schema.slice(1).map(({ name }) => name);
}

/** Tables in Parquet files, one after the other. @throws {DataFormatError} If a file is none or has other columns. */
export async function parquetSource(paths: readonly string[]): Promise<TableSource> {
  const { parquetMetadataAsync, parquetRead } = await import("hyparquet");
  const { compressors } = await compileGuarded(() => import("hyparquet-compressors"));
  const files: { path: string; metadata: FileMetaData }[] = [];
  let columns: readonly string[] = [];
  for (const path of paths) {
    const metadata = await withBuffer(path, (file) => parquetMetadataAsync(file));
    const names = columnsOf(path, metadata);
    const largest = Math.max(0, ...metadata.row_groups.map(({ num_rows: rows }) => Number(rows)));
    if (largest * names.length > MOST_GROUP_VALUES) {
      throw new DataFormatError(
        path,
        0,
        `row groups of at most ${MOST_GROUP_VALUES} values`,
        `one of ${largest * names.length}: write it in smaller groups`,
      );
    }
    if (files.length > 0 && names.join("\n") !== columns.join("\n")) {
      throw new DataFormatError(path, 0, `the columns of ${paths[0] ?? ""}`, names.slice(0, 8).join(", "));
    }
    columns = names;
    await withBuffer(path, (file) => checkParquetPages(file, metadata, compressors));
    files.push({ path, metadata });
  }
  const total = files.reduce((sum, { metadata }) => sum + Number(metadata.num_rows), 0);
  return {
    format: "parquet",
    columns,
    dialect: null,
    notes: ["read as Parquet"],
    read: async (visit, { checkpoint, progress }) => {
      let done = 0;
      for (const { path, metadata } of files) {
        const record = new ParquetRecord(path);
        const rows = Number(metadata.num_rows);
        await withBuffer(path, async (file) => {
          for (let rowStart = 0; rowStart < rows; rowStart += ROWS_AT_ONCE) {
            checkpoint();
            const rowEnd = Math.min(rows, rowStart + ROWS_AT_ONCE);
            let read: readonly unknown[][] = [];
            await parquetRead({
              file,
              metadata,
              rowStart,
              rowEnd,
              compressors,
              onComplete: (found) => (read = found),
            });
            for (const [index, row] of read.entries()) {
              record.row = row;
              record.rowNumber = rowStart + index + 1;
              visit(record);
            }
            done += rowEnd - rowStart;
            progress(done / total);
          }
        });
      }
    },
  };
}

import { extname } from "node:path";
import { ContractError } from "../../../../core/errors.ts";
import { rowsOf, SPLITS } from "../../../../shared/experiments/dataset.ts";
import { DATASET_FORMATS, type DatasetFormat } from "../../../../shared/experiments/dataset-formats.ts";
import { replaceFile } from "../../../data/replace-file.ts";
import type { ReadingWatch } from "../../../data/table-source.ts";
import type { DataSource } from "../data-source.ts";
import { writeCsvRows } from "./write-csv-rows.ts";
import { writeNpzRows } from "./write-npz-rows.ts";
import { writeParquetRows } from "./write-parquet-rows.ts";

const WRITERS = { csv: writeCsvRows, parquet: writeParquetRows, npz: writeNpzRows } as const;

/** What a file's name asks for. @throws {ContractError} If its ending is none of the formats. */
export function formatOf(path: string): DatasetFormat {
  const ending = extname(path).slice(1).toLowerCase();
  const format = DATASET_FORMATS.find((one) => one === ending);
  if (format !== undefined) return format;
  const endings = DATASET_FORMATS.map((one) => `.${one}`).join(", ");
  throw new ContractError(
    `"${path}" says no format by its ending, ${ending === "" ? "which it has not" : `.${ending}`}: expected one of ${endings}`,
  );
}

/**
 * Writes a data set as one file: features as they are stored, targets, and the split of each row.
 *
 * @returns its rows. @throws {Error} What the file system says; an earlier file is then as it was.
 */
export async function exportDataset(
  source: DataSource,
  path: string,
  {
    format,
    overwrite,
    watch,
  }: { readonly format: DatasetFormat; readonly overwrite: boolean; readonly watch: ReadingWatch },
): Promise<number> {
  await replaceFile(path, (handle) => WRITERS[format](handle, source, watch), { overwrite });
  return SPLITS.reduce((sum, split) => sum + rowsOf(source.dataset, split), 0);
}

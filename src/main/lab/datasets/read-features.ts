import { DataFormatError } from "../../../core/errors.ts";
import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { Recipe } from "../../../shared/experiments/stored-dataset.ts";
import { csvSource } from "../../data/read-csv.ts";
import { readIdx } from "../../data/read-idx.ts";
import { readImage } from "../../data/read-image.ts";
import { readNpy } from "../../data/read-npy.ts";
import { readNpz } from "../../data/read-npz.ts";
import { parquetSource } from "../../data/read-parquet.ts";
import type { TableRecord, TableSource } from "../../data/table-source.ts";
import { encodeRow, type ColumnEncoding } from "./import/collect-table.ts";

const VALUES_AT_ONCE = 1 << 20;
const NO_WATCH = { checkpoint: () => undefined, progress: () => undefined };

/** Features of some rows as they are stored: not normalised yet. */
export interface FeatureBatch {
  readonly rows: number;
  readonly values: Float32Array;
}

/**
 * Reads the features of new rows from a file as a data set was read: columns by their names, categories as they were known,
 * what is missing filled as it was. Labels need not be there.
 *
 * @throws {DataFormatError} If a column is missing, a value unknown, or rows have another size.
 */
export async function* readFeatures(
  path: string,
  dataset: Dataset,
  recipe: Recipe | null,
): AsyncGenerator<FeatureBatch> {
  const ending = path.toLowerCase().replace(/\.gz$/, "").split(".").at(-1) ?? "";
  if (ending === "parquet") yield* ofTable(await parquetSource([path]), path, dataset, recipe);
  else if (["csv", "tsv", "txt", "data", "dat"].includes(ending))
    yield* ofTable(await csvSource([path]), path, dataset, recipe);
  else if (["png", "jpg", "jpeg"].includes(ending)) {
    const { height, width, channels, values } = await readImage(path);
    const { layout } = dataset;
    if (layout?.height !== height || layout.width !== width || (channels === 3 && layout.channels === 1)) {
      const expected =
        layout === null
          ? "a table"
          : `${layout.width} × ${layout.height} pixels, ${layout.channels} channels`;
      throw new DataFormatError(path, { place: "the image" }, expected, `${width} × ${height}, ${channels}`);
    }
    yield {
      rows: 1,
      values: Float32Array.from(
        { length: dataset.features },
        (_, i) => values[channels === layout.channels ? i : Math.floor(i / layout.channels)] ?? 0,
      ),
    };
  } else {
    const array =
      ending === "npz"
        ? (await readNpz(path)).find(({ shape }) => shape.length > 1)
        : await (ending === "npy" ? readNpy(path) : readIdx(path));
    const [rows = 0, ...item] = array?.shape ?? [];
    const size = item.reduce((product, length) => product * length, 1);
    if (array === undefined || size !== dataset.features) {
      throw new DataFormatError(
        path,
        0,
        `rows of ${dataset.features} values`,
        `shape (${(array?.shape ?? []).join(", ")})`,
      );
    }
    const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / size));
    for (let row = 0; row < rows; row += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - row);
      yield { rows: count, values: Float32Array.from(array.data.subarray(row * size, (row + count) * size)) };
    }
  }
}

/** The columns of a table that hold the features, by name where they have one. @throws {DataFormatError} */
function encodingsIn(
  { columns }: TableSource,
  path: string,
  dataset: Dataset,
  recipe: Recipe | null,
): ColumnEncoding[] {
  if (recipe === null) {
    if (columns.length === dataset.features)
      return columns.map((name, column) => ({ column, name, categories: null }));
    throw new DataFormatError(path, { place: "line 1" }, `${dataset.features} columns`, `${columns.length}`);
  }
  return recipe.encodings.map(({ name, column, categories }) => {
    const found = columns.indexOf(name);
    // A table without a header has names that only count.
    if (found >= 0) return { column: found, name, categories };
    if (name === `column ${column + 1}` && column < columns.length) return { column, name, categories };
    throw new DataFormatError(
      path,
      { place: "line 1" },
      `a column "${name}"`,
      columns.slice(0, 8).join(", "),
    );
  });
}

async function* ofTable(
  source: TableSource,
  path: string,
  dataset: Dataset,
  recipe: Recipe | null,
): AsyncGenerator<FeatureBatch> {
  const encodings = encodingsIn(source, path, dataset, recipe);
  const fills = recipe?.fills ?? [];
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / dataset.features));
  const batches: FeatureBatch[] = [];
  let [values, rows] = [new Float32Array(rowsAtOnce * dataset.features), 0];
  const take = (record: TableRecord): void => {
    const at = rows * dataset.features;
    if (!encodeRow(record, encodings, values, at)) {
      for (let i = 0; i < dataset.features; i++) {
        if (!Number.isNaN(values[at + i])) continue;
        const fill = fills[i];
        if (fill === undefined)
          throw new DataFormatError(
            path,
            { place: record.place },
            `a value of ${dataset.featureNames[i] ?? `feature ${i + 1}`}`,
            "none",
          );
        values[at + i] = fill;
      }
    }
    if (++rows < rowsAtOnce) return;
    batches.push({ rows, values });
    [values, rows] = [new Float32Array(rowsAtOnce * dataset.features), 0];
  };
  await source.read(take, NO_WATCH);
  if (rows > 0) batches.push({ rows, values: values.subarray(0, rows * dataset.features) });
  yield* batches;
}

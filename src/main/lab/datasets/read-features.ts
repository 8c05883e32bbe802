import { readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { counted } from "../../../core/counted.ts";
import { DataFormatError } from "../../../core/errors.ts";
import { holdsInFloat32, type Dataset, type Layout } from "../../../shared/experiments/dataset.ts";
import type { Recipe } from "../../../shared/experiments/stored-dataset.ts";
import { csvSource } from "../../data/read-csv.ts";
import { readIdx } from "../../data/read-idx.ts";
import { readImage } from "../../data/read-image.ts";
import { readNpy, type NumberArray } from "../../data/read-npy.ts";
import { readNpz } from "../../data/read-npz.ts";
import { parquetSource } from "../../data/read-parquet.ts";
import type { ReadingWatch, TableRecord, TableSource } from "../../data/table-source.ts";
import { BrokenImages } from "./import/broken-images.ts";
import { isTarget, tableOf } from "./import/labelled-arrays.ts";
import { isHidden, isImageName } from "./import/labelled-images.ts";
import { encodeRow, type ColumnEncoding } from "./import/collect-table.ts";

const VALUES_AT_ONCE = 1 << 20;

/** Features of some rows as they are stored: not normalised yet. */
export interface FeatureBatch {
  readonly rows: number;
  readonly values: Float32Array;
  /** Of images: the files that they are. */
  readonly names?: readonly string[];
}

export interface FeatureReading {
  /** How the data set's own table was read; null where it was none. */
  readonly recipe: Recipe | null;
  readonly watch: ReadingWatch;
}

/**
 * Reads the features of new rows from a file, or of the images of a folder, as a data set was read: columns by their names,
 * categories as they were known, what is missing filled as it was. Labels need not be there.
 *
 * @throws {DataFormatError} If a column is missing, a value unknown, or rows have another size. @throws {ExperimentCancelled}
 */
export async function* readFeatures(
  path: string,
  dataset: Dataset,
  reading: FeatureReading,
): AsyncGenerator<FeatureBatch> {
  const ending = path.toLowerCase().replace(/\.gz$/, "").split(".").at(-1) ?? "";
  if ((await stat(path)).isDirectory()) yield* ofFolder(path, dataset, reading.watch);
  else if (isImageName(path)) yield await ofImage(path, dataset);
  else if (ending === "parquet") yield* ofTable(await parquetSource([path]), path, dataset, reading);
  else if (["csv", "tsv", "txt", "data", "dat"].includes(ending))
    yield* ofTable(await csvLike(path, reading.recipe), path, dataset, reading);
  else yield* ofArray(path, ending, dataset, reading);
}

async function ofImage(path: string, { features, layout }: Dataset): Promise<FeatureBatch> {
  const { height, width, channels, values } = await readImage(path);
  if (layout?.height !== height || layout.width !== width || (channels === 3 && layout.channels === 1)) {
    const expected =
      layout === null ? "a table" : `${layout.width} × ${layout.height} pixels, ${layout.channels} channels`;
    throw new DataFormatError(path, { place: "the image" }, expected, `${width} × ${height}, ${channels}`);
  }
  const from = (i: number): number => (channels === layout.channels ? i : Math.floor(i / layout.channels));
  return {
    rows: 1,
    values: Float32Array.from({ length: features }, (_, i) => values[from(i)] ?? 0),
    names: [path],
  };
}

/** The table as that of the data set was read, with a header or without: its first line is not guessed at. */
function csvLike(path: string, recipe: Recipe | null): Promise<TableSource> {
  const like = recipe?.dialect ?? null;
  return csvSource([path], like === null ? {} : { header: like.header }, like);
}

/** All images below a folder, in the order of their names. @throws {DataFormatError} In the end, with all that are broken. */
async function* ofFolder(
  folder: string,
  dataset: Dataset,
  watch: ReadingWatch,
): AsyncGenerator<FeatureBatch> {
  const found = (await readdir(folder, { recursive: true }))
    .filter((path) => isImageName(path) && !path.split(sep).some(isHidden))
    .sort();
  if (found.length === 0)
    throw new DataFormatError(folder, { place: "the folder" }, "PNG or JPEG images", "none");
  const broken = new BrokenImages();
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / dataset.features));
  for (let first = 0; first < found.length; first += atOnce) {
    const names = found.slice(first, first + atOnce);
    const values = new Float32Array(names.length * dataset.features);
    for (const [row, name] of names.entries()) {
      watch.checkpoint();
      try {
        values.set((await ofImage(join(folder, name), dataset)).values, row * dataset.features);
      } catch (error) {
        broken.add(error);
      }
    }
    watch.progress((first + names.length) / found.length);
    if (broken.found.count === 0) yield { rows: names.length, values, names };
  }
  if (broken.found.count > 0)
    throw new DataFormatError(
      folder,
      { place: "the folder" },
      "images like those of the data",
      broken.words(),
    );
}

/** Whether an array is the table without names that the data set was read from, with its labels or without. */
function isOwnTable({ shape }: NumberArray, { features }: Dataset, recipe: Recipe | null): recipe is Recipe {
  if (recipe?.columns === undefined || shape.length !== 2) return false;
  const width = shape[1] ?? 0;
  const plain = recipe.encodings.every(({ categories }) => categories === null);
  if (plain && width === features) return false;
  return width === recipe.columns || width === recipe.columns - recipe.labels.length;
}

/** Whether an array's items are those of the data set: of images not any of as many values, as turned ones are. */
function hasItems({ shape }: NumberArray, { features, layout }: Dataset): boolean {
  const item = shape.slice(1);
  if (item.length === 0 || item.reduce((product, size) => product * size, 1) !== features) return false;
  if (layout === null || item.length === 1) return true;
  const { height, width, channels } = layout;
  const shapes = [
    [height, width, channels],
    [channels, height, width],
    ...(channels === 1 ? [[height, width]] : []),
  ];
  return shapes.some((one) => one.join() === item.join());
}

async function* ofArray(
  path: string,
  ending: string,
  dataset: Dataset,
  reading: FeatureReading,
): AsyncGenerator<FeatureBatch> {
  const { features, layout } = dataset;
  const { recipe } = reading;
  const arrays =
    ending === "npz"
      ? (await readNpz(path)).arrays
      : [{ ...(await (ending === "npy" ? readNpy(path) : readIdx(path))), name: "" }];
  const fitting = arrays.filter((one) => hasItems(one, dataset) || isOwnTable(one, dataset, recipe));
  const items = fitting.filter((one) => !isTarget(one));
  const found = items.length === 0 ? fitting : items;
  const [array] = found;
  if (array === undefined || found.length > 1) {
    const of = layout === null ? "" : `, images of ${layout.height} × ${layout.width} × ${layout.channels}`;
    const got = (found.length > 1 ? found : arrays).map(({ name, shape }) =>
      `${name} shape (${shape.join(", ")})`.trim(),
    );
    const several = found.length > 1 ? ": save the one that is to be predicted in a file of its own" : "";
    throw new DataFormatError(
      path,
      0,
      `${found.length > 1 ? "one array of rows" : "rows"} of ${features} values${of}, as ${dataset.title} has them`,
      `${got.join(" and ")}${several}`,
    );
  }
  if (isOwnTable(array, dataset, recipe)) {
    yield* ofTable(tableOf({ ...array, path }), path, dataset, reading);
    return;
  }
  const { shape, data } = array;
  const [rows = 0, ...item] = shape;
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / features));
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - row);
    const values = Float32Array.from(data.subarray(row * features, (row + count) * features));
    const bad = values.findIndex((value) => !holdsInFloat32(value));
    if (bad >= 0) {
      const place = `row ${row + Math.floor(bad / features) + 1}, value ${(bad % features) + 1}`;
      let all = 0;
      for (const value of data) if (!holdsInFloat32(value)) all++;
      const got = `${data[row * features + bad] ?? NaN}, and so in ${counted(all, "value")} of the file: leave such rows out, or put in numbers`;
      throw new DataFormatError(path, { place }, "a finite number that float32 holds", got);
    }
    yield { rows: count, values: hasChannelsFirst(item, layout) ? channelsLast(values, item) : values };
  }
}

/** Items (C, H, W), as PyTorch has them, where the data set's are (H, W, C). */
function hasChannelsFirst(item: readonly number[], layout: Layout | null): boolean {
  if (layout === null || item.length !== 3) return false;
  const { height, width, channels } = layout;
  return item.join() === [channels, height, width].join() && item.join() !== [height, width, channels].join();
}

/** (N, C, H, W) → (N, H, W, C). */
function channelsLast(
  values: Float32Array,
  [channels = 1, height = 1, width = 1]: readonly number[],
): Float32Array {
  const pixels = height * width;
  return values.map((_, i) => {
    const [row, pixel, channel] = [
      Math.floor(i / (pixels * channels)),
      Math.floor(i / channels) % pixels,
      i % channels,
    ];
    return values[(row * channels + channel) * pixels + pixel] ?? NaN;
  });
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
  const place = placesIn(columns.length, path, recipe);
  return recipe.encodings.map(({ name, column, categories }) => {
    if (place !== null) return { column: place(column), name, categories };
    const found = columns.indexOf(name);
    if (found >= 0) return { column: found, name, categories };
    // A table without a header has names that only count.
    if (isCounted(name, column) && column < columns.length) return { column, name, categories };
    throw new DataFormatError(
      path,
      { place: "line 1" },
      `a column "${name}"`,
      columns.slice(0, 8).join(", "),
    );
  });
}

const countedName = (column: number): string => `column ${column + 1}`;
const isCounted = (name: string, column: number): boolean => name === countedName(column);

/**
 * Where the columns of a table without names lie in one of `width` columns: the same, or the same without its labels; else a
 * value would be taken for its neighbour's. Null where columns have names. @throws {DataFormatError}
 */
function placesIn(width: number, path: string, recipe: Recipe): ((column: number) => number) | null {
  const { columns, encodings, labels } = recipe;
  if (columns === undefined || !encodings.every(({ name, column }) => isCounted(name, column))) return null;
  if (width === columns) return (column) => column;
  const labelled = Array.from({ length: columns }, (_, column) => column).filter((column) =>
    labels.includes(countedName(column)),
  );
  if (labelled.length === labels.length && width === columns - labels.length)
    return (column) => column - labelled.filter((label) => label < column).length;
  throw new DataFormatError(
    path,
    { place: "its columns" },
    `${columns}, as the data's table has, or ${columns - labels.length} without ${labels.join(", ")}: they have no names`,
    `${width}`,
  );
}

async function* ofTable(
  source: TableSource,
  path: string,
  dataset: Dataset,
  { recipe, watch }: FeatureReading,
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
            `none: ${dataset.title} was imported without means to fill in`,
          );
        values[at + i] = fill;
      }
    }
    if (++rows < rowsAtOnce) return;
    batches.push({ rows, values });
    [values, rows] = [new Float32Array(rowsAtOnce * dataset.features), 0];
  };
  await source.read(take, watch);
  if (rows > 0) batches.push({ rows, values: values.subarray(0, rows * dataset.features) });
  yield* batches;
}

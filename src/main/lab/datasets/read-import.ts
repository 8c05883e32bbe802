import { readIdx } from "../../data/read-idx.ts";
import { readNpy } from "../../data/read-npy.ts";
import { readTable, type NumberTable } from "../../data/read-table.ts";

/** Images and labels as the files have them, before anything is judged. */
export interface RawImages {
  /** (rows, pixels). */
  readonly values: Uint8Array | Float32Array | Float64Array;
  readonly labels: Uint8Array | Float32Array | Float64Array;
  readonly pixels: number;
  readonly notes: readonly string[];
  /** The first field of a table that is no number, as it stands there. */
  readonly firstMissing: NumberTable["firstMissing"];
}

/** Of Fashion-MNIST's size three times over: 600 MB while a table is read. */
const MOST_VALUES = 150_000_000;

/**
 * The label's column of a table without a name for it: the first or the last, whichever holds whole numbers from 0 to 9 only, and more
 * different ones; a corner of the images may always be 0.
 */
function labelColumn(values: Float32Array, columns: number): "first" | "last" | null {
  const classesIn = (column: number): number => {
    const classes = new Set<number>();
    for (let at = column; at < values.length; at += columns) {
      const value = values[at] ?? NaN;
      if (!Number.isInteger(value) || value < 0 || value > 9) return 0;
      classes.add(value);
    }
    return classes.size > 1 ? classes.size : 0;
  };
  const [first, last] = [classesIn(0), classesIn(columns - 1)];
  if (first === 0 && last === 0) return null;
  return first >= last ? "first" : "last";
}

const SEPARATOR_NAMES = { ",": "commas", ";": "semicolons", "\t": "tabs" } as const;

async function readCsv(path: string): Promise<RawImages> {
  const {
    columns,
    rows,
    values,
    header,
    labelColumn: named,
    dialect,
    firstMissing,
  } = await readTable(path, MOST_VALUES);
  const place = named === null ? labelColumn(values, columns) : null;
  const labelAt = named ?? (place === "last" ? columns - 1 : 0);
  const labels = new Float32Array(rows);
  const pixels = columns - 1;
  const images = new Float32Array(rows * pixels);
  for (let row = 0; row < rows; row++) {
    const line = values.subarray(row * columns, (row + 1) * columns);
    labels[row] = named === null && place === null ? NaN : (line[labelAt] ?? NaN);
    images.set(line.subarray(0, labelAt), row * pixels);
    images.set(line.subarray(labelAt + 1), row * pixels + labelAt);
  }
  return {
    values: images,
    labels,
    pixels,
    firstMissing,
    notes: [
      `values are parted by ${SEPARATOR_NAMES[dialect.separator]}${dialect.decimalComma ? ", with decimal commas" : ""}`,
      header ? "the first line was taken for a header" : "there is no header",
      named !== null
        ? `the header calls column ${named + 1} the label`
        : place === null
          ? "neither the first nor the last column holds labels from 0 to 9"
          : `the ${place} column holds the labels`,
    ],
  };
}

/** Images and labels in two files, whichever comes first: images have more than one axis. */
function paired(
  arrays: readonly { shape: readonly number[]; data: RawImages["values"] }[],
  notes: readonly string[],
): RawImages {
  const images = arrays.find(({ shape }) => shape.length > 1);
  const labels = arrays.find(({ shape }) => shape.length === 1);
  if (images === undefined || labels === undefined) {
    throw new RangeError(
      `expected images of two or three axes and labels of one, got ${arrays.map(({ shape }) => `(${shape.join(", ")})`).join(" and ")}`,
    );
  }
  const [rows = 0, ...rest] = images.shape;
  if (labels.shape[0] !== rows) {
    throw new RangeError(
      `there are ${rows} images and ${labels.shape[0] ?? 0} labels: expected as many of both`,
    );
  }
  const pixels = rest.reduce((product, size) => product * size, 1);
  return { values: images.data, labels: labels.data, pixels, notes, firstMissing: null };
}

/**
 * Reads one CSV, or images and labels as IDX or .npy.
 *
 * @throws {DataFormatError} If a file is not sound. @throws {RangeError} If they do not belong together.
 */
export async function readImport(paths: readonly string[]): Promise<RawImages> {
  const [first = "", second] = paths;
  if (/\.(csv|tsv|txt)(\.gz)?$/i.test(first) && second === undefined) return readCsv(first);
  if (second === undefined) {
    throw new RangeError("choose one .csv, or two files: images and labels, both IDX or both .npy");
  }
  if (paths.every((path) => /\.npy$/i.test(path))) {
    const arrays = await Promise.all(paths.map((path) => readNpy(path)));
    return paired(arrays, [`read as .npy of ${arrays.map(({ dtype }) => dtype).join(" and ")}`]);
  }
  return paired(await Promise.all(paths.map((path) => readIdx(path))), ["read as IDX"]);
}

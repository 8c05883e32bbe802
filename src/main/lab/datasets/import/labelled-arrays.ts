import { DataFormatError } from "../../../../core/errors.ts";
import {
  holdsInFloat32,
  MOST_CLASSES,
  MOST_FEATURES,
  type Layout,
} from "../../../../shared/experiments/dataset.ts";
import type { ImportPlan } from "../../../../shared/experiments/data-import.ts";
import type { ReadingWatch, TableRecord, TableSource } from "../../../data/table-source.ts";
import { allocateValues, inPieces, splitNamed, type Collected } from "./collected.ts";
import { readArrays, type LeftOut, type PlacedArray } from "./read-arrays.ts";
import { inOrder } from "./scan-table.ts";

/** Items and their targets that belong together. */
interface Part {
  readonly items: PlacedArray;
  readonly targets: PlacedArray;
  readonly split: 0 | 1 | 2 | null;
}

/** Arrays of items with targets, and what was found in them. */
export interface LabelledArrays {
  readonly parts: readonly Part[];
  readonly rows: number;
  /** Of one item. */
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly layout: Layout | null;
  /** (C, H, W): channels come first and are moved behind. */
  readonly channelsFirst: boolean;
  readonly targetWidth: number;
  /** Where targets are words: the values of the targets' arrays are places in these. */
  readonly words: readonly string[] | null;
  /** Classes with their counts; null where the targets are no classes. */
  readonly classes: readonly { readonly value: string; readonly rows: number }[] | null;
  readonly likelyClasses: boolean;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly whole: boolean;
  readonly missing: number;
  readonly infinite: number;
  readonly firstMissing: string;
  readonly firstInfinite: string;
  /** Targets that are NaN or infinite. */
  readonly targets: NotFinite;
  readonly notes: readonly string[];
}

/** Values that are NaN, or infinite as float32, and where the first one is. */
interface NotFinite {
  readonly missing: number;
  readonly firstMissing: string;
  readonly infinite: number;
  readonly firstInfinite: string;
}

const LABELS = /(^|[^a-z])(labels?|targets?|y|class(es)?)([^a-z]|$)/i;
const shapeWords = (shape: readonly number[]): string =>
  `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
const arrayWords = ({ name, shape, words }: PlacedArray): string =>
  `${name} ${shapeWords(shape)}${words === undefined ? "" : " of text"}`;
const valuesOf = (shape: readonly number[]): number =>
  shape.slice(1).reduce((product, size) => product * size, 1);

/** Whether an array holds targets, by its axes and its name. */
export const isTarget = ({ shape, name }: Pick<PlacedArray, "shape" | "name">): boolean =>
  shape.length <= 1 || (LABELS.test(name) && valuesOf(shape) <= MOST_CLASSES);

/**
 * Pairs items with targets, split by split; where there are more of one axis than that, those are targets that are called so,
 * numbers rather than words.
 *
 * @throws {DataFormatError} If they do not belong together.
 */
function pair(arrays: readonly PlacedArray[], leftOut: LeftOut): Part[] {
  return ([null, 0, 1, 2] as const).flatMap((split): Part[] => {
    const own = arrays.filter(({ name }) => splitNamed(name) === split);
    if (own.length === 0) return [];
    const byName = (a: PlacedArray, b: PlacedArray): number => (a.name < b.name ? -1 : 1);
    const isLabel = (array: PlacedArray): boolean => array.words !== undefined || isTarget(array);
    const items = own.filter((array) => !isLabel(array)).sort(byName);
    const flat = own.filter(isLabel).sort(byName);
    const called = flat.filter(({ name }) => LABELS.test(name));
    const numbers = flat.filter(({ words }) => words === undefined);
    const targets = [called, numbers].find(({ length }) => length === items.length) ?? flat;
    const [first] = own;
    if (items.length === 0 || items.length !== targets.length) {
      const got = [...own.map(arrayWords), ...leftOut].join(", ");
      throw new DataFormatError(
        first?.path ?? "",
        { place: "its arrays" },
        "as many arrays of items (two axes or more) as of targets (one axis, or named y, labels, targets)",
        got,
      );
    }
    for (const { name, words } of flat.filter((array) => !targets.includes(array)))
      leftOut.push(
        `${name}: ${words === undefined ? "not called labels or targets" : "text beside the targets"}`,
      );
    return items.map((item, index) => {
      const target = targets[index];
      if (target === undefined) throw new TypeError("pair: a target is missing");
      const [rows, labels] = [item.shape[0] ?? 0, target.shape[0] ?? 0];
      if (rows !== labels) {
        throw new DataFormatError(
          target.path,
          { place: target.name },
          `${rows} targets, one for each item of ${item.name}`,
          `${labels}`,
        );
      }
      return { items: item, targets: target, split };
    });
  });
}

/** Grey, coloured, coloured with alpha. */
const CHANNELS = [1, 3, 4];

/** What images an item's shape means. */
function layoutOf(
  shape: readonly number[],
  bytes: boolean,
): { layout: Layout | null; channelsFirst: boolean } {
  const [a = 0, b = 0, c = 0] = shape;
  if (shape.length === 2) return { layout: { height: a, width: b, channels: 1 }, channelsFirst: false };
  if (shape.length === 3 && CHANNELS.includes(c))
    return { layout: { height: a, width: b, channels: c }, channelsFirst: false };
  if (shape.length === 3 && CHANNELS.includes(a))
    return { layout: { height: b, width: c, channels: a }, channelsFirst: true };
  const side = Math.sqrt(a);
  const square = shape.length === 1 && bytes && a >= 64 && Number.isInteger(side);
  return { layout: square ? { height: side, width: side, channels: 1 } : null, channelsFirst: false };
}

const leftOutNotes = (leftOut: LeftOut): string[] =>
  leftOut.length === 0 ? [] : [`left out: ${leftOut.join("; ")}`];

/** One array alone: a table without names, whose last column is the label. */
export function tableOf(
  { path, shape, data, dtype }: Omit<PlacedArray, "name">,
  leftOut: LeftOut = [],
): TableSource {
  const [rows = 0, columns = 0] = shape;
  return {
    format: "parquet",
    columns: Array.from({ length: columns }, (_, column) => `column ${column + 1}`),
    dialect: null,
    notes: [`one array of ${dtype}, read as a table`, ...leftOutNotes(leftOut)],
    read: async (visit, watch) => {
      let row = 0;
      const record: TableRecord = {
        path,
        get place() {
          return `row ${row + 1}`;
        },
        number: (column) => data[row * columns + column] ?? NaN,
        isPadded: () => false,
        text: (column) => String(data[row * columns + column] ?? NaN),
      };
      await inPieces(
        rows,
        columns,
        (from, to) => {
          for (row = from; row < to; row++) visit(record);
          watch.progress(to / rows);
        },
        watch.checkpoint,
      );
    },
  };
}

/** Reads IDX, .npy and .npz files and finds what belongs together; one array of two axes alone is a table. */
export async function labelledArrays(
  paths: readonly string[],
  watch: ReadingWatch,
): Promise<{ readonly arrays: LabelledArrays } | { readonly table: TableSource }> {
  const leftOut: LeftOut = [];
  const read = await readArrays(paths, watch, leftOut);
  const [only, second] = read;
  if (only !== undefined && second === undefined) {
    if (only.shape.length === 2) return { table: tableOf(only, leftOut) };
    throw new DataFormatError(
      only.path,
      0,
      "items and their targets in two files, a .npz with both, or one array of two axes",
      [`one array ${shapeWords(only.shape)}`, ...leftOut].join(", "),
    );
  }
  const parts = pair(read, leftOut);
  const [first] = parts;
  const odd = parts.find(
    ({ targets }) => (targets.words === undefined) !== (first?.targets.words === undefined),
  );
  if (first !== undefined && odd !== undefined) {
    throw new DataFormatError(
      odd.targets.path,
      { place: odd.targets.name },
      `targets of ${first.targets.dtype}, as in ${first.targets.name}`,
      odd.targets.dtype,
    );
  }
  if (first === undefined) throw new DataFormatError(paths[0] ?? "", 0, "arrays", "none");
  const shape = first.items.shape.slice(1);
  const targetWidth = valuesOf(first.targets.shape);
  for (const { items, targets } of parts) {
    if (items.shape.slice(1).join() !== shape.join()) {
      throw new DataFormatError(
        items.path,
        { place: items.name },
        `items of shape ${shapeWords(shape)}, as in ${first.items.name}`,
        shapeWords(items.shape.slice(1)),
      );
    }
    if (valuesOf(targets.shape) !== targetWidth) {
      throw new DataFormatError(
        targets.path,
        { place: targets.name },
        `${targetWidth} targets a row`,
        `${valuesOf(targets.shape)}`,
      );
    }
  }
  const features = valuesOf(first.items.shape);
  if (features > MOST_FEATURES)
    throw new DataFormatError(
      first.items.path,
      { place: first.items.name },
      `at most ${MOST_FEATURES} values an item`,
      `${features}`,
    );
  const found = await statisticsOf(parts, features, watch);
  const rows = parts.reduce((sum, { items }) => sum + (items.shape[0] ?? 0), 0);
  const { layout, channelsFirst } = layoutOf(shape, found.whole && found.min >= 0 && found.max <= 255);
  const classes = targetWidth === 1 ? classesOf(parts) : null;
  const { words = null } = first.targets;
  if (words !== null && classes === null) {
    const place = { place: first.targets.name };
    throw new DataFormatError(
      first.targets.path,
      place,
      `labels of at most ${MOST_CLASSES} different words`,
      "more",
    );
  }
  const dtypes = [first.items.dtype, first.targets.dtype];
  const notes = [
    `items ${shapeWords(shape)} of ${dtypes[0] ?? ""}, targets of ${dtypes[1] ?? ""}`,
    ...(channelsFirst ? ["channels come first in the file; they are stored last"] : []),
    ...(parts.length > 1
      ? [`${parts.length} pairs of arrays: ${parts.map(({ items }) => items.name).join(", ")}`]
      : []),
    ...leftOutNotes(leftOut),
  ];
  const likelyClasses = classes !== null && (!first.targets.dtype.includes("float") || classes.length <= 100);
  return {
    arrays: {
      parts,
      rows,
      shape,
      dtype: dtypes[0] ?? "",
      layout,
      channelsFirst,
      targetWidth,
      words,
      classes,
      likelyClasses,
      ...found,
      targets: targetsNotFinite(parts, targetWidth),
      notes,
    },
  };
}

async function statisticsOf(parts: readonly Part[], features: number, watch: ReadingWatch) {
  let [count, mean, min, max, whole, missing, infinite] = [0, 0, Infinity, -Infinity, true, 0, 0];
  let [firstMissing, firstInfinite] = ["", ""];
  for (const { items } of parts) {
    const { data, name } = items;
    const place = (i: number): string =>
      `${name}, item ${Math.floor(i / features) + 1}, value ${(i % features) + 1}`;
    await inPieces(
      items.shape[0] ?? 0,
      features,
      (from, to) => {
        for (let i = from * features; i < to * features; i++) {
          const value = data[i] ?? NaN;
          if (Number.isNaN(value)) {
            if (missing++ === 0) firstMissing = place(i);
          } else if (!holdsInFloat32(value)) {
            if (infinite++ === 0) firstInfinite = place(i);
          } else {
            mean += (value - mean) / ++count;
            if (value < min) min = value;
            if (value > max) max = value;
            if (whole && !Number.isInteger(value)) whole = false;
          }
        }
      },
      watch.checkpoint,
    );
  }
  const none = count === 0;
  return {
    min: none ? NaN : min,
    max: none ? NaN : max,
    mean: none ? NaN : mean,
    whole,
    missing,
    infinite,
    firstMissing,
    firstInfinite,
  };
}

function targetsNotFinite(parts: readonly Part[], width: number): NotFinite {
  let [missing, infinite, firstMissing, firstInfinite] = [0, 0, "", ""];
  for (const { targets } of parts) {
    for (let i = 0; i < targets.data.length; i++) {
      const value = targets.data[i] ?? NaN;
      if (holdsInFloat32(value)) continue;
      const column = width === 1 ? "" : `, value ${(i % width) + 1}`;
      const place = `${targets.name}, row ${Math.floor(i / width) + 1}${column}`;
      if (Number.isNaN(value)) {
        if (missing++ === 0) firstMissing = place;
      } else if (infinite++ === 0) firstInfinite = place;
    }
  }
  return { missing, firstMissing, infinite, firstInfinite };
}

/** Those of the targets that are there, if they are whole numbers or words. */
function classesOf(parts: readonly Part[]): LabelledArrays["classes"] {
  const counts = new Map<number, number>();
  for (const { targets } of parts) {
    for (const value of targets.data) {
      // What is missing is told by itself.
      if (Number.isNaN(value)) continue;
      if (!Number.isInteger(value)) return null;
      counts.set(value, (counts.get(value) ?? 0) + 1);
      if (counts.size > MOST_CLASSES) return null;
    }
  }
  const words = parts[0]?.targets.words;
  const rows = new Map([...counts].map(([value, count]) => [words?.[value] ?? String(value), count]));
  return inOrder(rows.keys()).map((value) => ({ value, rows: rows.get(value) ?? 0 }));
}

/** Items in their order, channels last, and their targets. @throws {RangeError} @throws {DataFormatError} */
export async function collectArrays(
  arrays: LabelledArrays,
  plan: ImportPlan,
  watch: ReadingWatch,
): Promise<Collected> {
  const { parts, shape, whole, min, max, missing, targetWidth } = arrays;
  const features = shape.reduce((product, size) => product * size, 1);
  const bytes = whole && min >= 0 && max <= 255 && (missing === 0 || plan.missing === "drop");
  const values = allocateValues(arrays.rows, features, bytes ? "uint8" : "float32");
  const targets = new Float32Array(arrays.rows * targetWidth);
  const given = new Uint8Array(arrays.rows);
  const classes = plan.target === "classes" ? (arrays.classes ?? []).map(({ value }) => value) : null;
  const places = arrays.words === null ? null : new Map(arrays.words.map((word, place) => [word, place]));
  const classIndex = new Map(
    classes?.map((name, index) => [places === null ? Number(name) : (places.get(name) ?? NaN), index]),
  );
  const [channels = 1, height = 1, width = 1] = shape;
  let rows = 0;
  for (const part of parts) {
    const { data } = part.items;
    await inPieces(
      part.items.shape[0] ?? 0,
      features,
      (from, to) => {
        for (let row = from; row < to; row++) {
          const item = data.subarray(row * features, (row + 1) * features);
          if (plan.missing === "drop") {
            const target = part.targets.data.subarray(row * targetWidth, (row + 1) * targetWidth);
            if (target.some(Number.isNaN) || (missing > 0 && item.some(Number.isNaN))) continue;
          }
          if (arrays.channelsFirst) {
            for (let channel = 0; channel < channels; channel++) {
              for (let pixel = 0; pixel < height * width; pixel++) {
                values[rows * features + pixel * channels + channel] =
                  item[channel * height * width + pixel] ?? NaN;
              }
            }
          } else values.set(item, rows * features);
          for (let k = 0; k < targetWidth; k++) {
            const target = part.targets.data[row * targetWidth + k] ?? NaN;
            if (!holdsInFloat32(target)) {
              throw new DataFormatError(
                part.targets.path,
                { place: `${part.targets.name}, row ${row + 1}` },
                "a finite target that float32 holds",
                String(target),
              );
            }
            targets[rows * targetWidth + k] = classes === null ? target : (classIndex.get(target) ?? NaN);
          }
          given[rows++] = part.split ?? 0;
        }
      },
      watch.checkpoint,
    );
  }
  return {
    rows,
    features,
    values: values.subarray(0, rows * features),
    targets: targets.subarray(0, rows * targetWidth),
    classes,
    targetNames:
      classes ??
      Array.from({ length: targetWidth }, (_, k) => (targetWidth === 1 ? "target" : `target ${k + 1}`)),
    featureNames: plan.layout === null ? Array.from({ length: features }, (_, i) => `value ${i + 1}`) : [],
    layout: plan.layout,
    given: given.subarray(0, rows),
  };
}

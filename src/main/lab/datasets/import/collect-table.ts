import { DataFormatError } from "../../../../core/errors.ts";
import { holdsInFloat32, MOST_FEATURES } from "../../../../shared/experiments/dataset.ts";
import type { ImportPlan } from "../../../../shared/experiments/data-import.ts";
import { isMissing } from "../../../data/csv-dialect.ts";
import type { ReadingWatch, TableRecord, TableSource } from "../../../data/table-source.ts";
import { allocateValues, changedFile, splitNamed, type Collected } from "./collected.ts";
import { categoryOf, MOST_SHOWN_TEXT, type TableScan } from "./scan-table.ts";

/** One column as it becomes features: a number one, a category one a value. */
export interface ColumnEncoding {
  readonly column: number;
  readonly name: string;
  /** The category's values in order, or null for a number. */
  readonly categories: readonly string[] | null;
}

const widthOf = ({ categories }: ColumnEncoding): number => categories?.length ?? 1;

/** Names of features: the column's, or "colour = red" for each value of a category. */
export const featureNamesOf = (encodings: readonly ColumnEncoding[]): string[] =>
  encodings.flatMap(({ name, categories }) => categories?.map((value) => `${name} = ${value}`) ?? [name]);

/** How the features of a plan are encoded. @throws {RangeError} If there are too many. */
export function encodingsOf(
  { columns }: Pick<TableScan, "columns">,
  plan: Pick<ImportPlan, "columns">,
): ColumnEncoding[] {
  const encodings = columns.flatMap((scan, column): ColumnEncoding[] => {
    const choice = plan.columns[column];
    if (choice?.role !== "feature") return [];
    return [{ column, name: scan.name, categories: choice.kind === "category" ? scan.categories() : null }];
  });
  const features = encodings.reduce((sum, encoding) => sum + widthOf(encoding), 0);
  if (features > MOST_FEATURES) {
    throw new RangeError(
      `the columns become ${features} features; expected at most ${MOST_FEATURES}: ignore some`,
    );
  }
  return encodings;
}

/**
 * Writes the features of a row from `at` on; NaN where one is missing.
 *
 * @returns whether none is missing. @throws {DataFormatError} For a category that is not known, and what is no number that
 * float32 holds: only what is written as missing is missing.
 */
export function encodeRow(
  record: TableRecord,
  encodings: readonly ColumnEncoding[],
  values: Uint8Array | Float32Array,
  at: number,
): boolean {
  let [place, whole] = [at, true];
  const refuse = ({ column, name }: ColumnEncoding, expected: string, got: string): DataFormatError => {
    const where = { place: `${record.place}, column ${column + 1} ("${name}")` };
    return new DataFormatError(record.path, where, expected, JSON.stringify(got.slice(0, MOST_SHOWN_TEXT)));
  };
  for (const encoding of encodings) {
    const { column, categories } = encoding;
    if (categories === null) {
      const value = record.number(column);
      if (Number.isNaN(value)) {
        const text = record.text(column);
        if (!isMissing(text)) throw refuse(encoding, "a number, or nothing where it is missing", text);
        whole = false;
      } else if (!holdsInFloat32(value)) {
        throw refuse(encoding, "a finite number that float32 holds", record.text(column));
      }
      values[place++] = value;
      continue;
    }
    const category = categoryOf(record, column);
    const index = category === null ? -1 : placeOf(categories, category);
    if (category !== null && index < 0) {
      throw refuse(encoding, `one of ${categories.slice(0, 8).join(", ")}`, category);
    }
    if (category === null) whole = false;
    for (let i = 0; i < categories.length; i++)
      values[place++] = category === null ? NaN : i === index ? 1 : 0;
  }
  return whole;
}

/** A whole number with a zero before it. */
const PADDED = /^0\d+$/;

/**
 * Where a category stands among those that are known, or -1. Sets without codes such as 01, as all that were imported before
 * those were told from 1, know 01 as 1.
 */
function placeOf(categories: readonly string[], category: string): number {
  const place = categories.indexOf(category);
  if (place >= 0 || !PADDED.test(category) || categories.some((known) => PADDED.test(known))) return place;
  return categories.indexOf(String(Number(category)));
}

/** Reads a table a second time, as its plan says. @throws {DataFormatError} @throws {ExperimentCancelled} */
export async function collectTable(
  source: TableSource,
  scan: TableScan,
  plan: ImportPlan,
  watch: ReadingWatch,
): Promise<Collected> {
  const encodings = encodingsOf(scan, plan);
  const roleOf = (role: string): number[] =>
    [...plan.columns.keys()].filter((column) => plan.columns[column]?.role === role);
  const labels = roleOf("label");
  const [splitColumn] = plan.split.by === "column" ? roleOf("split") : [];
  const classes = plan.target === "classes" ? (scan.columns[labels[0] ?? -1]?.categories() ?? []) : null;
  const classIndex = new Map(classes?.map((name, index) => [name, index]));
  const bytes = encodings.every(({ column, categories }) => {
    const { whole, min, max, missing } = scan.columns[column] ?? { whole: false, min: 0, max: 0, missing: 0 };
    return (
      (categories !== null || (whole && min >= 0 && max <= 255)) && (missing === 0 || plan.missing === "drop")
    );
  });
  const features = encodings.reduce((sum, encoding) => sum + widthOf(encoding), 0);
  const values = allocateValues(scan.rows, features, bytes ? "uint8" : "float32");
  const targets = new Float32Array(scan.rows * labels.length);
  const given = splitColumn === undefined ? null : new Uint8Array(scan.rows);
  let [rows, seen] = [0, 0];
  await source.read((record) => {
    if (seen++ === scan.rows) throw changedFile(record.path);
    let whole = encodeRow(record, encodings, values, rows * features);
    for (const [index, column] of labels.entries()) {
      const category = classes === null ? null : categoryOf(record, column);
      const target =
        classes === null
          ? record.number(column)
          : category === null
            ? NaN
            : (classIndex.get(category) ?? NaN);
      if (Number.isNaN(target)) whole = false;
      targets[rows * labels.length + index] = target;
    }
    if (!whole && plan.missing === "drop") return;
    if (given !== null && splitColumn !== undefined) given[rows] = splitOf(record, splitColumn);
    rows++;
  }, watch);
  if (seen !== scan.rows) throw changedFile(scan.columns[0]?.name ?? "");
  return {
    rows,
    features,
    values: values.subarray(0, rows * features),
    targets: targets.subarray(0, rows * labels.length),
    classes,
    targetNames: classes ?? labels.map((column) => scan.columns[column]?.name ?? ""),
    featureNames: plan.layout === null ? featureNamesOf(encodings) : [],
    layout: plan.layout,
    given: given?.subarray(0, rows) ?? null,
  };
}

function splitOf(record: TableRecord, column: number): 0 | 1 | 2 {
  const split = splitNamed(record.text(column));
  if (split !== null) return split;
  const where = { place: `${record.place}, column ${column + 1}` };
  throw new DataFormatError(
    record.path,
    where,
    "train, valid or test",
    JSON.stringify(record.text(column).slice(0, 40)),
  );
}

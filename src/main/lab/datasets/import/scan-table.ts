import { holdsInFloat32, MOST_CLASSES } from "../../../../shared/experiments/dataset.ts";
import type { ColumnSummary } from "../../../../shared/experiments/data-import.ts";
import { isInfinite, isMissing } from "../../../data/csv-dialect.ts";
import type { ReadingWatch, TableRecord, TableSource } from "../../../data/table-source.ts";

const SHOWN_ROWS = 20;
const SHOWN_COLUMNS = 60;
const SHOWN_VALUES = 12;
export const MOST_SHOWN_TEXT = 60;

/** Values sorted as numbers where all are, else by their characters. */
export function inOrder(names: Iterable<string>): string[] {
  const list = [...names];
  const numbers = list.every((name) => !Number.isNaN(Number(name)));
  return list.sort((a, b) => (numbers ? Number(a) - Number(b) : 0) || (a < b ? -1 : a > b ? 1 : 0));
}

/** Whole numbers that float64 rounds, as keys of 18 digits are: two that differ may become one. */
const isRounded = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

/**
 * What tells a value that is not missing from others: a number however it is written, as long as float64 can tell, but not
 * codes with zeros before them: 01 and 1 are two labels.
 */
const keyOf = (record: TableRecord, column: number, value: number): string | number =>
  Number.isNaN(value) || isRounded(value) || record.isPadded(column) ? record.text(column) : value;

/** The value of a field as a category. */
export function categoryOf(record: TableRecord, column: number): string | null {
  const value = record.number(column);
  const key = keyOf(record, column, value);
  return Number.isNaN(value) && isMissing(String(key)) ? null : String(key);
}

/** Sums up one column, field by field. */
export class ColumnScan {
  readonly name: string;
  missing = 0;
  firstMissing = "";
  words = 0;
  firstWord = "";
  numbers = 0;
  /** Fields that are infinite, or become so as float32. */
  infinite = 0;
  firstInfinite = "";
  min = Infinity;
  max = -Infinity;
  #mean = 0;
  whole = true;
  /** How often each value comes; null from 1,001 different ones on. */
  counts: Map<string | number, number> | null = new Map();

  constructor(name: string) {
    this.name = name;
  }

  add(record: TableRecord, column: number): void {
    const value = record.number(column);
    if (holdsInFloat32(value)) {
      this.numbers++;
      this.#mean += (value - this.#mean) / this.numbers;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
      if (this.whole && !Number.isInteger(value)) this.whole = false;
      if (this.counts !== null) this.#count(keyOf(record, column, value));
      return;
    }
    const text = record.text(column);
    const place = `${record.place}, which holds ${JSON.stringify(text.slice(0, MOST_SHOWN_TEXT))}`;
    if (!Number.isNaN(value) || isInfinite(text)) {
      if (this.infinite++ === 0) this.firstInfinite = place;
      if (this.counts !== null) this.#count(keyOf(record, column, value));
    } else if (isMissing(text)) {
      if (this.missing++ === 0) this.firstMissing = place;
    } else {
      if (this.words++ === 0) this.firstWord = place;
      if (this.counts !== null) this.#count(text);
    }
  }

  #count(value: string | number): void {
    const counts = this.counts;
    if (counts === null) return;
    const before = counts.get(value);
    counts.set(value, (before ?? 0) + 1);
    if (before === undefined && counts.size > MOST_CLASSES) this.counts = null;
  }

  /** The different values in order; empty where there are too many. */
  categories(): string[] {
    return this.counts === null ? [] : inOrder(new Set([...this.counts.keys()].map(String)));
  }

  summary(): ColumnSummary {
    const frequent = [...(this.counts ?? [])].sort(([, a], [, b]) => b - a).slice(0, SHOWN_VALUES);
    return {
      name: this.name,
      values: this.numbers + this.words + this.infinite,
      missing: this.missing,
      firstMissing: this.firstMissing,
      words: this.words,
      firstWord: this.firstWord,
      numbers: this.numbers,
      infinite: this.infinite,
      firstInfinite: this.firstInfinite,
      min: this.numbers === 0 ? NaN : this.min,
      max: this.numbers === 0 ? NaN : this.max,
      mean: this.numbers === 0 ? NaN : this.#mean,
      whole: this.numbers > 0 && this.whole,
      distinct: this.counts?.size ?? null,
      frequent: frequent.map(([value, rows]) => ({ value: String(value).slice(0, MOST_SHOWN_TEXT), rows })),
    };
  }
}

/** Steps in which a column's range is told apart at least, or it is said that there are fewer. */
const FEWEST_STEPS = 1_000;

/**
 * Which columns of numbers lie so far from 0 that float32 rounds most of their differences away, as seconds since 1970 of
 * one hour: float32 holds 2²⁴ steps between 0 and their largest value.
 */
export function coarseNotes(columns: readonly ColumnSummary[]): string[] {
  return columns.flatMap(({ name, min, max, numbers, distinct }) => {
    // Keys of 18 digits may be one number as float64 already.
    if (numbers === 0 || (min === max && (distinct === 1 || !isRounded(max)))) return [];
    const step = 2 ** (Math.floor(Math.log2(Math.max(Math.abs(min), Math.abs(max)))) - 23);
    if (step * FEWEST_STEPS <= max - min) return [];
    return [
      `"${name}", from ${min} to ${max}, is rounded to steps of ${step} as float32: subtract a constant first`,
    ];
  });
}

export interface TableScan {
  readonly rows: number;
  readonly columns: readonly ColumnScan[];
  /** The first rows as they are written. */
  readonly sample: readonly string[][];
}

/** Reads a table once and sums up each column. @throws {DataFormatError} @throws {ExperimentCancelled} */
export async function scanTable(source: TableSource, watch: ReadingWatch): Promise<TableScan> {
  const columns = source.columns.map((name) => new ColumnScan(name));
  const sample: string[][] = [];
  let rows = 0;
  await source.read((record) => {
    for (let column = 0; column < columns.length; column++) columns[column]?.add(record, column);
    if (rows++ < SHOWN_ROWS) {
      sample.push(
        columns.slice(0, SHOWN_COLUMNS).map((_, column) => {
          const text = record.text(column);
          return text.length > MOST_SHOWN_TEXT ? `${text.slice(0, MOST_SHOWN_TEXT)}…` : text;
        }),
      );
    }
  }, watch);
  return { rows, columns, sample };
}

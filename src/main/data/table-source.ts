import type { Dialect } from "../../shared/experiments/data-import.ts";

/** One row of a table; valid until the next. */
export interface TableRecord {
  /** "line 7" of the file that it stands in. */
  readonly place: string;
  readonly path: string;
  /** The field's number; NaN where it holds none. */
  number(column: number): number;
  /** Whether the field is whole digits that begin with a 0, as 01: another label than 1. */
  isPadded(column: number): boolean;
  /** The field as text, without blanks around it. */
  text(column: number): string;
}

/** How far a reading is, and whether it is to stop. */
export interface ReadingWatch {
  /** Throws when it was cancelled. */
  readonly checkpoint: () => void;
  readonly progress: (fraction: number) => void;
}

/** A table of any kind, read row by row as often as wanted. */
export interface TableSource {
  readonly format: "table" | "parquet";
  readonly columns: readonly string[];
  readonly dialect: Dialect | null;
  readonly notes: readonly string[];
  /** @throws {DataFormatError} With file and line. */
  read(visit: (record: TableRecord) => void, watch: ReadingWatch): Promise<void>;
}

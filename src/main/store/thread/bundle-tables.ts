/** A table whose rows belong to runs. */
export interface BundleTable {
  readonly name: string;
  /** Rows are numbered from 0 within their run, in place of ids that mean nothing elsewhere. */
  readonly numbered: boolean;
  /** A column that refers to a numbered table's row. */
  readonly refers: { readonly column: string; readonly table: string } | null;
  /** SELECT of one run's rows in their order; ids are replaced afterwards. */
  readonly from: string;
}

const ofRun = (name: string, order: string): string => `${name} WHERE run_id = ? ORDER BY ${order}`;

/** Every table with a run's rows, those that others refer to first. `series_id` and `rung_id` lead to the run. */
export const BUNDLE_TABLES: readonly BundleTable[] = [
  { name: "cell", numbered: true, refers: null, from: ofRun("cell", "position") },
  {
    name: "timing",
    numbered: false,
    refers: { column: "cell_id", table: "cell" },
    from: ofRun("timing", "recorded_order"),
  },
  {
    name: "gradient_check",
    numbered: false,
    refers: { column: "cell_id", table: "cell" },
    from: ofRun("gradient_check", "recorded_order"),
  },
  { name: "series", numbered: true, refers: null, from: ofRun("series", "id") },
  {
    name: "point",
    numbered: false,
    refers: { column: "series_id", table: "series" },
    from: "point WHERE series_id IN (SELECT id FROM series WHERE run_id = ?) ORDER BY series_id, position",
  },
  { name: "ladder", numbered: false, refers: null, from: ofRun("ladder", "run_id") },
  { name: "rung", numbered: true, refers: null, from: ofRun("rung", "position") },
  {
    name: "rung_sample",
    numbered: false,
    refers: { column: "rung_id", table: "rung" },
    from: "rung_sample WHERE rung_id IN (SELECT id FROM rung WHERE run_id = ?) ORDER BY rung_id, measured_order",
  },
  { name: "report", numbered: false, refers: null, from: ofRun("report", "run_id") },
  { name: "event", numbered: false, refers: null, from: ofRun("event", "id") },
];

/** Said in the first line of a bundle. */
export const BUNDLE_FORMAT = "backprop-lab-bundle";
export const BUNDLE_VERSION = 1;
/** Columns that mean something in one database only. */
export const LOCAL_COLUMNS: readonly string[] = ["id", "run_id", "revision"];
/** Rows of a line: some 100 kB. */
export const BUNDLE_ROWS = 2_000;

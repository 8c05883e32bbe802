import { basename } from "node:path";
import { messageOf } from "../../../core/thrown.ts";
import { counted } from "../../../core/counted.ts";
import { DataFormatError } from "../../../core/errors.ts";
import { readRegularFile } from "../../data/regular-file.ts";
import { fileStamp } from "./file-stamp.ts";
import type { ForeignBatch, RunSource } from "./foreign-run.ts";
import { columnsOf, configOf, flatRow, pointsOfRow, RowRuns, type Row } from "./row-runs.ts";

/** Whole in memory: larger histories come as JSON lines or CSV. */
const MOST_BYTES = 256 * 1024 * 1024;

const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const rowsIn = (value: unknown): readonly Row[] | null =>
  Array.isArray(value) && value.length > 0 && value.every(isRow) ? value : null;

/**
 * One JSON document with a list of rows: W&B's and Trackio's exported history, alone or under "history", "metrics",
 * "logs" or "data", with the run's "config" and "name" beside it.
 */
export class JsonSource implements RunSource {
  readonly format = "JSON";
  readonly path: string;
  readonly #file: string;
  readonly #step: string | null;
  #taken = 0;
  /** Of the file as it was read last. */
  #stamp = "";
  #refused = 0;
  #why = "";

  /** `label` stands for the path where that is only for a moment. */
  constructor(path: string, step: string | null, label = path) {
    this.path = label;
    this.#file = path;
    this.#step = step;
  }

  async *read(): AsyncGenerator<ForeignBatch> {
    const stamp = await fileStamp(this.#file);
    if (stamp === this.#stamp) return;
    const bytes = await readRegularFile(this.#file, MOST_BYTES);
    let document: unknown;
    try {
      document = JSON.parse(bytes.toString("utf8"));
    } catch (error) {
      throw new DataFormatError(this.path, { place: "its text" }, "JSON", messageOf(error));
    }
    const about = isRow(document) ? document : {};
    const rows =
      rowsIn(document) ??
      ["history", "metrics", "logs", "data", "rows"].flatMap((name) => rowsIn(about[name]) ?? []);
    const runs = new RowRuns(`json ${this.path}`, basename(this.path).replace(/\.json$/i, ""));
    const { name, config } = about;
    runs.describe("", {
      ...(typeof name === "string" ? { name } : {}),
      ...(config === undefined ? {} : { config: configOf(config) }),
    });
    const steps = rows.some(
      (row) => columnsOf(Object.keys(flatRow(unpacked(row))), this.#step).step !== null,
    );
    if (!steps) {
      throw new DataFormatError(
        this.path,
        { place: "its rows" },
        "a list of objects with a step each (step, _step, global_step, epoch)",
        rows.length === 0
          ? "no list of objects"
          : `objects of ${Object.keys(rows[0] ?? {})
              .slice(0, 10)
              .join(", ")}`,
      );
    }
    this.#refused = 0;
    for (const row of rows.slice(this.#taken)) {
      const flat = flatRow(unpacked(row));
      const found = pointsOfRow(flat, columnsOf(Object.keys(flat), this.#step));
      if (typeof found === "string") {
        this.#refused++;
        this.#why ||= found;
      } else runs.add(found.run, found.points);
    }
    this.#taken = rows.length;
    yield* runs.take();
    this.#stamp = stamp;
  }

  notes(): readonly string[] {
    return this.#refused === 0
      ? []
      : [`${counted(this.#refused, "row")} left out; of the first, ${this.#why}.`];
  }
}

/** Trackio keeps a step's numbers under "metrics", as an object or as its text. */
function unpacked(row: Row): Row {
  const { metrics, ...rest } = row;
  if (typeof metrics === "string" && metrics.startsWith("{")) {
    try {
      const parsed: unknown = JSON.parse(metrics);
      return isRow(parsed) ? { ...rest, ...parsed } : row;
    } catch {
      return row;
    }
  }
  return isRow(metrics) ? { ...rest, ...metrics } : row;
}

import { basename } from "node:path";
import { DataFormatError } from "../../../core/errors.ts";
import { linesFrom } from "../../data/lines-from.ts";
import { openRegularFile } from "../../data/regular-file.ts";
import { BATCH_POINTS, type ForeignBatch, type RunSource } from "./foreign-run.ts";
import {
  columnsOf,
  configOf,
  flatRow,
  pointsOfRow,
  RowRuns,
  timeOf,
  type Row,
  type RowColumns,
} from "./row-runs.ts";

const MOST_LINE_BYTES = 4 * 1024 * 1024;
const SHOWN_REFUSALS = 5;

const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON lines with a step each, as backprop_lab.py writes them, and others' of that kind; read on where it grows. */
export class JsonLinesSource implements RunSource {
  readonly format = "JSON lines";
  readonly path: string;
  readonly #file: string;
  readonly #step: string | null;
  readonly #runs: RowRuns;
  readonly #refusals: string[] = [];
  #refused = 0;
  #offset = 0;
  #lines = 0;
  #leftBytes = 0;
  /** The run that a line without a name of its own belongs to. */
  #current = "";
  #columns: RowColumns | null = null;
  #names = "";

  /** `label` stands for the path where that is only for a moment. */
  constructor(path: string, step: string | null, label = path) {
    this.path = label;
    this.#file = path;
    this.#step = step;
    this.#runs = new RowRuns(`lines ${label}`, basename(path).replace(/\.(jsonl|ndjson|json)$/i, ""));
  }

  async *read(): AsyncGenerator<ForeignBatch> {
    const file = await openRegularFile(this.#file, Infinity);
    const { handle, sizeBytes } = file;
    try {
      if (sizeBytes < this.#offset) {
        throw new DataFormatError(
          this.path,
          sizeBytes,
          `at least the ${this.#offset} bytes that were read before`,
          `${sizeBytes} bytes: it was written anew; import it again`,
        );
      }
      this.#leftBytes = 0;
      for await (const { bytes, next, ended } of linesFrom(this.path, file, this.#offset, MOST_LINE_BYTES)) {
        // A last line without its end: whole JSON is taken, half a line waits for the rest.
        if (!ended && !isWhole(bytes)) {
          this.#leftBytes = bytes.length;
          break;
        }
        this.#line(bytes);
        this.#offset = next;
        if (this.#runs.count >= BATCH_POINTS) yield* this.#runs.take();
      }
      yield* this.#runs.take();
      // Told also without points: a run that has only begun.
      if (this.#lines > 0 && this.#current !== "") {
        yield { head: this.#runs.headOf(this.#current), points: [], histograms: [], texts: [] };
      }
    } finally {
      await handle.close();
    }
  }

  notes(): readonly string[] {
    const more = this.#refused - this.#refusals.length;
    return [
      ...this.#refusals,
      ...(more > 0 ? [`${more} more lines are left out.`] : []),
      ...(this.#leftBytes > 0
        ? [`The last ${this.#leftBytes} bytes, from byte ${this.#offset} on, are no whole line: not taken.`]
        : []),
    ];
  }

  #line(bytes: Buffer): void {
    this.#lines++;
    const text = bytes.toString("utf8").trim();
    if (text === "") return;
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch {
      if (this.#lines === 1) {
        throw new DataFormatError(
          this.path,
          0,
          "JSON lines: an object a line",
          JSON.stringify(text.slice(0, 40)),
        );
      }
      this.#refuse("is no JSON");
      return;
    }
    if (!isRow(row)) {
      this.#refuse("is no object");
      return;
    }
    const flat = flatRow(row);
    const names = Object.keys(flat).join("\n");
    if (this.#columns === null || names !== this.#names) {
      this.#columns = columnsOf(Object.keys(flat), this.#step);
      this.#names = names;
    }
    if (this.#columns.step === null) {
      this.#describe(row);
      return;
    }
    const found = pointsOfRow(flat, this.#columns);
    if (typeof found === "string") {
      this.#refuse(found);
      return;
    }
    this.#runs.add(found.run === "" ? this.#current : found.run, found.points);
  }

  /** A line without a step says what the run is. */
  #describe(row: Row): void {
    const { run, name, config, started, finished } = row;
    if (typeof run === "string" && run !== "") {
      this.#current = run;
      this.#runs.describe(run, {
        key: `lines ${run}`,
        name: typeof name === "string" && name !== "" ? name : run,
        config: configOf(config),
        startedMs: timeOf(started),
      });
    } else if (config !== undefined) {
      this.#runs.describe(this.#current, { config: configOf(config) });
    } else if (finished === undefined) {
      this.#refuse("has no step");
    }
  }

  #refuse(why: string): void {
    this.#refused++;
    if (this.#refusals.length < SHOWN_REFUSALS) {
      this.#refusals.push(
        `Line ${this.#lines} ${why.startsWith("its") ? `is left out: ${why}` : `${why}: left out`}.`,
      );
    }
  }
}

function isWhole(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}

import { createReadStream } from "node:fs";
import { messageOf } from "../../../core/thrown.ts";
import { basename } from "node:path";
import { parse } from "csv-parse";
import { counted } from "../../../core/counted.ts";
import { DataFormatError } from "../../../core/errors.ts";
import { openRegularFile, type RegularFile } from "../../data/regular-file.ts";
import { fileStamp } from "./file-stamp.ts";
import { BATCH_POINTS, type ForeignBatch, type ReadOptions, type RunSource } from "./foreign-run.ts";
import { columnsOf, numberOf, pointsOfRow, RowRuns, type RowColumns } from "./row-runs.ts";

const MOST_COLUMNS = 5_000;
const MOST_RECORD_BYTES = 16 * 1024 * 1024;
const MOST_HEADER_BYTES = 64 * 1024;
/** So much before the place that was read to tells whether a file was written on or anew. */
const ANCHOR_BYTES = 256;

/** W&B's chart export: a column "run - metric" for each run, with its __MIN and __MAX beside it. */
interface ChartColumn {
  readonly column: string;
  readonly run: string;
  readonly metric: string;
}

function chartColumns(names: readonly string[]): readonly ChartColumn[] {
  return names.flatMap((column): ChartColumn[] => {
    if (!names.includes(`${column}__MIN`) || !names.includes(`${column}__MAX`)) return [];
    const [, run = "", metric = ""] = /^(.*?) - (.*)$/.exec(column) ?? [];
    return run === "" || metric === "" ? [] : [{ column, run, metric }];
  });
}

/** What the first row says. */
interface TableHead {
  readonly header: readonly string[];
  readonly columns: RowColumns;
  readonly charts: readonly ChartColumn[];
}

/** How far a table has been read: it goes on there while what stands before is the same. */
interface Place {
  readonly head: TableHead;
  /** Without the first one. */
  readonly rows: number;
  /** Of the last whole row's end. */
  readonly offset: number;
  /** The file's first bytes, and the last ones before the offset. */
  readonly start: Buffer;
  readonly anchor: Buffer;
}

interface ParsedRow {
  readonly record: string[];
  /** Bytes up to the row's end, from where parsing began. */
  readonly info: { readonly bytes: number };
}

/** Some of a file's bytes. */
async function bytesOf({ handle }: RegularFile, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}

/**
 * A table with a column of steps: a column a metric, or a row a number (metric, value), of one run or with a column that
 * names it; W&B's chart and history exports, Trackio's, TensorBoard's, the lab's own. Where it grows, rows are read on.
 */
export class CsvSource implements RunSource {
  readonly format = "CSV";
  readonly path: string;
  readonly #file: string;
  readonly #step: string | null;
  /** Of the file as it was read last. */
  #stamp = "";
  #place: Place | null = null;
  #taken = 0;
  #refused = 0;
  #why = "";
  /** Of what rows follow; of the end, which may be written on. */
  #damage = "";
  #endDamage = "";

  /** `label` stands for the path where that is only for a moment. */
  constructor(path: string, step: string | null, label = path) {
    this.path = label;
    this.#file = path;
    this.#step = step;
  }

  async *read({ growing = false }: ReadOptions = {}): AsyncGenerator<ForeignBatch> {
    const stamp = await fileStamp(this.#file);
    if (stamp === this.#stamp) return;
    const file = await openRegularFile(this.#file, Infinity);
    try {
      yield* this.#readFile(file, growing);
    } finally {
      await file.handle.close();
    }
    this.#stamp = stamp;
  }

  async *#readFile(file: RegularFile, growing: boolean): AsyncGenerator<ForeignBatch> {
    const { sizeBytes } = file;
    const start = await bytesOf(file, 0, Math.min(sizeBytes, MOST_HEADER_BYTES));
    const place = await this.#placeIn(file, start);
    const from = place?.offset ?? 0;
    const end = growing ? await endOfRows(file, from) : sizeBytes;
    if (growing && end <= from) return;
    let head = place?.head ?? null;
    let [rows, offset] = [place?.rows ?? 0, from];
    const runs = new RowRuns(`csv ${this.path}`, basename(this.path).replace(/\.(csv|tsv|txt)$/i, ""));
    if (place === null) this.#damage = "";
    this.#endDamage = "";
    try {
      for await (const { record: fields, info } of this.#rows(start, from, end)) {
        offset = from + info.bytes;
        this.#damage ||= this.#endDamage;
        this.#endDamage = "";
        if (head === null) {
          head = this.#readHead(fields);
          continue;
        }
        if (rows++ < this.#taken) continue;
        this.#taken = rows;
        this.#take(fields, head, runs);
        if (runs.count >= BATCH_POINTS) yield* runs.take();
      }
    } catch (error) {
      if (error instanceof DataFormatError) throw error;
      throw new DataFormatError(this.path, { place: "its rows" }, "CSV", messageOf(error));
    }
    if (head === null)
      throw new DataFormatError(this.path, 0, "a table with a row of names", "an empty file");
    const anchor = await bytesOf(file, Math.max(0, offset - ANCHOR_BYTES), offset);
    this.#place = { head, rows, offset, start: start.subarray(0, offset), anchor };
    yield* runs.take();
  }

  /** Where to read on; null from the first row: some write the whole table again, with more rows or columns. */
  async #placeIn(file: RegularFile, start: Buffer): Promise<Place | null> {
    const place = this.#place;
    if (place === null || file.sizeBytes < place.offset) return null;
    if (!start.subarray(0, place.start.length).equals(place.start)) return null;
    const anchor = await bytesOf(file, place.offset - place.anchor.length, place.offset);
    return anchor.equals(place.anchor) ? place : null;
  }

  async *#rows(start: Buffer, from: number, end: number): AsyncGenerator<ParsedRow> {
    const source = createReadStream(this.#file, { start: from, ...(end > 0 ? { end: end - 1 } : {}) });
    const parser = source.pipe(
      parse({
        bom: from === 0,
        delimiter: delimiterOf(start.toString("utf8").split(/\r?\n/, 1)[0] ?? ""),
        info: true,
        relax_column_count: true,
        skip_empty_lines: true,
        max_record_size: MOST_RECORD_BYTES,
        skip_records_with_error: true,
        on_skip: (error) => {
          this.#endDamage ||= error?.message ?? "";
        },
      }),
    );
    source.on("error", (error) => parser.destroy(error));
    try {
      yield* parser as AsyncIterable<ParsedRow>;
    } finally {
      parser.destroy();
      source.destroy();
    }
  }

  #readHead(fields: readonly string[]): TableHead {
    const header = fields.slice(0, MOST_COLUMNS).map((name) => name.trim());
    const columns = columnsOf(header, this.#step);
    if (columns.step !== null) return { header, columns, charts: chartColumns(header) };
    throw new DataFormatError(
      this.path,
      { place: "its first row" },
      `a column of steps${this.#step === null ? ": step, _step, Step, global_step, epoch" : ` named ${this.#step}`}`,
      header
        .slice(0, 12)
        .map((name) => JSON.stringify(name.slice(0, 40)))
        .join(", "),
    );
  }

  #take(fields: readonly string[], { header, columns, charts }: TableHead, runs: RowRuns): void {
    if (fields.length !== header.length) {
      this.#refuse(`it has ${fields.length} fields where the first row has ${header.length}`);
      return;
    }
    const row = Object.fromEntries(header.map((name, i) => [name, unescaped(fields[i] ?? "")]));
    const found = pointsOfRow(row, columns);
    if (typeof found === "string") {
      this.#refuse(`${found} (row ${this.#taken + 1})`);
      return;
    }
    if (charts.length === 0) runs.add(found.run, found.points);
    for (const { column, run, metric } of charts) {
      const value = numberOf(row[column]);
      const [first] = found.points;
      const step = first?.step ?? numberOf(row[columns.step ?? ""]) ?? 0;
      if (value !== null) runs.add(run, [{ name: metric, step, value, timeMs: null, epoch: null }]);
    }
  }

  notes(): readonly string[] {
    const damage = this.#damage || this.#endDamage;
    return [
      ...(this.#refused === 0
        ? []
        : [`${counted(this.#refused, "row")} left out; of the first, ${this.#why}.`]),
      ...(damage === "" ? [] : [`Rows that are no CSV are left out: ${damage}.`]),
    ];
  }

  #refuse(why: string): void {
    this.#refused++;
    this.#why ||= why;
  }
}

/** What the lab's own CSV escapes for spreadsheets. */
const unescaped = (field: string): string => (/^'[=+\-@]/.test(field) ? field.slice(1) : field);

/** Behind the last row that has its end: what is being written waits for it. */
async function endOfRows(file: RegularFile, from: number): Promise<number> {
  const tailAt = Math.max(from, file.sizeBytes - MOST_RECORD_BYTES);
  const tail = await bytesOf(file, tailAt, file.sizeBytes);
  return tailAt + tail.lastIndexOf("\n") + 1;
}

/** The separator that the first row has most of. */
function delimiterOf(line: string): string {
  const count = (mark: string): number => line.split(mark).length;
  return [",", "\t", ";"].sort((a, b) => count(b) - count(a))[0] ?? ",";
}

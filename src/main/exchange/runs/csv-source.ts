import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { parse } from "csv-parse";
import { counted } from "../../../core/counted.ts";
import { DataFormatError } from "../../../core/errors.ts";
import { openRegularFile } from "../../data/regular-file.ts";
import { BATCH_POINTS, type ForeignBatch, type ReadOptions, type RunSource } from "./foreign-run.ts";
import { columnsOf, numberOf, pointsOfRow, RowRuns, type RowColumns } from "./row-runs.ts";

const MOST_COLUMNS = 5_000;
const MOST_RECORD_BYTES = 16 * 1024 * 1024;

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

/**
 * A table with a column of steps: a column a metric, or a row a number (metric, value), of one run or with a column that
 * names it; W&B's chart and history exports, Trackio's, TensorBoard's, the lab's own. Where it grows, rows are read on.
 */
export class CsvSource implements RunSource {
  readonly format = "CSV";
  readonly path: string;
  readonly #file: string;
  readonly #step: string | null;
  #taken = 0;
  #refused = 0;
  #why = "";
  #damage = "";

  /** `label` stands for the path where that is only for a moment. */
  constructor(path: string, step: string | null, label = path) {
    this.path = label;
    this.#file = path;
    this.#step = step;
  }

  async *read({ growing = false }: ReadOptions = {}): AsyncGenerator<ForeignBatch> {
    const { handle, sizeBytes } = await openRegularFile(this.#file, Infinity);
    const start = Buffer.alloc(Math.min(sizeBytes, 64 * 1024));
    await handle.read(start, 0, start.length, 0);
    const tail = Buffer.alloc(growing ? Math.min(sizeBytes, MOST_RECORD_BYTES) : 0);
    await handle.read(tail, 0, tail.length, sizeBytes - tail.length);
    await handle.close();
    // A row that is being written has no end yet.
    const end = growing ? sizeBytes - tail.length + tail.lastIndexOf("\n") + 1 : sizeBytes;
    if (growing && end === 0) return;
    const delimiter = delimiterOf(start.toString("utf8").split(/\r?\n/, 1)[0] ?? "");
    const runs = new RowRuns(`csv ${this.path}`, basename(this.path).replace(/\.(csv|tsv|txt)$/i, ""));
    const source = createReadStream(this.#file, { start: 0, ...(end > 0 ? { end: end - 1 } : {}) });
    const parser = source.pipe(
      parse({
        bom: true,
        delimiter,
        relax_column_count: true,
        skip_empty_lines: true,
        max_record_size: MOST_RECORD_BYTES,
        skip_records_with_error: true,
        on_skip: (error) => {
          this.#damage ||= error?.message ?? "";
        },
      }),
    );
    source.on("error", (error) => parser.destroy(error));
    let [header, columns, charts]: [string[] | null, RowColumns | null, readonly ChartColumn[]] = [
      null,
      null,
      [],
    ];
    let index = 0;
    this.#damage = "";
    try {
      for await (const fields of parser as AsyncIterable<string[]>) {
        if (header === null || columns === null) {
          header = fields.slice(0, MOST_COLUMNS).map((name) => name.trim());
          columns = columnsOf(header, this.#step);
          charts = chartColumns(header);
          if (columns.step === null) {
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
          continue;
        }
        if (index++ < this.#taken) continue;
        this.#taken = index;
        if (fields.length !== header.length) {
          this.#refuse(`it has ${fields.length} fields where the first row has ${header.length}`);
          continue;
        }
        const row = Object.fromEntries(header.map((name, i) => [name, unescaped(fields[i] ?? "")]));
        const found = pointsOfRow(row, columns);
        if (typeof found === "string") {
          this.#refuse(`${found} (row ${index + 1})`);
          continue;
        }
        if (charts.length === 0) runs.add(found.run, found.points);
        for (const { column, run, metric } of charts) {
          const value = numberOf(row[column]);
          const [first] = found.points;
          const step = first?.step ?? numberOf(row[columns.step ?? ""]) ?? 0;
          if (value !== null) runs.add(run, [{ name: metric, step, value, timeMs: null, epoch: null }]);
        }
        if (runs.count >= BATCH_POINTS) yield* runs.take();
      }
    } catch (error) {
      if (error instanceof DataFormatError) throw error;
      throw new DataFormatError(
        this.path,
        { place: "its rows" },
        "CSV",
        error instanceof Error ? error.message : String(error),
      );
    } finally {
      parser.destroy();
      source.destroy();
    }
    if (header === null)
      throw new DataFormatError(this.path, 0, "a table with a row of names", "an empty file");
    yield* runs.take();
  }

  notes(): readonly string[] {
    return [
      ...(this.#refused === 0
        ? []
        : [`${counted(this.#refused, "row")} left out; of the first, ${this.#why}.`]),
      ...(this.#damage === "" ? [] : [`Rows that are no CSV are left out: ${this.#damage}.`]),
    ];
  }

  #refuse(why: string): void {
    this.#refused++;
    this.#why ||= why;
  }
}

/** What the lab's own CSV escapes for spreadsheets. */
const unescaped = (field: string): string => (/^'[=+\-@]/.test(field) ? field.slice(1) : field);

/** The separator that the first row has most of. */
function delimiterOf(line: string): string {
  const count = (mark: string): number => line.split(mark).length;
  return [",", "\t", ";"].sort((a, b) => count(b) - count(a))[0] ?? ",";
}

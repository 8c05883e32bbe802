import { readdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { counted } from "../../../core/counted.ts";
import { linesFrom } from "../../data/lines-from.ts";
import { openRegularFile, readRegularFile } from "../../data/regular-file.ts";
import { fileStamp } from "./file-stamp.ts";
import {
  BATCH_POINTS,
  MOST_SERIES,
  type ForeignBatch,
  type ForeignHead,
  type ForeignPoint,
  type ReadOptions,
  type RunSource,
} from "./foreign-run.ts";
import { configOf, numberOf } from "./row-runs.ts";

const MOST_TEXT_BYTES = 64 * 1024;
const MOST_LINE_BYTES = 4_096;
const MOST_DEPTH = 8;

/** Plain files under a folder, by their path in it; links are not followed. */
async function filesUnder(root: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    if (depth > MOST_DEPTH || found.length > MOST_SERIES) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path, depth + 1);
      else if (entry.isFile()) found.push(relative(root, path).replaceAll("\\", "/"));
    }
  };
  await walk(root, 0);
  return found.sort();
}

/** How far a metric's file has been read. */
interface Taken {
  readonly lines: number;
  /** Of the last whole line's end. */
  readonly offset: number;
  /** Of the file as it was read last. */
  readonly stamp: string;
}
const NOTHING: Taken = { lines: 0, offset: 0, stamp: "" };

/** A run's folder as MLflow keeps it: a file a metric with "time value step" a line, a file a parameter, meta.yaml. */
export class MlflowSource implements RunSource {
  readonly format = "MLflow";
  readonly path: string;
  readonly #folder: string;
  readonly #taken = new Map<string, Taken>();
  #refused = 0;

  constructor(path: string, label = path) {
    this.path = label;
    this.#folder = path;
  }

  async *read({ growing = false }: ReadOptions = {}): AsyncGenerator<ForeignBatch> {
    let head: ForeignHead | null = null;
    for (const name of await filesUnder(join(this.#folder, "metrics"))) {
      const path = join(this.#folder, "metrics", name);
      const stamp = await fileStamp(path);
      if (stamp === this.#taken.get(name)?.stamp) continue;
      head ??= await this.#head();
      yield* this.#readMetric({ name, path, head, growing });
      this.#taken.set(name, { ...(this.#taken.get(name) ?? NOTHING), stamp });
    }
  }

  async *#readMetric({
    name,
    path,
    head,
    growing,
  }: {
    readonly name: string;
    readonly path: string;
    readonly head: ForeignHead;
    readonly growing: boolean;
  }): AsyncGenerator<ForeignBatch> {
    const taken = this.#taken.get(name) ?? NOTHING;
    const file = await openRegularFile(path, Infinity);
    try {
      // Shorter than before it was written anew: its lines are counted from the first.
      const anew = file.sizeBytes < taken.offset;
      let line = anew ? 0 : taken.lines;
      let points: ForeignPoint[] = [];
      for await (const { bytes, next, ended } of linesFrom(
        path,
        file,
        anew ? 0 : taken.offset,
        MOST_LINE_BYTES,
      )) {
        if (!ended && growing) break;
        if (line++ < taken.lines) continue;
        this.#taken.set(name, { lines: line, offset: next, stamp: "" });
        const [time, value, step] = bytes.toString("utf8").trim().split(/\s+/).map(numberOf);
        if (value === null || value === undefined || !Number.isSafeInteger(step ?? 0)) {
          this.#refused++;
          continue;
        }
        points.push({ name, step: step ?? line - 1, value, timeMs: time ?? null, epoch: null });
        if (points.length < BATCH_POINTS) continue;
        yield { head, points, histograms: [], texts: [] };
        points = [];
      }
      yield { head, points, histograms: [], texts: [] };
    } finally {
      await file.handle.close();
    }
  }

  notes(): readonly string[] {
    return this.#refused === 0 ? [] : [`${counted(this.#refused, "line")} left out: no "time value step".`];
  }

  async #head(): Promise<ForeignHead> {
    const text = async (...parts: string[]): Promise<string> =>
      (
        await readRegularFile(join(this.#folder, ...parts), MOST_TEXT_BYTES).catch(() => Buffer.alloc(0))
      ).toString("utf8");
    const meta = await text("meta.yaml");
    // Flat "key: value" lines are all that MLflow writes here.
    const said = (key: string): string =>
      (new RegExp(`^${key}:[ \\t]*(.*)$`, "m").exec(meta)?.[1] ?? "").trim().replace(/^(['"])(.*)\1$/, "$2");
    const config: Record<string, string | number> = {};
    for (const name of await filesUnder(join(this.#folder, "params"))) {
      const value = (await text("params", name)).trim();
      config[name] = numberOf(value) ?? value;
    }
    const tag = (await text("tags", "mlflow.runName")).trim();
    const name = tag || said("run_name") || basename(this.#folder);
    return {
      key: `mlflow ${said("run_id") || said("run_uuid") || this.path}`,
      name,
      config: configOf(config),
      startedMs: numberOf(said("start_time")),
    };
  }
}

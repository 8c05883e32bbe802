import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import { readRegularFile } from "../../data/regular-file.ts";
import { EventSource, isEventFile } from "../tensorboard/event-source.ts";
import { CsvSource } from "./csv-source.ts";
import type { RunSource } from "./foreign-run.ts";
import { JsonLinesSource } from "./json-lines-source.ts";
import { JsonSource } from "./json-source.ts";
import { MlflowSource } from "./mlflow-source.ts";

const MOST_DEPTH = 12;
const MOST_ENTRIES = 100_000;
const MOST_SOURCES = 5_000;

export const RUN_FORMATS =
  "event files of TensorBoard, MLflow's run folders, JSON lines, JSON and CSV with a step each (W&B, Trackio, pandas)";

/** Runs of a file or folder, ready to be read. @throws {ContractError} If there are none. @throws {Error} If it is not there. */
export async function findSources(
  given: string,
  step: string | null,
  label: (path: string) => string = (path) => path,
): Promise<readonly RunSource[]> {
  const path = await realpath(given);
  if (!(await stat(path)).isDirectory()) return [await sourceOfFile(path, step, label)];
  const sources: RunSource[] = [];
  let entries = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    if (depth > MOST_DEPTH) return;
    // Links are left alone: they could lead anywhere, and round in circles.
    const found = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    entries += found.length;
    if (entries > MOST_ENTRIES || sources.length > MOST_SOURCES) {
      throw new ContractError(
        `${path} holds more than ${MOST_ENTRIES} files or ${MOST_SOURCES} runs: choose a folder further inside`,
      );
    }
    const files = found.filter((entry) => entry.isFile()).map(({ name }) => name);
    const folders = found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const name = relative(dirname(path), folder).replaceAll("\\", "/");
    if (folders.includes("metrics") && (files.includes("meta.yaml") || folders.includes("params"))) {
      sources.push(new MlflowSource(folder, label(folder)));
      return;
    }
    if (files.some(isEventFile)) sources.push(new EventSource(folder, name, { label: label(folder) }));
    for (const file of files) {
      if (/\.(jsonl|ndjson)$/i.test(file))
        sources.push(new JsonLinesSource(join(folder, file), step, label(join(folder, file))));
      else if (/\.(csv|tsv)$/i.test(file))
        sources.push(new CsvSource(join(folder, file), step, label(join(folder, file))));
    }
    for (const inner of folders) await walk(join(folder, inner), depth + 1);
  };
  await walk(path, 0);
  if (sources.length > 0) return sources;
  throw new ContractError(`${path} holds no runs that can be read: expected ${RUN_FORMATS}`);
}

async function sourceOfFile(
  path: string,
  step: string | null,
  labelOf: (path: string) => string,
): Promise<RunSource> {
  const [label, folder] = [labelOf(path), dirname(path)];
  if (isEventFile(path))
    return new EventSource(folder, basename(folder), { only: basename(path), label: labelOf(folder) });
  if (/\.(jsonl|ndjson)$/i.test(path)) return new JsonLinesSource(path, step, label);
  if (/\.(csv|tsv|txt)$/i.test(path)) return new CsvSource(path, step, label);
  if (/\.json$/i.test(path))
    return (await isJsonLines(path))
      ? new JsonLinesSource(path, step, label)
      : new JsonSource(path, step, label);
  if (basename(path) === "meta.yaml") return new MlflowSource(folder, labelOf(folder));
  throw new ContractError(`${path} is no file of runs: expected ${RUN_FORMATS}`);
}

/** Many tools call JSON lines .json: its first line is a whole object. */
async function isJsonLines(path: string): Promise<boolean> {
  const text = (await readRegularFile(path, 256 * 1024 * 1024)).toString("utf8");
  const [first = "", second = ""] = text.split("\n", 2);
  try {
    JSON.parse(first);
    return first.trim().startsWith("{") && second.trim() !== "";
  } catch {
    return false;
  }
}

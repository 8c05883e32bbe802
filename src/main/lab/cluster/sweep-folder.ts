import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { messageLine } from "../../../core/thrown.ts";
import { copyFile, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { ContractError } from "../../../core/errors.ts";
import { issueAt } from "../../../shared/ipc/issue-words.ts";
import { replaceFile } from "../../data/replace-file.ts";
import { COMMAND_NAME } from "../../place/command-name.ts";
import {
  aliveSchema,
  collectedLineSchema,
  failureSchema,
  goneSchema,
  jobLineSchema,
  planHeadSchema,
  plannedTrainingSchema,
  seenQueueSchema,
  sweepOrderSchema,
  type Alive,
  type CollectedLine,
  type Failure,
  type Gone,
  type JobLine,
  type PlanHead,
  type PlannedTraining,
  type SeenQueue,
  type SweepOrder,
} from "./sweep-files.ts";

/** Folders of a sweep that tasks write to. */
export const TASK_FOLDERS = ["done", "state", "failed", "alive", "log"] as const;
const NAME_DIGITS = 4;

export const indexName = (index: number): string => String(index).padStart(NAME_DIGITS, "0");

/**
 * A sweep's folder. Nothing but its files is the truth: what has its name is whole, because it was written under
 * another one first.
 */
export class SweepFolder {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  at(...names: readonly string[]): string {
    return join(this.dir, ...names);
  }

  bundle(kind: "done" | "state", index: number): string {
    return this.at(kind, `${indexName(index)}.bundle.gz`);
  }

  get exists(): boolean {
    return existsSync(this.at("sweep.json"));
  }

  /** @throws {ContractError} If the folder holds no sweep, or one of another version. */
  order(): SweepOrder {
    const path = this.at("sweep.json");
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      throw new ContractError(
        `${this.dir} is no folder of a sweep: ${messageLine(error)}. Name the folder that "${COMMAND_NAME} sweep SWEEP.json --on slurm" has made.`,
        { cause: error },
      );
    }
    return parsed(sweepOrderSchema, text, path);
  }

  /** @throws {ContractError} If the plan is damaged. */
  planHeads(): readonly PlanHead[] {
    return lines(planHeadSchema, this.at("plan.jsonl"), { whole: true });
  }

  /** Some trainings of the plan. @throws {ContractError} If one is missing. */
  planned(indices: readonly number[]): readonly PlannedTraining[] {
    const path = this.at("plan.jsonl");
    const all = readFileSync(path, "utf8").split("\n");
    return indices.map((index) =>
      parsed(plannedTrainingSchema, all[index] ?? "", `${path}, line ${index + 1}`),
    );
  }

  jobs(): readonly JobLine[] {
    return lines(jobLineSchema, this.at("jobs.jsonl"));
  }

  addJob(line: JobLine): void {
    addLine(this.at("jobs.jsonl"), line);
  }

  /** Indices of the trainings that a database has taken; of `states` what they had, since they were last submitted. */
  collectedBy(database: string): {
    readonly done: ReadonlySet<number>;
    readonly states: ReadonlySet<number>;
  } {
    const submittedAt = this.jobs().at(-1)?.at ?? "";
    const done = new Set<number>();
    const states = new Set<number>();
    for (const { index, database: by, at, unfinished } of lines(
      collectedLineSchema,
      this.at("collected.jsonl"),
    )) {
      if (by !== database) continue;
      if (!unfinished) done.add(index);
      else if (at >= submittedAt) states.add(index);
    }
    return { done, states };
  }

  /** Begins to keep what is collected, one line after another. */
  collecting(): (line: CollectedLine) => void {
    const path = this.at("collected.jsonl");
    // Once for 10,000 lines: a crash that cuts one off ends the process that writes them.
    endLine(path);
    return (line) => appendFileSync(path, `${JSON.stringify(line)}\n`);
  }

  /** Indices of files that are whole in one of the folders. */
  indices(kind: "done" | "state" | "failed"): ReadonlySet<number> {
    const end = kind === "failed" ? /^(\d+)\.json$/ : /^(\d+)\.bundle\.gz$/;
    return new Set(
      namesIn(this.at(kind)).flatMap((name) => {
        const [, index] = end.exec(name) ?? [];
        return index === undefined ? [] : [Number(index)];
      }),
    );
  }

  failure(index: number): Failure | null {
    return readOr(failureSchema, this.at("failed", `${indexName(index)}.json`));
  }

  alive(task: number): Alive | null {
    return readOr(aliveSchema, this.at("alive", `${task}.json`));
  }

  /** Null where Slurm was never heard. */
  seenQueue(): SeenQueue | null {
    return readOr(seenQueueSchema, this.at("queue.json"));
  }

  async writeSeenQueue(seen: SeenQueue): Promise<void> {
    await replaceFile(this.at("queue.json"), (file) => file.writeFile(JSON.stringify(seen)));
  }

  gone(): Gone {
    return readOr(goneSchema, this.at("gone.json")) ?? {};
  }

  async writeGone(gone: Gone): Promise<void> {
    await replaceFile(this.at("gone.json"), (file) => file.writeFile(JSON.stringify(gone)));
  }

  /** The newest log of a task: file and text; null where it has none. */
  log(task: number): { readonly file: string; readonly text: string } | null {
    const end = `_${task}.txt`;
    const [newest] = namesIn(this.at("log"))
      .filter((name) => name.endsWith(end))
      .sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10));
    if (newest === undefined) return null;
    return { file: this.at("log", newest), text: readFileSync(this.at("log", newest), "utf8") };
  }
}

/** Publishes files of one attempt of a task: two attempts at once never write to the same file. */
export class Publisher {
  readonly #suffix: string;

  /** @param attempt Job and attempt, of which no other has both. */
  constructor(attempt: string) {
    this.#suffix = `.${attempt}.part`;
  }

  /** Copies a file that is whole to its place. */
  async file(from: string, to: string): Promise<void> {
    const part = `${to}${this.#suffix}`;
    try {
      await copyFile(from, part);
      const handle = await open(part, "r+");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, to);
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async json(value: unknown, to: string): Promise<void> {
    const part = `${to}${this.#suffix}`;
    const handle = await open(part, "w");
    try {
      await handle.writeFile(JSON.stringify(value));
    } finally {
      await handle.close();
    }
    await rename(part, to);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not there, so nothing is in it.
    return [];
  }
}

function parsed<S extends v.GenericSchema>(schema: S, text: string, place: string): v.InferOutput<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ContractError(`${place} cannot be read as JSON: ${messageLine(error)}`, { cause: error });
  }
  const checked = v.safeParse(schema, json);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  throw new ContractError(`${place}: ${issueAt(issue)}`);
}

/** A small file that another process replaces: null where it is not there or was not written by this version. */
function readOr<S extends v.GenericSchema>(schema: S, path: string): v.InferOutput<S> | null {
  try {
    return v.parse(schema, JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

/** @param options.whole Every line must be right; otherwise one that a crash has cut off is passed over. */
function lines<S extends v.GenericSchema>(
  schema: S,
  path: string,
  { whole = false }: { readonly whole?: boolean } = {},
): readonly v.InferOutput<S>[] {
  if (!existsSync(path) && !whole) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line, i) => {
      if (line === "") return [];
      if (whole) return [parsed(schema, line, `${path}, line ${i + 1}`)];
      try {
        return [v.parse(schema, JSON.parse(line))];
      } catch {
        return [];
      }
    });
}

/** On a line of its own, also behind one that a crash has cut off. */
function addLine(path: string, value: unknown): void {
  endLine(path);
  appendFileSync(path, `${JSON.stringify(value)}\n`);
}

function endLine(path: string): void {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (text !== "" && !text.endsWith("\n")) appendFileSync(path, "\n");
}

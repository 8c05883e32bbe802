import { existsSync, readFileSync } from "node:fs";
import { messageLine } from "../../../core/thrown.ts";
import { rm, symlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { makeFolder } from "../../data/make-folder.ts";
import { ContractError } from "../../../core/errors.ts";
import { storedDatasetSchema } from "../../../shared/experiments/stored-dataset.ts";
import { STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { networkOf } from "../../../shared/specs/network-spec.ts";
import { readWeightsFile } from "../../exchange/weights/read-weights-file.ts";
import type { StartedRun } from "../activity/experiment.ts";
import type { GivenParameters } from "../compute/network-setup.ts";
import { indicesOf } from "./array-tasks.ts";
import type { ClusterServices } from "./cluster-services.ts";
import { specHash } from "./prepare-sweep.ts";
import type { PlannedTraining, SweepOrder } from "./sweep-files.ts";
import { indexName, Publisher, type SweepFolder } from "./sweep-folder.ts";

const ALIVE_EVERY_MS = 15_000;

/** Why a task ends early: its time is nearly up, so that it comes back; or somebody has ended it, so that it does not. */
export type StopWish = "time" | "end" | null;

export interface TaskHost {
  readonly folder: SweepFolder;
  readonly task: number;
  /** Of this attempt alone, on a disk of this machine. */
  readonly scratch: string;
  /** "JOB.RESTARTS": no other attempt has it. */
  readonly attempt: string;
  readonly node: string;
  readonly stopWish: () => StopWish;
  /** A line of the task's log. */
  readonly say: (line: string) => void;
}

/** How a task ended: all its trainings are there, some failed, or it was stopped. */
export type TaskEnd = "whole" | "failed" | "stopped";

/** One attempt of a task of a sweep: trains what is not there yet, and publishes each training when it is whole. */
export class SweepTask {
  readonly #lab: ClusterServices;
  readonly #host: TaskHost;
  readonly #order: SweepOrder;
  readonly #publisher: Publisher;
  #loss: number | null = null;

  constructor(lab: ClusterServices, host: TaskHost) {
    this.#lab = lab;
    this.#host = host;
    this.#order = host.folder.order();
    this.#publisher = new Publisher(host.attempt);
  }

  /** @throws {ContractError} If there is no such task, or the plan is damaged. */
  async run(): Promise<TaskEnd> {
    const { folder, task, say, stopWish } = this.#host;
    const { chunk, trainings } = this.#order;
    await this.#bringDatasets();
    let failed = 0;
    for (const training of folder.planned(indicesOf(task, chunk, trainings))) {
      if (stopWish() !== null) return "stopped";
      const { index, note } = training;
      const name = `${indexName(index)} (${note})`;
      if (existsSync(folder.bundle("done", index))) {
        // Left by an attempt that ended just after it was done.
        await rm(folder.bundle("state", index), { force: true });
        say(`${name}: there already`);
        continue;
      }
      try {
        const run = await this.#train(training, name);
        if (run.status === "cancelled" || run.status === "interrupted") return "stopped";
        if (run.status === "failed" && !this.#diverged(run)) failed++;
      } catch (error) {
        failed++;
        await this.#fail(training, messageLine(error), false);
        say(`${name}: failed: ${messageLine(error)}`);
      }
    }
    return failed === 0 ? "whole" : "failed";
  }

  async #train(training: PlannedTraining, name: string): Promise<RunSummary> {
    const { folder, say } = this.#host;
    const { index } = training;
    const started = await this.#begin(training, name);
    const ended = await this.#watched(training, started);
    switch (ended.status) {
      case "finished":
        await this.#publishDone(index, ended.id);
        await rm(folder.at("failed", `${indexName(index)}.json`), { force: true });
        say(`${name}: finished`);
        return ended;
      case "failed": {
        const final = this.#diverged(ended);
        // The same spec diverges again: that is its result, and it comes back with all that it recorded.
        if (final) await this.#publishDone(index, ended.id);
        else await this.#keepState(index, ended.id);
        await this.#fail(training, ended.failure ?? "it failed", final);
        say(`${name}: failed: ${ended.failure ?? ""}`);
        return ended;
      }
      case "cancelled":
      case "interrupted":
      case "running":
        await this.#publishState(index, ended.id);
        say(`${name}: stopped, its state is kept`);
        return ended;
    }
  }

  /** Starts a training, or goes on where an earlier attempt has left it. @throws {ContractError} */
  async #begin(training: PlannedTraining, name: string): Promise<StartedRun> {
    const { say } = this.#host;
    const { threads, name: sweep } = this.#order;
    const { spec, run, index } = training;
    if (specHash(spec) !== training.sha256) {
      throw new ContractError(
        "plan.jsonl was changed after the sweep was made: the training is not what its id says. Make the sweep anew",
      );
    }
    const given = await this.#given(training);
    const { id } = this.#lab.training.identify({ spec, threads, given, sweep });
    if (id !== run) {
      const { kernels, kernelsHash, appVersion } = this.#lab.code;
      throw new ContractError(
        `this node would compute run ${id} instead of ${run}: version ${appVersion}, kernels ${kernels} (${kernelsHash}); the sweep was made with ${this.#order.code.appVersion}, ${this.#order.kernels} (${this.#order.code.kernelsHash})`,
      );
    }
    if (await this.#takeState(index)) {
      say(`${name}: goes on`);
      return this.#lab.training.resume({ runId: run, given });
    }
    say(`${name}: begins`);
    return this.#lab.training.start({ spec, threads, given, sweep });
  }

  /** @returns whether an earlier attempt has left a state that can be read. */
  async #takeState(index: number): Promise<boolean> {
    const { folder, say } = this.#host;
    const path = folder.bundle("state", index);
    if (!existsSync(path)) return false;
    const [bundle] = await this.#lab.runs.importEach([path]);
    if (bundle?.runs?.cancelled === false) return true;
    say(`${path} cannot be read, so the training begins anew: ${bundle?.failure ?? ""}`);
    return false;
  }

  async #given({ weights, spec }: PlannedTraining): Promise<GivenParameters | null> {
    if (weights === null) return null;
    return (await readWeightsFile(this.#host.folder.at(weights), networkOf(spec))).parameters;
  }

  /** Waits for a training's end; meanwhile its state is published, and that it is alive. */
  async #watched({ index }: PlannedTraining, { runId, done }: StartedRun): Promise<RunSummary> {
    const { say, stopWish } = this.#host;
    // A wish that came while it began has found nothing to cancel.
    if (stopWish() !== null) this.#lab.cancel();
    this.#loss = null;
    let publishing: Promise<void> = Promise.resolve();
    const inTurn = (body: () => Promise<void>) => () => {
      publishing = publishing.then(body).catch((error: unknown) => {
        say(`nothing could be written to the sweep's folder, it is tried again: ${messageLine(error)}`);
      });
    };
    const tellAlive = inTurn(() => this.#publishAlive(index));
    const stop = this.#lab.subscribe((event) => {
      if (event.name !== "trainingMetrics") return;
      const loss = event.payload.points.findLast(({ name }) => name === STATISTIC_NAMES.loss)?.value;
      const first = this.#loss === null && loss !== undefined;
      this.#loss = loss ?? this.#loss;
      if (first) tellAlive();
    });
    tellAlive();
    const { saveEvery } = this.#order.options;
    const alive = setInterval(tellAlive, Math.min(ALIVE_EVERY_MS, saveEvery * 1_000));
    const keep = setInterval(
      inTurn(() => this.#publishState(index, runId)),
      saveEvery * 1_000,
    );
    try {
      return await done;
    } finally {
      clearInterval(alive);
      clearInterval(keep);
      stop();
      // An older state must not appear behind the bundle that takes its place.
      await publishing;
    }
  }

  async #publishDone(index: number, runId: string): Promise<void> {
    const { folder } = this.#host;
    const { points, weights } = this.#order;
    await this.#publish(folder.bundle("done", index), runId, { weights, points });
    await rm(folder.bundle("state", index), { force: true });
  }

  async #publishState(index: number, runId: string): Promise<void> {
    await this.#publish(this.#host.folder.bundle("state", index), runId, { weights: true, points: null });
  }

  /** What a training had when it failed; that it cannot be kept must not take the place of why it failed. */
  async #keepState(index: number, runId: string): Promise<void> {
    try {
      await this.#publishState(index, runId);
    } catch (error) {
      this.#host.say(`${indexName(index)}: what it had could not be kept: ${messageLine(error)}`);
    }
  }

  /** Written on this machine's disk first: a shared one sees whole files in one go. */
  async #publish(
    target: string,
    runId: string,
    options: { readonly weights: boolean; readonly points: number | null },
  ): Promise<void> {
    const path = join(this.#host.scratch, "bundle.json.gz");
    await this.#lab.runs.export({ what: "bundle", runIds: [runId], path, ...options });
    await this.#publisher.file(path, target);
  }

  async #publishAlive(index: number): Promise<void> {
    const { folder, task, node, attempt } = this.#host;
    const state = this.#lab.training.state();
    const alive = {
      task,
      index,
      step: state?.step ?? null,
      of: state?.totalSteps ?? null,
      loss: this.#loss !== null && Number.isFinite(this.#loss) ? this.#loss : null,
      node,
      attempt,
      at: new Date().toISOString(),
    };
    await this.#publisher.json(alive, folder.at("alive", `${task}.json`));
  }

  async #fail({ index }: PlannedTraining, reason: string, final: boolean): Promise<void> {
    const { folder, attempt, node } = this.#host;
    const failure = { reason, final, attempt, node, at: new Date().toISOString() };
    await this.#publisher.json(failure, folder.at("failed", `${indexName(index)}.json`));
  }

  #diverged({ id, status }: RunSummary): boolean {
    return (
      status === "failed" && this.#lab.runs.get({ runId: id }).events.some(({ kind }) => kind === "diverged")
    );
  }

  /** Imported data sets lie in the sweep's folder; the database of this attempt learns of them. */
  async #bringDatasets(): Promise<void> {
    const { folder } = this.#host;
    const { datasets } = this.#lab;
    for (const id of this.#order.datasets) {
      makeFolder(datasets.root);
      if (!existsSync(join(datasets.root, id)))
        await symlink(folder.at("datasets", id), join(datasets.root, id));
      const description = folder.at("datasets", `${id}.json`);
      if (existsSync(description)) {
        await datasets.add(v.parse(storedDatasetSchema, JSON.parse(readFileSync(description, "utf8"))));
      }
    }
  }
}

/** What Slurm says of this attempt; outside a job it is a person's, at this computer. */
export function attemptOf(env: NodeJS.ProcessEnv): {
  readonly attempt: string;
  readonly node: string;
  /** "ARRAY_TASK", as scontrol takes it; null outside a job. */
  readonly arrayTask: string | null;
} {
  const job = env["SLURM_JOB_ID"];
  const [array, task] = [env["SLURM_ARRAY_JOB_ID"], env["SLURM_ARRAY_TASK_ID"]];
  return {
    // SLURM_RESTART_COUNT is not set in the first attempt.
    attempt: job === undefined ? `by-hand-${process.pid}` : `${job}.${env["SLURM_RESTART_COUNT"] ?? "0"}`,
    node: env["SLURMD_NODENAME"] ?? hostname(),
    arrayTask: array === undefined || task === undefined ? null : `${array}_${task}`,
  };
}

import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { ContractError, OutOfMemoryError } from "../../../core/errors.ts";
import type { Forecast } from "../../../shared/experiments/forecast.ts";
import {
  trainingReportSchema,
  type LrSearch,
  type QueuedTraining,
  type TrainingControl,
  type TrainingForecast,
  type TrainingReport,
  type TrainingState,
} from "../../../shared/experiments/training.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import type { LabServices, RunRow, StartedRun } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { forecastMemory } from "../compute/forecast-memory.ts";
import { misfitOf } from "../compute/require-fits.ts";
import type { ImageRows } from "../compute/image-rows.ts";
import { recordedPoints, recordingRefusal } from "./record/recorded-points.ts";
import { trainingRunId } from "./record/training-run-id.ts";
import { trainingConfig, trainingTitle } from "./record/training-summary.ts";
import {
  requireTrainable,
  resolveTraining,
  trainingOfRun,
  type ResolvedTraining,
} from "./resolved-training.ts";
import { findLr } from "./session/find-lr.ts";
import { trainingMemory } from "./session/training-memory.ts";
import { TrainingRun } from "./session/training-run.ts";
import { expectedTrainingMs } from "./session/training-time.ts";
import { assertWeightsGiven, type TrainingOrder } from "./training-order.ts";
import { TrainingQueue } from "./training-queue.ts";

/** Training as the lab offers it: what one would take, starting it, going on with it, steering it, trainings in a row. */
export class TrainingLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #images: ImageRows;
  readonly #queue: TrainingQueue;
  #run: TrainingRun | null = null;
  /** What the last whole training took, as a multiple of what was expected. */
  #pace = 1;

  constructor(services: LabServices, supervisor: RunSupervisor, images: ImageRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#images = images;
    this.#queue = new TrainingQueue(services, supervisor, (order) => this.start(order));
  }

  /** The run that this spec, seed, code and number of threads would be, and whether it is there already. */
  identify({ spec, threads, given = null }: TrainingOrder): { id: string; run: RunSummary | null } {
    const { engine, store, appVersion } = this.#services;
    const { kernelsHash: kernels, instructionSet } = engine;
    const data = this.#dataHash(spec);
    const code = { appVersion, kernels, instructionSet, threads, ...(data === "" ? {} : { data }) };
    const id = trainingRunId(spec, code, given);
    return { id, run: store.findRun(id) ?? null };
  }

  /** The run that this training would be, if it is there already. */
  find(order: TrainingOrder): RunSummary | null {
    return this.identify(order).run;
  }

  forecast(spec: TrainSpec): TrainingForecast {
    return this.#forecast(resolveTraining(spec));
  }

  /**
   * Trains any network.
   *
   * @throws {ContractError} If another activity is on, or the run is there already and not wanted again.
   * @throws {OutOfMemoryError}
   */
  start(order: TrainingOrder): StartedRun {
    const { spec, threads } = order;
    assertWeightsGiven(order);
    const { id, run } = this.identify(order);
    if (run !== null && order.again !== true) {
      throw new ContractError(
        `This training is there already: run ${id}, ${run.status}. The same spec, seed, threads and code give the same losses; ` +
          "change the seed, resume it if it was cut short, or run it again.",
      );
    }
    const misfit = this.#misfit(spec);
    if (misfit !== "") throw new ContractError(misfit);
    const training = resolveTraining(spec);
    return this.#begin(training, order, {
      create: {
        id: run === null ? id : this.#freeId(id),
        kind: "training",
        name: trainingTitle(training),
        threads,
        rows: spec.data.rows,
        config: trainingConfig(training, order),
      },
    });
  }

  /**
   * Goes on with a training that was cut short, exactly where its last checkpoint is.
   *
   * @throws {ContractError} If another activity is on or there is nothing to go on from. @throws {StoreError}
   */
  resume({ runId }: { readonly runId: string }): StartedRun {
    const { run } = this.#services.store.getRun(runId);
    const training = trainingOfRun(run);
    if (run.status === "finished")
      throw new ContractError(`Run ${runId} is finished: there is nothing to resume`);
    requireTrainable(run);
    return this.#begin(training, { threads: run.threads }, { resume: runId });
  }

  /** How the training that is on stands. */
  state(): TrainingState {
    return this.#run?.state() ?? null;
  }

  /** Pauses, goes on, changes the learning rate. @throws {ContractError} If no training is on. */
  control(control: TrainingControl): void {
    if (this.#run === null) throw new ContractError("No training is on: start one first");
    this.#run.control(control);
  }

  /** Trains with a rising learning rate on several seeds; leaves no run. @throws {ContractError} If another activity is on. */
  async findLr(order: Pick<TrainingOrder, "spec" | "threads" | "given">): Promise<LrSearch> {
    const { spec, threads, given = null } = order;
    assertWeightsGiven(order);
    return this.#supervisor.work("training", "Looking for a learning rate", (activity) =>
      findLr(spec, { engine: this.#services.engine, images: this.#images, threads, given, activity }),
    );
  }

  queueGet(): readonly QueuedTraining[] {
    return this.#queue.get();
  }

  /** Starts trainings when everything before them is done; at once when nothing is on. @throws {OutOfMemoryError} */
  enqueue({
    requests,
    note,
  }: {
    readonly requests: readonly Pick<TrainingOrder, "spec" | "threads">[];
    readonly note: string;
  }): readonly QueuedTraining[] {
    return requests.map(({ spec, threads }) => {
      assertWeightsGiven({ spec });
      const misfit = this.#misfit(spec);
      if (misfit !== "") throw new ContractError(misfit);
      const training = resolveTraining(spec);
      const { refusal } = this.#forecast(training);
      if (refusal !== "") throw new OutOfMemoryError(refusal);
      const sweep = note === "" ? {} : { sweep: note };
      const order = { spec, threads, again: true, ...sweep };
      return this.#queue.add(order, { title: trainingTitle(training), note });
    });
  }

  dequeue({ ids }: { readonly ids: readonly string[] }): void {
    this.#queue.remove(ids);
  }

  /** The heat maps of a training's activations. @throws {StoreError} If there is no such run. */
  report({ runId }: { readonly runId: string }): TrainingReport {
    return this.#services.store.getReport(runId, "training", trainingReportSchema).report;
  }

  /** No training starts from now on, so that the one being cancelled is the last: the engine is about to end. */
  close(): void {
    this.#queue.close();
  }

  #begin(
    training: ResolvedTraining,
    { threads, given = null }: Pick<TrainingOrder, "threads" | "given">,
    row: RunRow,
  ): StartedRun {
    const resumes = "resume" in row;
    // Of a training that goes on, some of the points are in the database already.
    const { refusal } = resumes ? this.#forecastMemory(training) : this.#forecast(training);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    const run = new TrainingRun(this.#services, this.#images, { training, threads, given, resumes });
    const { epochs, steps = 0 } = training.spec;
    const started = this.#supervisor.start(
      `Training, ${epochs === undefined ? `${steps} steps` : `${epochs} epochs`}`,
      row,
      (runId, activity) => run.run(runId, activity),
      () => run.summary(),
    );
    this.#run = run;
    void started.done.then(() => {
      if (this.#run === run) this.#run = null;
      if (run.wholeSeconds !== null) this.#pace = (1000 * run.wholeSeconds) / expectedTrainingMs(training);
      return this.#queue.startNext();
    });
    return started;
  }

  #forecast(training: ResolvedTraining): TrainingForecast {
    const memory = this.#forecastMemory(training);
    const refusal =
      this.#misfit(training.spec) ||
      memory.refusal ||
      recordingRefusal(training, freeBytesBeside(this.#services.store.path));
    return { ...memory, ...recordedPoints(training), refusal };
  }

  /** Why the network does not fit its data, or "". */
  #misfit(spec: TrainSpec): string {
    try {
      return misfitOf(spec, this.#services.dataset(spec.data.name));
    } catch (error) {
      if (error instanceof ContractError) return error.message;
      throw error;
    }
  }

  #forecastMemory(training: ResolvedTraining): Forecast {
    const seconds = (this.#pace * expectedTrainingMs(training)) / 1000;
    const most = training.spec.stopAfterSeconds ?? Infinity;
    return forecastMemory(trainingMemory(training), this.#services.engine.arena, Math.min(seconds, most));
  }

  /** One that is not there is complained about when the training begins. */
  #dataHash({ data }: TrainSpec): string {
    try {
      return this.#services.dataset(data.name).contentHash;
    } catch (error) {
      if (error instanceof ContractError) return "";
      throw error;
    }
  }

  #freeId(id: string): string {
    for (let n = 2; ; n++) {
      if (this.#services.store.findRun(`${id}-${n}`) === undefined) return `${id}-${n}`;
    }
  }
}

/** Room on the disk of a file. */
function freeBytesBeside(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

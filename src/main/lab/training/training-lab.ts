import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { counted } from "../../../core/counted.ts";
import { ContractError, OutOfMemoryError } from "../../../core/errors.ts";
import type { Forecast, ForecastPart } from "../../../shared/experiments/forecast.ts";
import {
  trainingReportSchema,
  type QueuedRequest,
  type QueuedTraining,
  type TrainingControl,
  type TrainingForecast,
  type TrainingReport,
  type TrainingState,
} from "../../../shared/experiments/training.ts";
import type { RunDetails, RunSummary } from "../../../shared/runs/run-records.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import { COMMAND_NAME } from "../../place/command-name.ts";
import type { LabServices, RunRow, StartedRun } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { forecastMemory } from "../compute/forecast-memory.ts";
import { MeasuredPace } from "../compute/measured-pace.ts";
import { misfitOf } from "../compute/require-fits.ts";
import type { GivenParameters } from "../compute/network-setup.ts";
import type { DataRows } from "../compute/data-rows.ts";
import { recordedPoints, recordingRefusal } from "./record/recorded-points.ts";
import { codeDifference, codeQuantities } from "./record/training-code.ts";
import { copyTraining } from "./record/copy-training.ts";
import { trainingRunId, type TrainingCode } from "./record/training-run-id.ts";
import { trainingConfig, trainingTitle } from "./record/training-summary.ts";
import {
  requireTrainable,
  resolveTraining,
  trainingOfRun,
  type ResolvedTraining,
} from "./resolved-training.ts";
import { trainingMemory } from "./session/training-memory.ts";
import { TrainingRun } from "./session/training-run.ts";
import { expectedTrainingMs } from "./session/training-time.ts";
import { assertWeightsGiven, type TrainingOrder } from "./training-order.ts";
import { TrainingQueue } from "./training-queue.ts";

/** A key or a turn of the wheel is drawn within it: two frames of the screen. */
const DRAWN_MS = 33;
/** The number behind the id of a training that was run once more. */
const COPY_NUMBER = /-\d+$/;

/** Training as the lab offers it: what one would take, starting it, going on with it, steering it, trainings in a row. */
export class TrainingLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #dataRows: DataRows;
  readonly #queue: TrainingQueue;
  #run: TrainingRun | null = null;
  /** Of whole trainings. */
  readonly #pace = new MeasuredPace();

  constructor(services: LabServices, supervisor: RunSupervisor, dataRows: DataRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#dataRows = dataRows;
    this.#queue = new TrainingQueue(services, supervisor, (order) => this.start(order));
  }

  /** Somebody types or scrolls: a training that is on leaves the processors to the window until that is drawn. */
  giveWay(): void {
    this.#services.engine.giveWay(DRAWN_MS);
  }

  /** The run that this spec, seed, code and number of threads would be, and whether it is there already. */
  identify({ spec, threads, given = null }: TrainingOrder): { id: string; run: RunSummary | null } {
    const id = trainingRunId(spec, this.#codeOf(spec, threads), given);
    return { id, run: this.#services.store.findRun(id) ?? null };
  }

  /**
   * The run that has gone furthest of those that are this training: a finished one, else one that has diverged and would
   * again, else one that can go on. Null where none has begun.
   */
  standing(order: TrainingOrder): { readonly run: RunSummary; readonly over: boolean } | null {
    const { store } = this.#services;
    const { id, run: first } = this.identify(order);
    const runs: RunSummary[] = [];
    for (let [run, n]: [RunSummary | null, number] = [first, 2]; run !== null; n++) {
      // A copy that went on with other kernels is another training.
      if (run.config["continues"] === undefined) runs.push(run);
      run = store.findRun(`${id}-${n}`) ?? null;
    }
    const finished = runs.find(({ status }) => status === "finished");
    if (finished !== undefined) return { run: finished, over: true };
    const diverged = runs.find(
      (run) => run.status === "failed" && store.getRun(run.id).events.some(({ kind }) => kind === "diverged"),
    );
    if (diverged !== undefined) return { run: diverged, over: true };
    const [begun] = runs;
    return begun === undefined ? null : { run: begun, over: false };
  }

  /** The run that this training would be, if it is there already. */
  find(order: TrainingOrder): RunSummary | null {
    return this.identify(order).run;
  }

  /** What is known of a training that begins elsewhere: why it does not fit its data, or "", and how long it takes here. */
  outlook(spec: TrainSpec): { readonly misfit: string; readonly expectedMs: number } {
    const misfit = this.#misfit(spec);
    return { misfit, expectedMs: misfit === "" ? expectedTrainingMs(resolveTraining(spec)) : 0 };
  }

  forecast(spec: TrainSpec): TrainingForecast {
    return this.#forecast(resolveTraining(spec), this.#services.engine.workers);
  }

  /**
   * Trains any network.
   *
   * @throws {ContractError} If another activity is on, or the run is there already and not wanted again.
   * @throws {OutOfMemoryError}
   */
  start(order: TrainingOrder): StartedRun {
    const { spec, threads, queuedId } = order;
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
        ...(queuedId === undefined ? {} : { queuedId }),
        kind: "training",
        name: trainingTitle(training),
        threads,
        rows: spec.data.rows,
        config: { ...trainingConfig(training, order), ...codeQuantities(this.#codeOf(spec, threads)) },
      },
    });
  }

  /**
   * Goes on with a training that was cut short, exactly where its last checkpoint is. With other kernels, another version
   * or other data the values would not be the run's own: it is refused, or with `underNewId` a copy goes on.
   *
   * @param order.given The weights it began with, which are asked for only where there is no checkpoint yet.
   * @throws {ContractError} If another activity is on or there is nothing to go on from. @throws {StoreError}
   */
  resume({
    runId,
    given = null,
    underNewId = false,
  }: {
    readonly runId: string;
    readonly given?: GivenParameters | null;
    readonly underNewId?: boolean;
  }): StartedRun {
    const details = this.#services.store.getRun(runId);
    const { run } = details;
    const training = trainingOfRun(run);
    if (run.status === "finished")
      throw new ContractError(`Run ${runId} is finished: there is nothing to resume`);
    requireTrainable(run);
    const difference = this.#differenceOf(details, training, given);
    if (difference !== "" && !underNewId) {
      throw new ContractError(
        `Run ${runId} cannot go on with the values that it would have given: ${difference}. ` +
          `Go on where it was begun (${COMMAND_NAME} train --kernels says which kernels), or under a new id: ` +
          `${COMMAND_NAME} train --resume ${runId} --again.`,
      );
    }
    const { threads } = run;
    if (difference === "") return this.#begin(training, { threads, given }, { resume: runId });
    // Before anything is copied.
    this.#supervisor.assertIdle();
    const id = this.#freeId(runId.replace(COPY_NUMBER, ""));
    const code = codeQuantities(this.#codeOf(training.spec, threads));
    const { machineId, store } = this.#services;
    copyTraining(store, details, { id, machineId, config: { ...run.config, ...code, continues: runId } });
    const [at, step] = [new Date().toISOString(), 0];
    store.addEvent(id, { at, step, kind: "resumed", text: `goes on from run ${runId}: ${difference}` });
    return this.#begin(training, { threads, given }, { resume: id });
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

  queueGet(): readonly QueuedTraining[] {
    return this.#queue.get();
  }

  /** Finds what an earlier session has left in the queue: for the window, where a person lets it go on. @throws {StoreError} */
  queueRestore(): void {
    this.#queue.restore();
  }

  queueGoOn(): void {
    this.#queue.goOn();
  }

  /**
   * Starts trainings when everything before them is done; at once when nothing is on.
   *
   * @throws {OutOfMemoryError} @throws {StoreError} If they cannot be kept.
   */
  enqueue({
    requests,
    note,
    weights = null,
  }: {
    readonly requests: readonly QueuedRequest[];
    readonly note: string;
    /** The content of a .safetensors file that all of them begin with. */
    readonly weights?: Uint8Array | null | undefined;
  }): readonly QueuedTraining[] {
    const trainings = requests.map((request) => {
      const { spec, threads } = request;
      if (weights === null) assertWeightsGiven({ spec });
      const misfit = this.#misfit(spec);
      if (misfit !== "") throw new ContractError(misfit);
      const training = resolveTraining(spec);
      const { refusal } = this.#forecast(training, threads);
      if (refusal !== "") throw new OutOfMemoryError(refusal);
      return { title: trainingTitle(training), request };
    });
    return this.#queue.add(trainings, { note, weights });
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

  /** What a training's values depend on beside its spec. */
  #codeOf(spec: TrainSpec, threads: number): TrainingCode {
    const { engine, appVersion } = this.#services;
    const { kernelsHash: kernels, instructionSet } = engine;
    const data = this.#dataHash(spec);
    return { appVersion, kernels, instructionSet, threads, ...(data === "" ? {} : { data }) };
  }

  /** See `codeDifference`. */
  #differenceOf(
    { run, machine }: RunDetails,
    { spec }: ResolvedTraining,
    given: GivenParameters | null,
  ): string {
    const code = this.#codeOf(spec, run.threads);
    const sameId = trainingRunId(spec, code, given) === run.id.replace(COPY_NUMBER, "");
    return codeDifference(run, code, { kernel: machine.kernel, sameId });
  }

  #begin(
    training: ResolvedTraining,
    { threads, given = null }: Pick<TrainingOrder, "threads" | "given">,
    row: RunRow,
  ): StartedRun {
    const resumes = "resume" in row;
    // Of a training that goes on, some of the points are in the database already.
    const { refusal, tensorBytes } = resumes
      ? this.#forecastMemory(training, threads)
      : this.#forecast(training, threads);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    const run = new TrainingRun(this.#services, this.#dataRows, { training, threads, given, resumes });
    const { epochs, steps = 0 } = training.spec;
    const started = this.#supervisor.start(
      `Training, ${epochs === undefined ? counted(steps, "step") : counted(epochs, "epoch")}`,
      row,
      (runId, activity) => run.run(runId, activity),
      () => run.summary(),
      tensorBytes,
    );
    this.#run = run;
    void started.done.then(() => {
      if (this.#run === run) this.#run = null;
      if (run.wholeSeconds !== null) this.#pace.add(1000 * run.wholeSeconds, expectedTrainingMs(training));
      return this.#queue.startNext();
    });
    return started;
  }

  #forecast(training: ResolvedTraining, threads: number): TrainingForecast {
    const misfit = this.#misfit(training.spec);
    const memory = this.#forecastMemory(training, misfit === "" ? threads : null);
    const refusal =
      misfit || memory.refusal || recordingRefusal(training, freeBytesBeside(this.#services.store.path));
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

  /** @param threads Null where it does not fit its data, and nothing can be said. */
  #forecastMemory(training: ResolvedTraining, threads: number | null): Forecast {
    const seconds = (this.#pace.factor * expectedTrainingMs(training)) / 1000;
    const most = training.spec.stopAfterSeconds ?? Infinity;
    const parts = threads === null ? [] : this.#memoryParts(training, { threads, evaluated: true });
    return forecastMemory({ parts }, this.#services.engine.arena, Math.min(seconds, most));
  }

  #memoryParts(
    training: ResolvedTraining,
    { threads, evaluated }: { readonly threads: number; readonly evaluated: boolean },
  ): readonly ForecastPart[] {
    const { engine, dataset } = this.#services;
    const workers = { threads, cacheBytes: engine.cacheBytes };
    return trainingMemory(training, { dataset: dataset(training.spec.data.name), workers, evaluated });
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

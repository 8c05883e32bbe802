import { randomUUID } from "node:crypto";
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { ContractError, OutOfMemoryError } from "../../../core/errors.ts";
import { networkTitle } from "../../../core/network/network.ts";
import { trainNetworkOf } from "../../../shared/specs/network-spec.ts";
import { batchNormMisfit, parseTrainSpec, type TrainSpec } from "../../../shared/specs/train-spec.ts";
import {
  EPOCH_METRICS,
  STATISTIC_NAMES,
  trainingReportSchema,
  type ActivationHistogram,
  type LrSearch,
  type QueuedTraining,
  type SeedSearch,
  type TrainingControl,
  type TrainingForecast,
  type TrainingReport,
  type TrainingState,
} from "../../../shared/experiments/training.ts";
import type { Forecast } from "../../../shared/experiments/notebook.ts";
import type { Quantities, RunSummary } from "../../../shared/runs/run-records.ts";
import type { GivenParameters } from "../compute/network-setup.ts";
import type { ImageRows } from "../compute/image-rows.ts";
import { drawNetwork } from "../compute/draw-network.ts";
import { forecastMemory } from "../compute/forecast-memory.ts";
import { equalPart } from "../activity/activity-handle.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { Checkpoints } from "./session/checkpoints.ts";
import { SEARCH_SEEDS, SEARCH_STEPS, searchRate, searchSeed, togetherOf } from "./session/find-lr.ts";
import { recordedPoints, recordingRefusal } from "./record/recorded-points.ts";
import { RunRecorder } from "./record/run-recorder.ts";
import { train, type TrainingOutcome, type TrainingStart } from "./session/train.ts";
import { Trainer, type TrainerData } from "./session/trainer.ts";
import { trainingMemory } from "./session/training-memory.ts";
import { expectedTrainingMs } from "./session/training-time.ts";
import { trainingRunId } from "./record/training-run-id.ts";
import { TrainingSession } from "./session/training-session.ts";
import type { LabServices, RunRow, StartedRun } from "../activity/experiment.ts";

/** Heat maps keep so many columns; then every second one goes. */
const MOST_HISTOGRAMS = 256;
/** The window hears of a heat map's column this often. */
const HISTOGRAM_EVERY_MS = 200;

const NO_ROOM = "The disk is full: the training waits and keeps its numbers in memory";

/** A training that is asked for. */
export interface TrainingOrder {
  readonly spec: TrainSpec;
  readonly threads: number;
  /** Weights to begin with instead of drawn ones. */
  readonly given?: GivenParameters | null;
  /** Run a spec once more that has its run already. */
  readonly again?: boolean;
  /** The sweep that it is part of: its runs are found and grouped by it. */
  readonly sweep?: string;
}

interface Queued extends QueuedTraining {
  readonly spec: TrainSpec;
  readonly threads: number;
}

/** Training as the lab offers it: data prepared, metrics saved while they come, resumed after a crash, queued. */
export class TrainingLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #data: ImageRows;
  #running: { readonly runId: string; readonly trainer: Trainer; readonly session: TrainingSession } | null =
    null;
  #queue: readonly Queued[] = [];
  #closed = false;
  /** What the last whole training took, as a multiple of what was expected. */
  #pace = 1;

  constructor(services: LabServices, supervisor: RunSupervisor, data: ImageRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#data = data;
  }

  /** The run that this spec, seed, code and number of threads would be, and whether it is there already. */
  identify({ spec, threads, given = null }: TrainingOrder): { id: string; run: RunSummary | null } {
    const { engine, store, appVersion } = this.#services;
    const { kernelsHash: kernels, instructionSet } = engine;
    const id = trainingRunId(spec, { appVersion, kernels, instructionSet, threads }, given);
    return { id, run: store.findRun(id) ?? null };
  }

  /** The run that this training would be, if it is there already. */
  find(order: TrainingOrder): RunSummary | null {
    return this.identify(order).run;
  }

  forecast(spec: TrainSpec): TrainingForecast {
    const memory = this.#forecastMemory(spec);
    const refusal = memory.refusal || recordingRefusal(spec, freeBytesBeside(this.#services.store.path));
    return { ...memory, ...recordedPoints(spec), refusal };
  }

  #forecastMemory(spec: TrainSpec): Forecast {
    const seconds = (this.#pace * expectedTrainingMs(spec)) / 1000;
    const most = spec.stopAfterSeconds ?? Infinity;
    return forecastMemory(trainingMemory(spec), this.#services.engine.arena, Math.min(seconds, most));
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
    return this.#begin(order, {
      create: {
        id: run === null ? id : this.#freeId(id),
        kind: "training",
        name: titleOf(spec),
        threads,
        rows: spec.data.rows,
        config: configOf(order),
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
    const { spec, threads } = specOfRun(run);
    if (run.status === "finished")
      throw new ContractError(`Run ${runId} is finished: there is nothing to resume`);
    return this.#begin({ spec, threads }, { resume: runId });
  }

  /** How the training that is on stands. */
  state(): TrainingState {
    if (this.#running === null) return null;
    const { runId, trainer, session } = this.#running;
    const { step, totalSteps, stepsPerEpoch } = trainer;
    return { runId, paused: session.paused, lr: trainer.lrOf(step + 1), step, totalSteps, stepsPerEpoch };
  }

  /** @throws {ContractError} If no training is on. */
  control(control: TrainingControl): void {
    if (this.#running === null) throw new ContractError("No training is on: start one first");
    this.#running.session.ask(control);
  }

  queueGet(): readonly QueuedTraining[] {
    return this.#queue.map(({ id, title, note }) => ({ id, title, note }));
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
      const { refusal } = this.forecast(spec);
      if (refusal !== "") throw new OutOfMemoryError(refusal);
      const queued = { id: randomUUID(), title: titleOf(spec), note, spec, threads };
      if (this.#closed) throw new ContractError("The lab is closing: no training can be queued any more");
      this.#setQueue([...this.#queue, queued]);
      void this.#startNext();
      return { id: queued.id, title: queued.title, note };
    });
  }

  /** No training starts from now on, so that the one being cancelled is the last: the engine is about to end. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
  }

  dequeue({ ids }: { readonly ids: readonly string[] }): void {
    this.#setQueue(this.#queue.filter(({ id }) => !ids.includes(id)));
  }

  /** The heat maps of a training's activations. @throws {StoreError} If there is no such run. */
  report({ runId }: { readonly runId: string }): TrainingReport {
    return this.#services.store.getReport(runId, "training", trainingReportSchema).report;
  }

  /** Trains with a rising learning rate on several seeds; leaves no run. @throws {ContractError} If another activity is on. */
  async findLr(order: Pick<TrainingOrder, "spec" | "threads" | "given">): Promise<LrSearch> {
    const { spec, threads, given = null } = order;
    assertWeightsGiven(order);
    return this.#supervisor.work("training", "Looking for a learning rate", async (activity) => {
      const { engine } = this.#services;
      const searched: TrainSpec = {
        ...spec,
        epochs: undefined,
        steps: SEARCH_STEPS,
        statisticsEvery: 0,
        validRows: 0,
        earlyStop: undefined,
      };
      const misfit = batchNormMisfit(searched);
      if (misfit !== "") throw new ContractError(`Looking for a learning rate: ${misfit}`);
      const data = await this.#dataOf(searched, threads);
      const searches: SeedSearch[] = [];
      for (let n = 0; n < SEARCH_SEEDS; n++) {
        const seed = (spec.seed + n) % 2 ** 32;
        const parameters =
          given ?? (await drawNetwork(engine, { ...spec, seed }, { data: data.train, threads }));
        const trainer = new Trainer(
          engine,
          { ...searched, seed },
          { data, threads, parameters, rate: searchRate },
        );
        try {
          activity.phase(`seed ${seed}: up to ${SEARCH_STEPS} steps with a rising rate`);
          const { progress } = activity.part(equalPart(n, SEARCH_SEEDS));
          searches.push(await searchSeed(trainer, progress));
        } finally {
          trainer.release();
        }
      }
      return togetherOf(searches);
    });
  }

  #begin({ spec, threads, given = null }: TrainingOrder, row: RunRow): StartedRun {
    const { engine, store, emit } = this.#services;
    // Of a training that goes on, some of the points are in the database already.
    const { refusal } = "resume" in row ? this.#forecastMemory(spec) : this.forecast(spec);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    let recorder: RunRecorder | null = null;
    const histograms = new HistogramLog();
    let outcome: TrainingOutcome | null = null;
    const started = this.#supervisor.start(
      `Training, ${spec.epochs === undefined ? `${spec.steps ?? 0} steps` : `${spec.epochs} epochs`}`,
      row,
      async (runId, activity) => {
        activity.phase("reading the data");
        const data = await this.#dataOf(spec, threads);
        const checkpoints = new Checkpoints(store.checkpointsFolder, runId, spec);
        const parameters = given ?? (await drawNetwork(engine, spec, { data: data.train, threads }));
        const trainer = new Trainer(engine, spec, { data, threads, parameters });
        const recorded = (recorder = new RunRecorder(store, runId, (message) => {
          emit({ name: "failure", payload: { title: NO_ROOM, message } });
        }));
        const session = new TrainingSession(activity.isCancelled, {
          blocked: () => recorded.full,
          retry: () => recorded.save(),
        });
        this.#running = { runId, trainer, session };
        const tell = (): void => {
          emit({ name: "trainingChanged", payload: this.state() });
        };
        let toldMs = 0;
        try {
          const start = "resume" in row ? await this.#goOn(runId, trainer, checkpoints) : FROM_THE_BEGINNING;
          tell();
          outcome = await train(trainer, start, session, {
            checkpoints,
            activity,
            listener: {
              metrics: (points) => {
                recorded.add(points);
                emit({ name: "trainingMetrics", payload: { runId, points: [...points] } });
              },
              histogram: (histogram) => {
                histograms.add(histogram);
                if (performance.now() - toldMs < HISTOGRAM_EVERY_MS) return;
                toldMs = performance.now();
                emit({ name: "trainingHistogram", payload: { runId, histogram } });
              },
              event: (kind, step, text) => {
                const event = { at: new Date().toISOString(), step, kind, text };
                recorded.event(event);
                emit({ name: "trainingEvent", payload: { runId, event } });
              },
              flush: () => recorded.save(),
              noRoom: (message) => {
                emit({ name: "failure", payload: { title: NO_ROOM, message } });
              },
              changed: tell,
            },
          });
          if (!("resume" in row) && trainer.finished) {
            this.#pace = (1000 * outcome.seconds) / expectedTrainingMs(spec);
          }
        } finally {
          trainer.release();
          this.#running = null;
          recorded.save();
          store.saveReport(runId, { histograms: histograms.all });
          tell();
        }
      },
      () => ({ ...recorder?.latest(SUMMARY_METRICS), ...(outcome === null ? {} : speedOf(outcome)) }),
    );
    void started.done.then(() => this.#startNext());
    return started;
  }

  /** Takes the newest checkpoint and forgets what was recorded after it: that comes again. */
  async #goOn(runId: string, trainer: Trainer, checkpoints: Checkpoints): Promise<TrainingStart> {
    const { store } = this.#services;
    const found = await checkpoints.newest();
    if (found === null) {
      // Nothing was reached yet: with drawn weights the beginning is as good as a checkpoint.
      if (store.findRun(runId)?.config["weights"] !== undefined) {
        throw new ContractError(
          `Run ${runId} was cut short before its first checkpoint in "${checkpoints.folder}", and its weights came from a file: start it again`,
        );
      }
      store.dropMetricsAfter(runId, -1, []);
      store.addEvent(runId, {
        at: new Date().toISOString(),
        step: 0,
        kind: "resumed",
        text: "from the beginning",
      });
      return FROM_THE_BEGINNING;
    }
    const { state, evaluated, wallMs } = found.checkpoint;
    trainer.restore(state);
    store.dropMetricsAfter(runId, state.step, evaluated ? [] : Object.values(EPOCH_METRICS));
    store.addEvent(runId, {
      at: new Date().toISOString(),
      step: state.step,
      kind: "resumed",
      text:
        `from the checkpoint of step ${state.step}` +
        (found.refused === "" ? "" : `; the other one could not be taken: ${found.refused}`),
    });
    const validLosses = store.getMetrics(runId, EPOCH_METRICS.valid).map(({ value }) => value);
    return { evaluated, wallMs, validLosses };
  }

  async #dataOf(spec: TrainSpec, threads: number): Promise<TrainerData> {
    const { data, validRows } = spec;
    return {
      train: await this.#data.rows(data, threads),
      valid:
        validRows === 0
          ? null
          : await this.#data.rows({ name: data.name, split: "valid", rows: validRows }, threads),
      background: await this.#data.background(data.name, threads),
    };
  }

  #freeId(id: string): string {
    for (let n = 2; ; n++) {
      if (this.#services.store.findRun(`${id}-${n}`) === undefined) return `${id}-${n}`;
    }
  }

  #setQueue(queue: readonly Queued[]): void {
    this.#queue = queue;
    this.#services.emit({ name: "trainingQueueChanged", payload: [...this.queueGet()] });
  }

  async #startNext(): Promise<void> {
    await this.#supervisor.idle();
    const [next, ...rest] = this.#queue;
    if (next === undefined || this.#supervisor.state() !== null) return;
    this.#setQueue(rest);
    try {
      const sweep = next.note === "" ? {} : { sweep: next.note };
      this.start({ spec: next.spec, threads: next.threads, again: true, ...sweep });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#services.emit({ name: "failure", payload: { title: `${next.title} did not start`, message } });
      void this.#startNext();
    }
  }
}

/** Room on the disk of a file. */
function freeBytesBeside(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

/** What a list of runs shows of a training; the statistics of its layers are in its charts. */
const SUMMARY_METRICS: readonly string[] = [STATISTIC_NAMES.loss, ...Object.values(EPOCH_METRICS)];

/**
 * A spec means the same wherever it is run: weights that it names are read by whoever knows the folder they are named
 * from, and never left out.
 */
function assertWeightsGiven({ spec: { weights }, given }: Pick<TrainingOrder, "spec" | "given">): void {
  if (weights === undefined || (given !== undefined && given !== null)) return;
  const named = "file" in weights ? weights.file : weights.dir;
  throw new ContractError(
    `The spec names weights to begin with, "${named}", which are read from the spec's own folder: run it as a file ` +
      'with "lab train" or "lab sweep", or take "weights" out and choose a file of weights here.',
  );
}

const FROM_THE_BEGINNING: TrainingStart = { evaluated: false, wallMs: 0, validLosses: [] };

/** The spec and threads that a training was started with. @throws {ContractError} If it is no training. */
export function specOfRun(run: RunSummary): { spec: TrainSpec; threads: number } {
  const text = run.config["spec"];
  if (run.kind !== "training" || typeof text !== "string") {
    throw new ContractError(`Run ${run.id} is no training but of the kind ${run.kind}`);
  }
  return { spec: parseTrainSpec(JSON.parse(text)), threads: run.threads };
}

/** The heat maps' columns so far: when there are too many, every second one goes. */
class HistogramLog {
  #kept: ActivationHistogram[] = [];
  #every = 1;
  #seen = 0;

  get all(): readonly ActivationHistogram[] {
    return this.#kept;
  }

  add(histogram: ActivationHistogram): void {
    if (this.#kept.at(-1)?.step === histogram.step) return;
    if (this.#seen++ % this.#every !== 0) return;
    this.#kept.push(histogram);
    if (this.#kept.length <= MOST_HISTOGRAMS) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }
}

const titleOf = (spec: TrainSpec): string =>
  `${networkTitle(trainNetworkOf(spec))}, ${spec.optimizer.name}, lr ${spec.optimizer.lr}, batch ${spec.batchSize}`;

/** What a list of runs can be sorted and compared by. */
function configOf({ spec, threads, given = null, sweep }: TrainingOrder): Quantities {
  const { optimizer, schedule, data, batchSize, epochs, steps, seed, loss } = spec;
  const { name, ...rates } = optimizer;
  return {
    seed,
    data: data.name,
    rows: data.rows,
    threads,
    batchSize,
    loss,
    optimizer: name,
    ...rates,
    ...(epochs === undefined ? {} : { epochs }),
    ...(steps === undefined ? {} : { steps }),
    ...(spec.clipNorm === null ? {} : { clipNorm: spec.clipNorm }),
    ...(spec.augmentShift === 0 ? {} : { augmentShift: spec.augmentShift }),
    ...(spec.labelSmoothing === undefined ? {} : { labelSmoothing: spec.labelSmoothing }),
    ...(given === null ? {} : { weights: "from a file" }),
    ...(sweep === undefined ? {} : { sweep }),
    schedule: schedule.name,
    network: networkTitle(trainNetworkOf(spec)),
    spec: JSON.stringify(spec),
  };
}

function speedOf({
  steps,
  seconds,
  finalTrainLoss,
  finalValidLoss,
  validAccuracy,
}: TrainingOutcome): Quantities {
  return {
    steps,
    seconds,
    stepsPerSecond: steps / seconds,
    finalTrainLoss,
    ...(finalValidLoss === null ? {} : { finalValidLoss }),
    ...(validAccuracy === null ? {} : { validAccuracy }),
  };
}

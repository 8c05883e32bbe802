import { ContractError } from "../../../../core/errors.ts";
import { EvenSample } from "../../../../core/even-sample.ts";
import {
  EPOCH_METRICS,
  type ActivationHistogram,
  type TrainingControl,
  type TrainingState,
} from "../../../../shared/experiments/training.ts";
import type { UnitPictures } from "../../../../shared/experiments/learned.ts";
import type { MetricPoint, Quantities, RunEvent } from "../../../../shared/runs/run-records.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";
import { endingWith } from "../../activity/ending-with.ts";
import type { LabServices } from "../../activity/experiment.ts";
import { drawNetwork } from "../../compute/draw-network.ts";
import type { DataRows, DataTensors } from "../../compute/data-rows.ts";
import type { GivenParameters } from "../../compute/network-setup.ts";
import { RunRecorder } from "../record/run-recorder.ts";
import { speedOf, SUMMARY_METRICS } from "../record/training-summary.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import { Checkpoints } from "./checkpoints.ts";
import { train, type TrainingListener, type TrainingOutcome, type TrainingStart } from "./train.ts";
import { Trainer } from "./trainer.ts";
import { trainingData } from "./training-data.ts";
import { TrainingSession } from "./training-session.ts";

/** Listeners hear of new points this often at most: epochs of a toy take a few milliseconds. */
const METRICS_EVERY_MS = 50;
/** The window hears of a heat map's column this often, but of the first ones at once: some trainings are over by then. */
const HISTOGRAM_EVERY_MS = 200;
const HISTOGRAMS_AT_ONCE = 16;
/** Columns of the heat maps. */
const MOST_HISTOGRAMS = 256;
const NO_ROOM = "The disk is full: the training waits and keeps its numbers in memory";
const UNSAVED = "The last numbers of the training were not saved";
const FROM_THE_BEGINNING: TrainingStart = { evaluated: false, wallMs: 0, validLosses: [] };

export interface TrainingRunOptions {
  readonly training: ResolvedTraining;
  readonly threads: number;
  readonly given: GivenParameters | null;
  /** It goes on where an earlier part of the run was cut short. */
  readonly resumes: boolean;
}

/** What a training has while it is on. */
interface InHand {
  readonly runId: string;
  readonly trainer: Trainer;
  readonly session: TrainingSession;
  readonly recorder: RunRecorder;
}

/** One training as a run: from its data to its last checkpoint, what it records saved and told as it comes. */
export class TrainingRun implements TrainingListener {
  readonly #services: LabServices;
  readonly #dataRows: DataRows;
  readonly #options: TrainingRunOptions;
  readonly #histograms = new EvenSample<ActivationHistogram>(MOST_HISTOGRAMS);
  #inHand: InHand | null = null;
  #recorder: RunRecorder | null = null;
  #outcome: TrainingOutcome | null = null;
  #toldHistogramMs = 0;
  #untold: MetricPoint[] = [];
  #tellLater: NodeJS.Timeout | null = null;
  #wholeSeconds: number | null = null;

  constructor(services: LabServices, dataRows: DataRows, options: TrainingRunOptions) {
    this.#services = services;
    this.#dataRows = dataRows;
    this.#options = options;
  }

  /** What it took from its first step to its last; null where it did not come so far, or began earlier. */
  get wholeSeconds(): number | null {
    return this.#wholeSeconds;
  }

  /** How it stands; null while there is nothing to pause. */
  state(): TrainingState {
    if (this.#inHand === null) return null;
    const { runId, trainer, session } = this.#inHand;
    const { step } = trainer;
    const { totalSteps, stepsPerEpoch } = this.#options.training;
    return { runId, paused: session.paused, lr: trainer.lrOf(step + 1), step, totalSteps, stepsPerEpoch };
  }

  /** @throws {ContractError} If it is not on. */
  control(control: TrainingControl): void {
    if (this.#inHand === null) throw new ContractError("No training is on: start one first");
    this.#inHand.session.ask(control);
  }

  /** Key numbers, whatever it ended as. */
  summary(): Quantities {
    const speed = this.#outcome === null ? {} : speedOf(this.#outcome);
    return { ...this.#recorder?.latest(SUMMARY_METRICS), ...speed };
  }

  /** @throws {DivergedError} @throws {ExperimentCancelled} @throws {TaskError} @throws {OutOfMemoryError} @throws {StoreError} */
  async run(runId: string, activity: ActivityHandle): Promise<void> {
    const { engine, store } = this.#services;
    const { training, threads, given, resumes } = this.#options;
    const { network, schemes, spec } = training;
    activity.phase("reading the data");
    const checkpoints = new Checkpoints(store.checkpointsFolder, runId, training);
    const drawn = { network, schemes, seed: spec.seed };
    const rows = (): Promise<DataTensors> => this.#dataRows.rows(spec.data);
    const parameters = given ?? (await drawNetwork(engine, drawn, { rows, threads }));
    const data = await trainingData(this.#dataRows, spec);
    const trainer = new Trainer(engine, training, { data, threads, parameters, givesWay: true });
    const recorder = new RunRecorder(store, runId, (message) => this.noRoom(message));
    this.#recorder = recorder;
    const session = new TrainingSession(activity.isCancelled, {
      blocked: () => recorder.full,
      retry: () => recorder.save(),
    });
    this.#inHand = { runId, trainer, session, recorder };
    await endingWith(
      async () => {
        const start = resumes ? await this.#goOn(runId, trainer, checkpoints) : FROM_THE_BEGINNING;
        this.changed();
        this.#outcome = await train(trainer, start, session, { checkpoints, activity, listener: this });
        if (!resumes && trainer.finished) this.#wholeSeconds = this.#outcome.seconds;
      },
      () => {
        trainer.release();
        this.#inHand = null;
        this.#tell(runId);
        this.changed();
        recorder.save();
        store.saveReport(runId, { histograms: this.#histograms.all });
      },
      (message) => this.#services.emit({ name: "failure", payload: { title: UNSAVED, message } }),
    );
  }

  metrics(points: readonly MetricPoint[]): void {
    const { runId, recorder } = this.#on();
    recorder.add(points);
    this.#untold.push(...points);
    this.#tellLater ??= setTimeout(() => this.#tell(runId), METRICS_EVERY_MS);
  }

  #tell(runId: string): void {
    if (this.#tellLater !== null) clearTimeout(this.#tellLater);
    this.#tellLater = null;
    if (this.#untold.length === 0) return;
    const points = this.#untold;
    this.#untold = [];
    this.#services.emit({ name: "trainingMetrics", payload: { runId, points } });
  }

  pictures(step: number, pictures: UnitPictures): void {
    const { runId } = this.#on();
    this.#services.emit({ name: "trainingPictures", payload: { runId, step, pictures } });
  }

  histogram(histogram: ActivationHistogram): void {
    if (this.#histograms.all.at(-1)?.step === histogram.step) return;
    this.#histograms.add(histogram);
    const soon = performance.now() - this.#toldHistogramMs < HISTOGRAM_EVERY_MS;
    if (soon && this.#histograms.all.length > HISTOGRAMS_AT_ONCE) return;
    this.#toldHistogramMs = performance.now();
    const { runId } = this.#on();
    this.#services.emit({ name: "trainingHistogram", payload: { runId, histogram } });
  }

  event(kind: RunEvent["kind"], step: number, text: string): void {
    const { runId, recorder } = this.#on();
    this.#tell(runId);
    const event = { at: new Date().toISOString(), step, kind, text };
    recorder.event(event);
    this.#services.emit({ name: "trainingEvent", payload: { runId, event } });
  }

  flush(): boolean {
    return this.#on().recorder.save();
  }

  noRoom(message: string): void {
    this.#services.emit({ name: "failure", payload: { title: NO_ROOM, message } });
  }

  changed(): void {
    if (this.#inHand !== null) this.#tell(this.#inHand.runId);
    this.#services.emit({ name: "trainingChanged", payload: this.state() });
  }

  #on(): InHand {
    if (this.#inHand === null) throw new TypeError("TrainingRun: it is not on");
    return this.#inHand;
  }

  /** Takes the newest checkpoint and forgets what was recorded after it: that comes again. */
  async #goOn(runId: string, trainer: Trainer, checkpoints: Checkpoints): Promise<TrainingStart> {
    const { store } = this.#services;
    const resumedAt = (step: number, text: string): void => {
      store.addEvent(runId, { at: new Date().toISOString(), step, kind: "resumed", text });
    };
    const found = await checkpoints.newest();
    if (found === null) {
      // Nothing was reached yet: with drawn weights the beginning is as good as a checkpoint.
      if (this.#options.given === null && store.findRun(runId)?.config["weights"] !== undefined) {
        throw new ContractError(
          `Run ${runId} was cut short before its first checkpoint in "${checkpoints.folder}", and its weights came from a file: start it again`,
        );
      }
      store.dropMetricsAfter(runId, -1, []);
      resumedAt(0, "from the beginning");
      return FROM_THE_BEGINNING;
    }
    const { state, evaluated, wallMs } = found.checkpoint;
    trainer.restore(state);
    store.dropMetricsAfter(runId, state.step, evaluated ? [] : Object.values(EPOCH_METRICS));
    const other = found.refused === "" ? "" : `; the other one could not be taken: ${found.refused}`;
    resumedAt(state.step, `from the checkpoint of step ${state.step}${other}`);
    const validLosses = store.getMetrics(runId, EPOCH_METRICS.valid).map(({ value }) => value);
    return { evaluated, wallMs, validLosses };
  }
}

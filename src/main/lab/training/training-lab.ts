import { OutOfMemoryError } from "../../../core/errors.ts";
import { NOTEBOOK_DEFAULTS, type TrainingSettings } from "../../../shared/notebook.ts";
import type { MetricPoint, Quantities } from "../../../shared/run-records.ts";
import type { StartedRun } from "../lab.ts";
import { loadMnist, measureTraining, normalizeData } from "../notebook/cells/data-cells.ts";
import type { CellProgress } from "../notebook/cell-runner.ts";
import { forecastMemory } from "../notebook/forecast.ts";
import type { NotebookLab } from "../notebook/notebook-lab.ts";
import { HIDDEN, IN_FEATURES, NotebookSession, VALID_ROWS } from "../notebook/session.ts";
import type { LabServices, RunSupervisor } from "../run-supervisor.ts";
import { train, type TrainingOutcome } from "./train.ts";

/** Metrics reach the database this often: more at once would hold up main. */
const SAVE_EVERY_MS = 100;

/** Training as the lab offers it: data prepared as in the notebook, metrics saved while they come. */
export class TrainingLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #notebook: NotebookLab;
  /** Data prepared for training when the notebook's own do not fit. */
  #own: NotebookSession | null = null;

  constructor(services: LabServices, supervisor: RunSupervisor, notebook: NotebookLab) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#notebook = notebook;
  }

  /** @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  start(settings: TrainingSettings): StartedRun {
    const { engine, tracker, emit } = this.#services;
    const { refusal } = forecastMemory(trainingMemory(settings), engine.arena, null);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    const metrics = new MetricWriter(this.#services);
    let outcome: TrainingOutcome | null = null;
    return this.#supervisor.start(
      `Training, ${settings.epochs} epochs`,
      {
        create: {
          kind: "training",
          name: `784-50-1, SGD, lr ${settings.lr}, batch ${settings.batchSize}`,
          threads: settings.threads,
          rows: settings.rows,
          config: { ...settings, optimizer: "sgd", loss: "mse" },
        },
      },
      async (runId) => {
        try {
          const session = await this.#sessionFor(settings, {
            phase: (phase) => {
              tracker.phase(phase);
            },
            progress: () => undefined,
          });
          outcome = await train(session, settings, {
            phase: (phase) => {
              tracker.phase(phase);
            },
            progress: (fraction) => {
              tracker.progress(fraction);
            },
            metrics: (points) => {
              metrics.add(runId, points);
              emit({ name: "trainingMetrics", payload: { runId, points: [...points] } });
            },
          });
        } finally {
          metrics.save(runId);
        }
      },
      () => ({ ...metrics.latest(), ...(outcome === null ? {} : speedOf(outcome)) }),
    );
  }

  async #sessionFor(settings: TrainingSettings, progress: CellProgress): Promise<NotebookSession> {
    const shared = this.#notebook.sessionWith(settings.rows);
    if (shared !== null) return shared;
    if (this.#own?.settings.rows === settings.rows && this.#own.data?.normalized === true) {
      this.#own.settings = { ...this.#own.settings, threads: settings.threads };
      return this.#own;
    }
    this.#own?.release();
    this.#own = new NotebookSession({
      engine: this.#services.engine,
      settings: {
        seed: settings.seed,
        rows: settings.rows,
        threads: settings.threads,
        samples: NOTEBOOK_DEFAULTS.samples,
        coordinates: NOTEBOOK_DEFAULTS.coordinates,
      },
      resourcesDir: this.#services.resourcesDir,
      givenWeights: null,
    });
    for (const prepare of [loadMnist, measureTraining, normalizeData]) await prepare(this.#own, progress);
    return this.#own;
  }

  release(): void {
    this.#own?.release();
    this.#own = null;
  }
}

function trainingMemory({ rows, batchSize }: TrainingSettings): { name: string; bytes: number }[] {
  const rowBytes = IN_FEATURES * 4;
  return [
    { name: "training and validation images", bytes: (rows + VALID_ROWS) * rowBytes },
    { name: "activations of the evaluation", bytes: (rows + VALID_ROWS) * HIDDEN * 8 },
    { name: "one batch, forward and backward", bytes: 2 * batchSize * rowBytes },
  ];
}

function speedOf({ steps, seconds }: TrainingOutcome): Quantities {
  return { steps, seconds, stepsPerSecond: steps / seconds };
}

/** Gathers metrics and writes them in batches, one transaction each. */
class MetricWriter {
  readonly #services: LabServices;
  readonly #latest = new Map<string, number>();
  #pending: MetricPoint[] = [];
  #savedMs = performance.now();

  constructor(services: LabServices) {
    this.#services = services;
  }

  add(runId: string, points: readonly MetricPoint[]): void {
    this.#pending.push(...points);
    for (const { name, value } of points) this.#latest.set(name, value);
    if (performance.now() - this.#savedMs >= SAVE_EVERY_MS) this.save(runId);
  }

  save(runId: string): void {
    if (this.#pending.length > 0) this.#services.store.addMetrics(runId, this.#pending);
    this.#pending = [];
    this.#savedMs = performance.now();
  }

  latest(): Quantities {
    return Object.fromEntries(this.#latest);
  }
}

import { ContractError } from "../../../core/errors.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import type { LiveSettings } from "../../../shared/live/live-settings.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { checkExercise, type ExerciseCheck, type ExerciseRun } from "./check-exercise.ts";
import { openLiveKernel, type KernelServices, type LiveKernel, type LiveServices } from "./live-kernel.ts";
import { runDocument, type DocumentListener, type DocumentRun } from "./run-document.ts";
import { phaseOf } from "./serve-check.ts";

export interface DocumentRunRequest {
  readonly document: LabDocument;
  readonly settings: LiveSettings;
  /** Ids or names of cells, which run with what they need; null for all. */
  readonly cells: readonly string[] | null;
}

/** Notebooks that people write: each open document has a kernel of its own. */
export class LiveLab {
  readonly #services: LiveServices;
  readonly #open = new Set<LiveKernel>();

  constructor(services: LiveServices) {
    this.#services = services;
  }

  /** Starts a sandbox for the cells of one document. @throws {TaskError} */
  open(settings: LiveSettings): Promise<LiveKernel> {
    return this.#start(this.#services, settings);
  }

  /** As `open`, for whoever runs cells within an activity of his own. @throws {TaskError} */
  openWithin(settings: LiveSettings): Promise<LiveKernel> {
    return this.#start({ ...this.#services, asActivity: (_title, body) => body() }, settings);
  }

  /**
   * Runs a document's cells from a fresh kernel; leaves no run. Stopped, what was computed is in what it gives.
   *
   * @throws {ContractError} If another activity is on, a cell is unknown or a name is used above its definition.
   * @throws {TaskError}
   */
  async run(request: DocumentRunRequest, listener: DocumentListener): Promise<DocumentRun> {
    this.requireThreads(request.settings);
    return this.#services.asActivity(request.document.header.title, (activity) =>
      this.runWithin(activity, request, listener),
    );
  }

  /** @throws {ContractError} If the lab has fewer threads. */
  requireThreads({ threads }: LiveSettings): void {
    const { workers } = this.#services.engine;
    if (threads > workers)
      throw new ContractError(`the lab was opened with ${workers} threads, not ${threads}`);
  }

  /** As `run`, as a part of an activity. @throws {ContractError} @throws {TaskError} */
  async runWithin(
    activity: ActivityHandle,
    { document, settings, cells }: DocumentRunRequest,
    listener: DocumentListener,
  ): Promise<DocumentRun> {
    // The whole run is one activity, so its cells are none.
    const kernel = await this.openWithin(settings);
    try {
      return await runDocument(kernel, document, {
        wanted: cells,
        stopped: activity.isCancelled,
        listener: {
          ...listener,
          onCell: (cell, place) => {
            activity.phase(`cell ${cell.id}`);
            activity.progress(place.done / place.total);
            listener.onCell?.(cell, place);
          },
          onForecast: (cell, words) => {
            activity.phase(phaseOf(`cell ${cell.id}`, words));
            listener.onForecast?.(cell, words);
          },
        },
      });
    } finally {
      await kernel.close();
    }
  }

  /**
   * Runs what an exercise needs and its check from a fresh kernel; leaves no run.
   *
   * @throws {ContractError} If another activity is on. @throws {TaskError}
   */
  checkExercise(
    exercise: ExerciseCheck,
    settings: LiveSettings,
    limits: { readonly tensorBytes?: number } = {},
  ): Promise<ExerciseRun> {
    return this.#services.asActivity(`exercise ${exercise.name}`, (activity) =>
      this.checkWithin(activity, exercise, settings, limits),
    );
  }

  /** As `checkExercise`, as a part of an activity. @throws {TaskError} */
  async checkWithin(
    activity: ActivityHandle,
    exercise: ExerciseCheck,
    settings: LiveSettings,
    limits: { readonly tensorBytes?: number } = {},
  ): Promise<ExerciseRun> {
    const threads = Math.min(settings.threads, this.#services.engine.workers);
    const services: LiveServices = {
      ...this.#services,
      ...limits,
      asActivity: (_title, body) => body(activity),
    };
    const kernel = await this.#start(services, { ...settings, threads });
    try {
      return await checkExercise(kernel, exercise, {
        stopped: activity.isCancelled,
        limitMs: settings.limitMs,
      });
    } finally {
      await kernel.close();
    }
  }

  /** Ends the cell that runs, whichever document's it is; all variables stay. */
  stop(): void {
    for (const kernel of this.#open) kernel.stop();
  }

  /** Ends every sandbox. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((kernel) => kernel.close()));
  }

  async #start(services: KernelServices, settings: LiveSettings): Promise<LiveKernel> {
    const kernel = await openLiveKernel(services, settings, (closed) => this.#open.delete(closed));
    this.#open.add(kernel);
    return kernel;
  }
}

import { setTimeout as wait } from "node:timers/promises";
import { messageOf } from "../../../core/thrown.ts";
import { ContractError, StoreError } from "../../../core/errors.ts";
import type { Activity } from "../../../shared/ipc/ipc-contract.ts";
import type { Quantities, RunStatus, RunSummary } from "../../../shared/runs/run-records.ts";
import { isOutOfSpace } from "../../store/store-failure.ts";
import type { ActivityHandle } from "./activity-handle.ts";
import { ActivityTracker } from "./activity-tracker.ts";
import { delayQuantities, type EventLoopDelay } from "./event-loop-delay.ts";
import { ExperimentCancelled } from "./experiment-cancelled.ts";
import { noteNotFinite } from "./note-not-finite.ts";
import type { LabServices, RunRow, StartedRun } from "./experiment.ts";
import { MemoryWatch } from "./memory-watch.ts";

/** The end of a run is tried to be saved again while the disk is full: five minutes. */
const RETRY_MS = 2_000;
const MOST_TRIES = 150;

/**
 * Runs experiments one at a time and sees each to its end: the row in the database, the activity on the screen, and
 * a status with a reason whatever happens.
 */
export class RunSupervisor {
  readonly #services: LabServices;
  readonly #tracker: ActivityTracker;
  readonly #delay: EventLoopDelay;
  #current: Promise<unknown> | null = null;
  /** Ends the wait of an activity for the workers. */
  #stopWaiting: () => void = () => undefined;

  constructor(services: LabServices, delay: EventLoopDelay) {
    this.#services = services;
    this.#delay = delay;
    this.#tracker = new ActivityTracker((activity) => {
      services.emit({ name: "activityChanged", payload: activity });
    });
  }

  /**
   * Starts an experiment that leaves a run; `summarise` is asked for the run's key numbers however it ended.
   *
   * @param forecastBytes What the arena was expected to hold of it at a time, where that was known.
   *
   * @throws {ContractError} If another activity is on. @throws {StoreError} If runs cannot be saved.
   */
  start(
    title: string,
    row: RunRow,
    body: (runId: string, activity: ActivityHandle) => Promise<void>,
    summarise: () => Quantities,
    forecastBytes: number | null = null,
  ): StartedRun {
    const { engine, store, emit, machineId } = this.#services;
    this.assertIdle();
    if (store.readOnly) {
      throw new StoreError(
        `Experiments cannot be saved in ${store.path}: ${store.readOnlyReason ?? "read-only"}`,
      );
    }
    const run =
      "create" in row
        ? store.createRun({ ...row.create, machineId, startedAt: new Date().toISOString() })
        : store.resumeRun(row.resume);
    engine.clearCancellation();
    const activity = this.#tracker.begin(run.id, run.kind, title);
    this.#delay.beginActivity();
    emit({ name: "runChanged", payload: run });
    const memory = new MemoryWatch(engine.arena, forecastBytes);
    const done = this.#see(
      title,
      run,
      () => body(run.id, activity),
      () => ({ ...summarise(), ...memory.end() }),
    );
    this.#current = done;
    return { runId: run.id, done };
  }

  /** Work that leaves no run in the database. @throws {ContractError} If another activity is on. */
  async work<T>(
    kind: Activity["kind"],
    title: string,
    body: (activity: ActivityHandle) => Promise<T>,
  ): Promise<T> {
    this.assertIdle();
    this.#services.engine.clearCancellation();
    const activity = this.#tracker.begin(null, kind, title);
    const done = this.#workersFree()
      .then(() => body(activity))
      .finally(() => {
        this.#tracker.end();
      });
    this.#current = done.catch(() => undefined);
    return done;
  }

  /** The activity that is on, or null. */
  state(): Activity | null {
    return this.#tracker.current();
  }

  /** Asks the activity to stop; it ends as `cancelled` within 200 ms and keeps what it had. */
  cancel(): { cancelled: boolean } {
    if (this.state() === null) return { cancelled: false };
    this.#tracker.cancelling();
    this.#services.engine.cancel();
    this.#stopWaiting();
    return { cancelled: true };
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    await this.#current;
  }

  /** @throws {ContractError} If an activity is on. */
  assertIdle(): void {
    const active = this.state();
    if (active !== null) {
      throw new ContractError(
        `"${active.title}" is still running; cancel it or wait for it, then start again`,
      );
    }
  }

  /** Waits for workers that a cancelled activity has left behind. @throws {ExperimentCancelled} */
  async #workersFree(): Promise<void> {
    const cancelled = new Promise<void>((resolve) => {
      this.#stopWaiting = resolve;
    });
    await Promise.race([this.#services.engine.settled(), cancelled]);
    if (this.#tracker.cancelRequested) throw new ExperimentCancelled("cancelled");
  }

  async #see(
    title: string,
    run: RunSummary,
    body: () => Promise<void>,
    summarise: () => Quantities,
  ): Promise<RunSummary> {
    const { store, emit } = this.#services;
    let status: Exclude<RunStatus, "running"> = "finished";
    let failure: string | null = null;
    try {
      // The caller hears its run id before the first event of the run; workers of a cancelled one may still be leaving.
      await this.#workersFree();
      await body();
    } catch (error) {
      if (error instanceof ExperimentCancelled) {
        status = "cancelled";
      } else {
        status = "failed";
        failure = messageOf(error);
      }
    }
    // Whatever ended, and however: what is no number is named.
    const summary = { ...noteNotFinite(summarise()), ...delayQuantities(this.#delay.endActivity(title)) };
    const end = { status, failure, summary, finishedAt: new Date().toISOString() };
    let finished: RunSummary = { ...run, ...end };
    for (let tries = 1; ; tries++) {
      try {
        finished = store.finishRun(run.id, end);
        break;
      } catch (error) {
        const message = messageOf(error);
        if (tries === 1) {
          emit({ name: "failure", payload: { title: "The end of the run was not saved", message } });
        }
        if (!isOutOfSpace(error) || tries === MOST_TRIES) break;
        this.#tracker.phase("waiting for room on the disk");
        await wait(RETRY_MS);
      }
    }
    // The run's end comes first: the window then knows why what it shows as running has stopped.
    emit({ name: "runChanged", payload: finished });
    this.#tracker.end();
    return finished;
  }
}

import type { MetricPoint, Quantities, RunEvent } from "../../../../shared/runs/run-records.ts";
import { messageOf } from "../../../../core/thrown.ts";
import type { Store } from "../../../store/store.ts";
import { isOutOfSpace } from "../../../store/store-failure.ts";

/** Metrics reach the database this often: more at once would hold up main. */
const SAVE_EVERY_MS = 100;
/** Points kept in memory while the disk is full, some 50 MB; the training is paused long before. */
const MOST_KEPT = 500_000;

/** Gathers what a run records and writes it in batches; while the disk is full it keeps what it could not write. */
export class RunRecorder {
  readonly #store: Store;
  readonly #runId: string;
  readonly #onFull: (reason: string) => void;
  readonly #latest = new Map<string, number>();
  #points: MetricPoint[] = [];
  #events: RunEvent[] = [];
  #savedMs = performance.now();
  #full = false;

  /** @param onFull Told once each time the disk has become full. */
  constructor(store: Store, runId: string, onFull: (reason: string) => void) {
    this.#store = store;
    this.#runId = runId;
    this.#onFull = onFull;
  }

  /** The disk was full at the last try: what is recorded waits in memory. */
  get full(): boolean {
    return this.#full;
  }

  /** Points that wait to be written. */
  get waiting(): number {
    return this.#points.length;
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) {
      this.#points.push(point);
      this.#latest.set(point.name, point.value);
    }
    if (performance.now() - this.#savedMs >= SAVE_EVERY_MS) this.save();
  }

  event(event: RunEvent): void {
    this.#events.push(event);
    this.save();
  }

  /** @returns whether everything so far is in the database. @throws {StoreError} For any other reason than a full disk. */
  save(): boolean {
    this.#savedMs = performance.now();
    try {
      if (this.#points.length > 0) this.#store.addMetrics(this.#runId, this.#points);
      this.#points = [];
      for (; this.#events[0] !== undefined; this.#events.shift()) {
        this.#store.addEvent(this.#runId, this.#events[0]);
      }
      this.#full = false;
      return true;
    } catch (error) {
      if (!isOutOfSpace(error) || this.#points.length > MOST_KEPT) throw error;
      if (!this.#full) this.#onFull(messageOf(error));
      this.#full = true;
      return false;
    }
  }

  /** The last value of each of these metrics. */
  latest(names: readonly string[]): Quantities {
    return Object.fromEntries([...this.#latest].filter(([name]) => names.includes(name)));
  }
}

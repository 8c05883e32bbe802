import type { MetricPoint, Quantities } from "../../../shared/run-records.ts";
import type { Store } from "../../store/store.ts";

/** Metrics reach the database this often: more at once would hold up main. */
const SAVE_EVERY_MS = 100;

/** Gathers metrics and writes them in batches, one transaction each. */
export class MetricWriter {
  readonly #store: Store;
  readonly #latest = new Map<string, number>();
  #pending: MetricPoint[] = [];
  #savedMs = performance.now();

  constructor(store: Store) {
    this.#store = store;
  }

  add(runId: string, points: readonly MetricPoint[]): void {
    this.#pending.push(...points);
    for (const { name, value } of points) this.#latest.set(name, value);
    if (performance.now() - this.#savedMs >= SAVE_EVERY_MS) this.save(runId);
  }

  save(runId: string): void {
    if (this.#pending.length > 0) this.#store.addMetrics(runId, this.#pending);
    this.#pending = [];
    this.#savedMs = performance.now();
  }

  /** The last value of each of these metrics. */
  latest(names: readonly string[]): Quantities {
    return Object.fromEntries([...this.#latest].filter(([name]) => names.includes(name)));
  }
}

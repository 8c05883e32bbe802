import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import type { ActivityDelay, LoopDelay } from "../../../shared/ipc/ipc-contract.ts";
import type { Quantities, RunSummary } from "../../../shared/runs/run-records.ts";

const NANOSECONDS_PER_MS = 1e6;
const RESOLUTION_MS = 2;

/** Delay beyond the timer's own resolution. */
function read(histogram: IntervalHistogram): LoopDelay {
  const inMs = (nanoseconds: number): number => Math.max(0, nanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS);
  return {
    p50: inMs(histogram.percentile(50)),
    p99: inMs(histogram.percentile(99)),
    max: inMs(histogram.max),
  };
}

/** Delay of main's event loop: from the app's start on, and during the last activity. */
export class EventLoopDelay {
  readonly #always = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #activity = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #lastActivity: ActivityDelay | null = null;

  constructor() {
    this.#always.enable();
  }

  /** Delay since the last reading. */
  read(): LoopDelay {
    const reading = read(this.#always);
    this.#always.reset();
    return reading;
  }

  beginActivity(): void {
    this.#activity.reset();
    this.#activity.enable();
  }

  /** Keeps what was measured since `beginActivity` under `name`. */
  endActivity(name: string): LoopDelay {
    this.#activity.disable();
    const delay = read(this.#activity);
    this.#lastActivity = { name, ...delay };
    return delay;
  }

  /** Of the last activity since the app's start, or null. */
  get lastActivity(): ActivityDelay | null {
    return this.#lastActivity;
  }

  stop(): void {
    this.#always.disable();
    this.#activity.disable();
  }
}

/** A delay as a run keeps it among its key numbers. */
export const delayQuantities = ({ p50, p99, max }: LoopDelay): Quantities => ({
  mainDelayMedianMs: p50,
  mainDelayP99Ms: p99,
  mainDelayLongestMs: max,
});

/** The delay during the newest of the saved runs that kept one. */
export function savedActivityDelay(runs: readonly RunSummary[]): ActivityDelay | null {
  for (const { name, startedAt, summary } of runs) {
    const { mainDelayMedianMs: p50, mainDelayP99Ms: p99, mainDelayLongestMs: max } = summary;
    if (typeof p50 === "number" && typeof p99 === "number" && typeof max === "number") {
      return { name: `${name}, ${startedAt}`, p50, p99, max };
    }
  }
  return null;
}

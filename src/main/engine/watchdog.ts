import type { ControlBlock } from "./control-block.ts";

/** Checks further apart than this mean that the whole machine slept, so the workers' silence means nothing. */
const ASLEEP_MS = 1_000;

/** Notices workers whose heartbeat has stopped. */
export class Watchdog {
  readonly #control: ControlBlock;
  readonly #hangMs: number;
  #checkedMs = performance.now();
  readonly #seen: { beat: number; atMs: number; left: boolean }[];

  constructor(control: ControlBlock, workers: number, hangMs: number) {
    this.#control = control;
    this.#hangMs = hangMs;
    const now = performance.now();
    this.#seen = Array.from({ length: workers }, () => ({ beat: -1, atMs: now, left: false }));
  }

  /** This worker has answered; its silence means nothing from now on. */
  leave(worker: number): void {
    const seen = this.#seen[worker];
    if (seen !== undefined) seen.left = true;
  }

  /** What to tell the user about a worker that hangs, or null. */
  silentWorker(): string | null {
    const now = performance.now();
    const slept = now - this.#checkedMs > ASLEEP_MS;
    this.#checkedMs = now;
    for (const [worker, seen] of this.#seen.entries()) {
      const beat = this.#control.heartbeat(worker);
      if (slept || seen.left || beat !== seen.beat) {
        seen.beat = beat;
        seen.atMs = now;
      } else if (now - seen.atMs > this.#hangMs) {
        return (
          `Worker ${worker + 1} of ${this.#seen.length} gave no sign of life for ` +
          `${(this.#hangMs / 1000).toLocaleString("en")} s; the workers were restarted. Run the experiment again.`
        );
      }
    }
    return null;
  }
}

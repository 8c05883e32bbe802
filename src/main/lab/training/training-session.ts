import { setTimeout as wait } from "node:timers/promises";
import type { TrainingControl } from "../../../shared/training.ts";

/** How often a paused training looks whether it may go on: Cancel is answered within this. */
const LOOK_EVERY_MS = 50;

/** The wishes of the person who watches a training: pause, go on, another learning rate. */
export class TrainingSession {
  readonly #isCancelled: () => boolean;
  #paused = false;
  #wantedLr: number | null = null;

  constructor(isCancelled: () => boolean) {
    this.#isCancelled = isCancelled;
  }

  get paused(): boolean {
    return this.#paused;
  }

  ask(control: TrainingControl): void {
    if (control.action === "lr") this.#wantedLr = control.lr;
    else this.#paused = control.action === "pause";
  }

  /** The learning rate that was asked for since the last call, or null. */
  takeLr(): number | null {
    const lr = this.#wantedLr;
    this.#wantedLr = null;
    return lr;
  }

  /** Resolves when the training may go on or was cancelled. @returns milliseconds waited. */
  async whilePaused(): Promise<number> {
    const startedMs = performance.now();
    while (this.#paused && !this.#isCancelled()) await wait(LOOK_EVERY_MS);
    return performance.now() - startedMs;
  }
}

import { setTimeout as wait } from "node:timers/promises";
import type { TrainingControl } from "../../../../shared/experiments/training.ts";

/** How often a paused training looks whether it may go on: Cancel is answered within this. */
const LOOK_EVERY_MS = 50;
/** A full disk is tried again this often. */
const RETRY_EVERY_MS = 1_000;

/** What a training may have to wait for besides a person. */
export interface TrainingObstacle {
  readonly blocked: () => boolean;
  /** Tries again. */
  readonly retry: () => void;
}

/** The wishes of the person who watches a training: pause, go on, another learning rate. */
export class TrainingSession {
  readonly #isCancelled: () => boolean;
  readonly #obstacle: TrainingObstacle;
  #paused = false;
  #wantedLr: number | null = null;

  constructor(isCancelled: () => boolean, obstacle: TrainingObstacle) {
    this.#isCancelled = isCancelled;
    this.#obstacle = obstacle;
  }

  get paused(): boolean {
    return this.#paused || this.#obstacle.blocked();
  }

  /** Paused because it has to be, not because somebody wanted it. */
  get blocked(): boolean {
    return this.#obstacle.blocked();
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
    let triedMs = startedMs;
    while (this.paused && !this.#isCancelled()) {
      await wait(LOOK_EVERY_MS);
      if (!this.#obstacle.blocked() || performance.now() - triedMs < RETRY_EVERY_MS) continue;
      triedMs = performance.now();
      this.#obstacle.retry();
    }
    return performance.now() - startedMs;
  }
}

import { constants } from "node:os";

/** What asks a command to end: Ctrl+C, the system, a closed terminal; a reader of standard output that has ended. */
export type InterruptionKind = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGPIPE";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The wish that a command ends. It may be uttered any number of times (`npm run lab` passes Ctrl+C on after the terminal
 * has sent it) and never ends the process by itself: what was computed is kept first.
 */
export class Interruption {
  #kind: InterruptionKind | null = null;
  #listener: (() => void) | null = null;

  /** Listens to the signals of this process. */
  static ofProcess(): Interruption {
    const interruption = new Interruption();
    for (const signal of SIGNALS) process.on(signal, () => interruption.request(signal));
    return interruption;
  }

  get requested(): boolean {
    return this.#kind !== null;
  }

  /** The first one's exit code as a shell gives it, 128 + the signal's number; null where nothing was asked. */
  get exitCode(): number | null {
    return this.#kind === null ? null : 128 + constants.signals[this.#kind];
  }

  get kind(): InterruptionKind | null {
    return this.#kind;
  }

  /** Calls `listener` at every request from now on, and at once if there was one. */
  listen(listener: () => void): void {
    this.#listener = listener;
    if (this.requested) listener();
  }

  request(kind: InterruptionKind): void {
    this.#kind ??= kind;
    this.#listener?.();
  }
}

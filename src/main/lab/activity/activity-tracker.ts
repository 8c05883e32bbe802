import { RecentPace } from "./recent-pace.ts";
import type { Activity } from "../../../shared/ipc/ipc-contract.ts";

/** Listeners hear of progress at most this often; phases and endings at once. */
const REPORT_EVERY_MS = 100;

/** The one long piece of work that may be on: what it is, how far, since when. */
export class ActivityTracker {
  readonly #emit: (activity: Activity | null) => void;
  #current: (Pick<Activity, "runId" | "kind" | "title"> & { readonly startedMs: number }) | null = null;
  #phase = "";
  #fraction: number | null = null;
  #pace = new RecentPace();
  #cancelling = false;
  #reportedMs = 0;

  constructor(emit: (activity: Activity | null) => void) {
    this.#emit = emit;
  }

  begin(runId: Activity["runId"], kind: Activity["kind"], title: string): void {
    this.#current = { runId, kind, title, startedMs: performance.now() };
    this.#phase = "starting";
    this.#fraction = null;
    this.#pace = new RecentPace();
    this.#cancelling = false;
    this.#report();
  }

  phase(phase: string): void {
    this.#phase = phase;
    this.#report();
  }

  /** `fraction` of the whole activity, 0 to 1. */
  progress(fraction: number): void {
    this.#fraction = Math.min(1, Math.max(0, fraction));
    this.#pace.add(performance.now(), this.#fraction);
    if (performance.now() - this.#reportedMs >= REPORT_EVERY_MS) this.#report();
  }

  cancelling(): void {
    this.#cancelling = true;
    this.#report();
  }

  end(): void {
    this.#current = null;
    this.#report();
  }

  get cancelRequested(): boolean {
    return this.#cancelling;
  }

  current(): Activity | null {
    if (this.#current === null) return null;
    const { startedMs, ...identity } = this.#current;
    const elapsedMs = performance.now() - startedMs;
    const fraction = this.#fraction;
    return {
      ...identity,
      phase: this.#phase,
      fraction,
      elapsedMs,
      etaMs: this.#pace.leftMs(performance.now()),
      cancelling: this.#cancelling,
    };
  }

  #report(): void {
    this.#reportedMs = performance.now();
    this.#emit(this.current());
  }
}

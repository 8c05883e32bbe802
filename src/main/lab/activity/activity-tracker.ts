import type { ActivityHandle, ActivityPart } from "./activity-handle.ts";
import { ExperimentCancelled } from "./experiment-cancelled.ts";
import { RecentPace } from "./recent-pace.ts";
import type { Activity } from "../../../shared/ipc/ipc-contract.ts";

/** Listeners hear of progress and phases at most this often, of the last ones for certain; of endings at once. */
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
  #later: NodeJS.Timeout | null = null;
  /** When it was paused, or null. */
  #pausedMs: number | null = null;

  constructor(emit: (activity: Activity | null) => void) {
    this.#emit = emit;
  }

  /** @returns what the activity holds while it is on. */
  begin(runId: Activity["runId"], kind: Activity["kind"], title: string): ActivityHandle {
    this.#current = { runId, kind, title, startedMs: performance.now() };
    this.#phase = "starting";
    this.#fraction = null;
    this.#pace = new RecentPace();
    this.#cancelling = false;
    this.#pausedMs = null;
    this.#report();
    return this.#handle({ from: 0, to: 1 });
  }

  phase(phase: string): void {
    this.#phase = phase;
    this.#reportSoon();
  }

  #progress(fraction: number): void {
    this.#fraction = Math.min(1, Math.max(0, fraction));
    this.#pace.add(performance.now(), this.#fraction);
    this.#reportSoon();
  }

  #reportSoon(): void {
    const leftMs = this.#reportedMs + REPORT_EVERY_MS - performance.now();
    if (leftMs <= 0) this.#report();
    else this.#later ??= setTimeout(() => this.#report(), leftMs).unref();
  }

  #pause(): void {
    this.#pausedMs ??= performance.now();
    this.#report();
  }

  #goOn(): void {
    if (this.#current === null || this.#pausedMs === null) return;
    const startedMs = this.#current.startedMs + performance.now() - this.#pausedMs;
    this.#current = { ...this.#current, startedMs };
    this.#pausedMs = null;
    // The pause must not look like slow work.
    this.#pace = new RecentPace();
    this.#report();
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
    const elapsedMs = (this.#pausedMs ?? performance.now()) - startedMs;
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

  #handle({ from, to, title = "" }: ActivityPart): ActivityHandle {
    const share = (fraction: number): number => from + (to - from) * fraction;
    return {
      phase: (phase) => {
        this.phase(`${title}${phase}`);
      },
      progress: (fraction) => {
        this.#progress(share(fraction));
      },
      pause: () => {
        this.#pause();
      },
      goOn: () => {
        this.#goOn();
      },
      checkpoint: () => {
        if (this.#cancelling) throw new ExperimentCancelled("cancelled");
      },
      isCancelled: () => this.#cancelling,
      part: (part) =>
        this.#handle({
          from: share(part.from),
          to: share(part.to),
          title: part.title === undefined ? title : `${title}${part.title}: `,
        }),
    };
  }

  #report(): void {
    if (this.#later !== null) clearTimeout(this.#later);
    this.#later = null;
    this.#reportedMs = performance.now();
    this.#emit(this.current());
  }
}

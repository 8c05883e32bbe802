import type { ControlBlock } from "./control-block.ts";
import { threadActivity, THREADS_ARE_VISIBLE, type ThreadActivity } from "./thread-activity.ts";
import { grouped } from "../../core/grouped.ts";

/** Checks further apart than this mean that the whole machine slept, so the workers' silence means nothing. */
const ASLEEP_MS = 1_000;
/** A check that comes this much later than the one before was itself kept waiting: the machine is busy. */
const PUNCTUAL_MS = 100;
/** A task that no thread has begun, or a silence that nothing explains, is a hang after this many times `hangMs`. */
const PATIENCE = 10;
/** Of the silence, so much may have been spent on something else than the endless loop. */
const BUSY_SHARE = 0.8;

interface Seen {
  beat: number;
  /** When the heartbeat last moved. */
  atMs: number;
  left: boolean;
  /** Processor time of the thread when the silence began; null before it was read. */
  cpuMs: number | null;
  /** Since when every check has found the thread asleep, at the same processor time. */
  asleepSince: { readonly atMs: number; readonly cpuMs: number } | null;
  /** How much of the silence passed between punctual checks. */
  punctualMs: number;
}

/** What the watchdog asks the system; tests answer themselves. */
export interface WatchdogSystem {
  readonly now: () => number;
  /** Null where the system does not tell about threads. */
  readonly activity: ((threadId: number) => ThreadActivity | null) | null;
}

const SYSTEM: WatchdogSystem = {
  now: () => performance.now(),
  activity: THREADS_ARE_VISIBLE ? threadActivity : null,
};

/**
 * Notices workers whose heartbeat has stopped. Silence alone is no proof on a busy machine, where a healthy thread may
 * wait for a core for seconds: a worker hangs if it has used `hangMs` of processor time without a heartbeat, or slept
 * all through it, or is gone. Where threads' times are not known, silence counts while main itself is served on time.
 */
export class Watchdog {
  readonly #control: Pick<ControlBlock, "heartbeat" | "threadId">;
  readonly #hangMs: number;
  readonly #system: WatchdogSystem;
  #checkedMs: number;
  readonly #seen: Seen[];

  constructor(
    control: Pick<ControlBlock, "heartbeat" | "threadId">,
    workers: number,
    hangMs: number,
    system: WatchdogSystem = SYSTEM,
  ) {
    this.#control = control;
    this.#hangMs = hangMs;
    this.#system = system;
    const now = system.now();
    this.#checkedMs = now;
    this.#seen = Array.from({ length: workers }, () => ({
      beat: -1,
      atMs: now,
      left: false,
      cpuMs: null,
      asleepSince: null,
      punctualMs: 0,
    }));
  }

  /** This worker has answered; its silence means nothing from now on. */
  leave(worker: number): void {
    const seen = this.#seen[worker];
    if (seen !== undefined) seen.left = true;
  }

  /** What to tell the user about a worker that hangs, or null. */
  silentWorker(): string | null {
    const now = this.#system.now();
    const sinceCheckMs = now - this.#checkedMs;
    this.#checkedMs = now;
    for (const [worker, seen] of this.#seen.entries()) {
      const beat = this.#control.heartbeat(worker);
      if (sinceCheckMs > ASLEEP_MS || seen.left || beat !== seen.beat) {
        Object.assign(seen, { beat, atMs: now, cpuMs: null, asleepSince: null, punctualMs: 0 });
        continue;
      }
      if (sinceCheckMs <= PUNCTUAL_MS) seen.punctualMs += sinceCheckMs;
      const how = this.#hangs(worker, seen, now);
      if (how !== null) {
        return (
          `Worker ${worker + 1} of ${this.#seen.length} gave no sign of life for ` +
          `${grouped(Math.round((now - seen.atMs) / 1000))} s${how}; ` +
          "the workers were restarted. Run the experiment again."
        );
      }
    }
    return null;
  }

  /** How a silent worker is known to hang, as the end of a sentence, or null while it may be healthy. */
  #hangs(worker: number, seen: Seen, now: number): string | null {
    const silentMs = now - seen.atMs;
    const threadId = this.#control.threadId(worker);
    const { activity } = this.#system;
    if (activity === null || threadId === 0) {
      const known = activity === null && seen.punctualMs > this.#hangMs;
      return known || silentMs > PATIENCE * this.#hangMs ? "" : null;
    }
    const current = activity(threadId);
    if (current === null) return silentMs > this.#hangMs ? " and its thread has ended" : null;
    seen.cpuMs ??= current.cpuMs;
    if (!current.asleep || seen.asleepSince?.cpuMs !== current.cpuMs) seen.asleepSince = null;
    if (current.asleep) seen.asleepSince ??= { atMs: now, cpuMs: current.cpuMs };
    if (silentMs <= this.#hangMs) return null;
    if (current.cpuMs - seen.cpuMs >= BUSY_SHARE * this.#hangMs) return " while it kept a core busy";
    const asleepMs = seen.asleepSince === null ? 0 : now - seen.asleepSince.atMs;
    return asleepMs >= BUSY_SHARE * this.#hangMs ? " and was asleep" : null;
  }
}

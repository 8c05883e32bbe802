import type { MachineConditions } from "../../shared/runs/machine-conditions.ts";
import { thisMachine, type Heat, type MachineSystem } from "./machine-system.ts";
import type { ProcessorTimes } from "./processor-times.ts";

/** More than this part of the processors busy with other programs disturbs what is timed … */
const BUSY_SHARE = 0.25;
/** … and this many of them, on a small machine. */
const LEAST_BUSY = 0.5;
/** Systems count processors' time in steps of up to 16 ms: a shorter stretch says nothing. */
const LEAST_STRETCH_MS = 250;
/** Of what the processors must have counted in a stretch, some containers' systems count nothing. */
const LEAST_COUNTED = 0.5;
const READ_EVERY_MS = 2_000;

interface Reading {
  readonly atMs: number;
  readonly times: ProcessorTimes | null;
  readonly ownMs: ReadonlyMap<number, number>;
}

/** A stretch of time in which something is timed. */
export interface WatchedStretch {
  /** From here on programs compute that the lab has started itself and cannot tell from others. */
  leaveOthersOut(): void;
  /** What the machine did up to now. @param during As warnings say it: "while the stages ran". */
  look(during: string): MachineConditions;
}

/** Knows what the machine does beside the app. Reading takes no longer than some small files; nothing waits. */
export class MachineWatch {
  readonly #system: MachineSystem;
  /** The newest last. */
  #kept: readonly Reading[] = [];
  #keepers = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(system: MachineSystem = thisMachine()) {
    this.#system = system;
  }

  /** Has readings at hand for stretches that are too short by themselves. @returns Call it to end that. */
  keepReadings(): () => void {
    this.#keepers++;
    if (this.#timer === undefined) {
      this.#keep();
      this.#timer = setInterval(() => this.#keep(), READ_EVERY_MS).unref();
    }
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#keepers--;
      if (this.#keepers > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#kept = [];
    };
  }

  /** A stretch from now on. */
  begin(): WatchedStretch {
    return this.#stretch(this.#read());
  }

  /** A stretch from the last kept reading on, so that its end tells something even if it comes at once. */
  beginBefore(): WatchedStretch {
    const now = this.#system.nowMs();
    return this.#stretch(
      this.#kept.findLast(({ atMs }) => now - atMs >= LEAST_STRETCH_MS) ?? this.#kept[0] ?? this.#read(),
    );
  }

  #keep(): void {
    this.#kept = [...this.#kept.slice(-1), this.#read()];
  }

  #read(): Reading {
    return {
      atMs: this.#system.nowMs(),
      times: this.#system.processorTimes(),
      ownMs: this.#system.ownMs(),
    };
  }

  #stretch(began: Reading): WatchedStretch {
    const system = this.#system;
    const loadBefore = system.load() ?? NaN;
    const heatBefore = system.heat();
    let othersUntil: Reading | null = null;
    return {
      leaveOthersOut: () => {
        othersUntil ??= this.#read();
      },
      look: (during) => {
        const others = othersBetween(began, othersUntil ?? this.#read());
        const governor = system.governor();
        const onBattery = system.onBattery();
        const throttled = throttledBetween(heatBefore, system.heat());
        return {
          loadBefore,
          governor: governor.name,
          onBattery,
          othersBusy: others === null ? null : others.busy + others.stolen,
          throttled,
          warnings: [
            ...busyWarnings(others, during),
            ...(onBattery === true
              ? [
                  "The machine runs on its battery, which slows processors down. Plug it in and measure again.",
                ]
              : []),
            ...(governor.savesPower
              ? [
                  `The processor's governor is "${governor.name}", which keeps its clock low. Choose "performance" and measure again.`,
                ]
              : []),
            ...(throttled === true
              ? [`The processor got too hot and slowed itself down ${during}. Let it cool and measure again.`]
              : []),
          ],
        };
      },
    };
  }
}

/** Processors that were busy with other programs, and that a virtual machine's host gave to others, on average. */
interface Others {
  readonly processors: number;
  readonly busy: number;
  readonly stolen: number;
}

/** Null where the stretch is too short or the system does not say. */
function othersBetween(from: Reading, to: Reading): Others | null {
  const elapsedMs = to.atMs - from.atMs;
  if (from.times === null || to.times === null || elapsedMs < LEAST_STRETCH_MS) return null;
  const { processors } = to.times;
  const busyMs = to.times.busyMs - from.times.busyMs;
  const stolenMs = to.times.stolenMs - from.times.stolenMs;
  const countedMs = busyMs + stolenMs + to.times.idleMs - from.times.idleMs;
  if (countedMs < LEAST_COUNTED * processors * elapsedMs) return null;
  // A process that has ended in between is missing; one that is new has all its time in the stretch.
  const ownMs = [...to.ownMs].reduce((sum, [pid, ms]) => sum + ms - (from.ownMs.get(pid) ?? 0), 0);
  return {
    processors,
    busy: Math.max(0, busyMs - ownMs) / elapsedMs,
    stolen: Math.max(0, stolenMs) / elapsedMs,
  };
}

function busyWarnings(others: Others | null, during: string): readonly string[] {
  if (others === null) return [];
  const { processors, busy, stolen } = others;
  if (busy + stolen <= Math.max(LEAST_BUSY, BUSY_SHARE * processors)) return [];
  const many = `${(busy + stolen).toFixed(1)} of ${processors} ${processors === 1 ? "processor" : "processors"}`;
  return [
    stolen > busy
      ? `The host of this virtual machine kept ${many} for others ${during}. Measure again when it has less to do.`
      : `Other programs kept ${many} busy ${during}. Close them and measure again.`,
  ];
}

const throttledBetween = (before: Heat | null, after: Heat | null): boolean | null =>
  before === null || after === null ? null : after.now || after.slowdowns > before.slowdowns;

import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import type { PlannedSection, ProgramTimes } from "../../shared/engine/worker-tasks.ts";
import type { MetricRecord } from "./control-block.ts";
import type { TuningCache } from "./tune-kernels.ts";

export interface EngineOptions {
  /** 0: workers are started when something is computed; whoever looks at saved runs does not wait for them. */
  readonly threads: number;
  /** The built worker, out/main/worker.js. */
  readonly workerFile: string;
  /** A worker that computes, or sleeps, for this long without a sign of life has failed; tests shorten it. */
  readonly hangMs?: number;
  /** Where tunings are kept from one start to the next; without it every start tunes. */
  readonly tuning?: TuningCache;
  /** These kernels and no others, instead of those that the tuning chooses. */
  readonly kernels?: InstructionSet;
  /** Whether V8 joins pairs of vectors, which decides what is preferred; null where unknown. */
  readonly joinsVectors?: boolean | null;
}

export interface RunOptions {
  readonly threads: number;
  /** Values of `record` and `mark`, in order, at most 20 times a second. */
  readonly onRecords?: (records: readonly MetricRecord[]) => void;
  /** Repeats finished so far over all sections. */
  readonly onProgress?: (repeatsDone: number) => void;
  /** It need not be as fast as it can: it waits for as long as `Engine.giveWay` says. */
  readonly givesWay?: boolean;
  /** Given, clocks run beside every step; hears where the time went, unless it was cancelled. */
  readonly onProfile?: (profile: ProgramProfile) => void;
}

/** Where the time of a program went. */
export interface ProgramProfile {
  readonly sections: readonly PlannedSection[];
  /** By worker. */
  readonly times: readonly ProgramTimes[];
}

export type RunStatus = "finished" | "cancelled";

/** Work cut into blocks that answer separately: reference arithmetic, comparisons. */
export interface BlockOptions {
  readonly threads: number;
  readonly onProgress?: (blocksDone: number) => void;
}

/** Answers of blocks in their order; null when the work was cancelled. */
export type BlockAnswers = readonly unknown[] | null;

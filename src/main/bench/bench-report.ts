import type { Machine } from "../../shared/runs/run-records.ts";
import type { Ratio } from "../../core/bootstrap-ratio.ts";
import type { LiveFigures } from "./live-figures.ts";

/** One contender's figures in one case; times are of one call. */
export interface Figures {
  readonly medianMs: number;
  readonly iqrMs: number;
  readonly minMs: number;
  readonly gflops: number;
  /** Of training steps only. */
  readonly stepsPerSecond?: number;
  readonly samples: number;
  /** Calls in the loop that gave one sample. */
  readonly callsPerSample: number;
  readonly threads: number;
  /** Processors it kept busy. More than `threads`: it uses more than it says. */
  readonly cpuShare: number;
}

/** A peer's figures beside ours: its result was compared with ours before it was timed. */
export interface PeerFigures extends Figures {
  /** Its median time over ours: above 1 we are faster. */
  readonly ratio: Ratio;
  readonly version: string;
}

/** Why there are no figures of a peer. */
export interface NotMeasured {
  readonly notMeasured: string;
}

export interface CaseReport {
  readonly name: string;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly threads: number;
  readonly ours: Figures;
  readonly peers: Readonly<Record<string, PeerFigures | NotMeasured>>;
  /** Our share of the peak of so many threads; null while the peak is not known. */
  readonly peakShare: number | null;
}

/** Where and when it was measured. */
export interface BenchMachine extends Machine {
  readonly date: string;
  /** Processes waiting for a processor, over the last minute, before the first case. */
  readonly loadBefore: number;
  readonly v8Flags: readonly string[];
  /** Of one thread; null while it is not measured. */
  readonly peakGflops: number | null;
}

/** What `--json` prints. */
export interface BenchReport {
  readonly machine: BenchMachine;
  readonly cases: readonly CaseReport[];
  /** What the machine did that makes the times untrustworthy. */
  readonly warnings: readonly string[];
  /** Of `--live`. */
  readonly live?: LiveFigures;
}

/** Every sample of a case, for the file of raw samples. */
export interface RawSamples {
  readonly name: string;
  readonly samplesMs: Readonly<Record<string, readonly number[]>>;
}

import type { Quantities } from "../../../shared/runs/run-records.ts";

/** One number of a run that was measured elsewhere. */
export interface ForeignPoint {
  readonly name: string;
  readonly step: number;
  readonly value: number;
  /** Unix time in milliseconds; null where the source holds none. */
  readonly timeMs: number | null;
  readonly epoch: number | null;
}

/** How values were spread at one step, over equal bins. */
export interface ForeignHistogram {
  readonly name: string;
  readonly step: number;
  readonly lo: number;
  readonly hi: number;
  readonly counts: readonly number[];
}

export interface ForeignText {
  readonly name: string;
  readonly step: number;
  readonly text: string;
}

/** What is known of a run besides its numbers; a later batch may know more. */
export interface ForeignHead {
  /** The same for the same run whenever it is read again. */
  readonly key: string;
  readonly name: string;
  readonly config: Quantities;
  readonly startedMs: number | null;
}

/** Some of a run's numbers, in the order of the source. */
export interface ForeignBatch {
  readonly head: ForeignHead;
  readonly points: readonly ForeignPoint[];
  readonly histograms: readonly ForeignHistogram[];
  readonly texts: readonly ForeignText[];
}

export interface ReadOptions {
  /** Somebody is writing: what has no end yet waits for it. */
  readonly growing?: boolean;
}

/** Something that runs are read from, and read again when it has grown. */
export interface RunSource {
  /** "TensorBoard", "JSON lines", … */
  readonly format: string;
  readonly path: string;
  /** What has come since the last call, all of it at the first. @throws {DataFormatError} If it is not what it claims to be. */
  read(options?: ReadOptions): AsyncGenerator<ForeignBatch>;
  /** What is missing or was left out so far, in words. */
  notes(): readonly string[];
}

/** Batches are about so large: main breathes between two. */
export const BATCH_POINTS = 2_000;
/** More series are a mistake: steps taken for names, for example. */
export const MOST_SERIES = 2_000;
export const MOST_NAME = 200;

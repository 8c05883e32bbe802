import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import type { BandsRequest, CurvesRequest, DrawnBand, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import type { DatabaseCheck, EmptiedTrash, ExportKind, Replacing } from "../../../shared/runs/run-exports.ts";
import type { TakenPart } from "./take-bundle.ts";
import type { RunCatalogue, RunTableAnswer, RunTableRequest } from "../../../shared/runs/run-table.ts";

/** What the store's thread is asked, and what it answers: everything that takes longer than main may be held up. */
export interface StoreTasks {
  readonly table: { readonly input: RunTableRequest; readonly output: RunTableAnswer };
  readonly catalogue: { readonly input: null; readonly output: RunCatalogue };
  readonly curves: { readonly input: CurvesRequest; readonly output: readonly DrawnCurve[] };
  readonly bands: { readonly input: BandsRequest; readonly output: readonly DrawnBand[] };
  readonly compare: {
    readonly input: { readonly runIds: readonly string[] };
    readonly output: RunComparison;
  };
  /** Answers the number of rows, of runs for a bundle and the database. */
  readonly export: {
    readonly input: {
      readonly what: ExportKind;
      readonly runIds: readonly string[];
      readonly path: string;
      readonly weights: boolean;
      /** With a bundle: points a series at most, or null for all. */
      readonly points: number | null;
      readonly overwrite: boolean;
      /** Its only element becomes 1 where nobody wants the export any more. */
      readonly stop: Int32Array<SharedArrayBuffer>;
    };
    readonly output: number;
  };
  /** Reads and checks a bundle, which takes long and locks nothing. */
  readonly readBundle: {
    readonly input: {
      readonly path: string;
      readonly replacing: Replacing;
      /** Its only element becomes 1 where nobody wants the bundle any more. */
      readonly stop: Int32Array<SharedArrayBuffer>;
    };
    readonly output: null;
  };
  /**
   * Takes a part of the runs of a bundle that was read, or what has arrived of them out again: the database is locked for
   * a moment. To be asked until it is over.
   */
  readonly takeBundle: {
    readonly input: { readonly path: string; readonly giveUp: boolean };
    readonly output: TakenPart;
  };
  /** Deletes a part of what an import or a deletion has left that was killed. To be asked until it is over. */
  readonly removeUnowned: {
    readonly input: { readonly names: readonly string[] };
    readonly output: { readonly over: boolean };
  };
  /** Deletes a part of what runs have. To be asked until it is over. */
  readonly deleteRuns: {
    readonly input: { readonly runIds: readonly string[] };
    readonly output: { readonly over: boolean };
  };
  /** The same; on a full disk all at once, their room too. */
  readonly emptyTrash: {
    readonly input: {
      readonly runIds: readonly string[];
      /** What the first answer says; null to begin with. */
      readonly beforeBytes: number | null;
    };
    readonly output: {
      readonly over: boolean;
      readonly beforeBytes: number;
      /** Null where their room is still to be given back. */
      readonly emptied: EmptiedTrash | null;
    };
  };
  /** Gives the room of runs that were deleted back to the disk; without `compact`, keeps it for later runs. */
  readonly reclaim: {
    readonly input: { readonly runs: number; readonly beforeBytes: number; readonly compact: boolean };
    readonly output: EmptiedTrash;
  };
  readonly backup: { readonly input: { readonly path: string }; readonly output: null };
  readonly check: { readonly input: null; readonly output: DatabaseCheck };
  readonly repair: { readonly input: null; readonly output: DatabaseCheck };
}

export type StoreTaskName = keyof StoreTasks;

/** What crosses to the thread. */
export interface StoreTaskMessage<N extends StoreTaskName = StoreTaskName> {
  readonly name: N;
  readonly input: StoreTasks[N]["input"];
}

/** Given to the thread when it starts. */
export interface StoreThreadData {
  readonly path: string;
  /** What is read: the database, a copy of it, or nothing where there is none yet. */
  readonly readFrom: string | null;
  readonly abandonedRuns: boolean;
  /** The disk was full when the store was opened. */
  readonly outOfSpace: boolean;
  readonly nativeBinding: string | null;
  /** Why nothing may be written; null where it may. */
  readonly readOnlyReason: string | null;
}

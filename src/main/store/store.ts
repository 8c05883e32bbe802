import type * as v from "valibot";
import type { LadderRecord, RungResult } from "../../shared/experiments/ladder.ts";
import type {
  CellResult,
  GradientCheck,
  Machine,
  MetricPoint,
  RunDetails,
  RunEvent,
  RunKind,
  RunStatus,
  ListedRun,
  RunSummary,
  Timing,
} from "../../shared/runs/run-records.ts";
import type { RunChange } from "../../shared/runs/run-changes.ts";
import type { DatasetRecords } from "./records/dataset-records.ts";
import type { DocumentRecords } from "./records/document-records.ts";
import type { ExerciseRecords } from "./records/exercise-records.ts";
import type { QueueRecords } from "./records/queue-records.ts";
import type { TuningRecords } from "./records/tuning-records.ts";
import type { ViewRecords } from "./records/view-records.ts";
import type { LadderFrame } from "./tables/ladder-table.ts";

/** What is known of a run when it starts. */
export type NewRun = Pick<
  RunSummary,
  "kind" | "name" | "threads" | "rows" | "machineId" | "config" | "startedAt"
> & {
  /** Where what is run decides the id; else one is drawn. */
  readonly id?: string;
  /** Its place in the queue, which it leaves in the same transaction: it never waits and runs at once. */
  readonly queuedId?: string;
};

/** How a run ended. */
export interface RunEnd {
  readonly status: Exclude<RunStatus, "running">;
  readonly summary: RunSummary["summary"];
  readonly failure: string | null;
  /** ISO 8601 UTC. */
  readonly finishedAt: string;
}

/** A timing with what identifies its run: one row of the CSV. */
export interface RunTiming {
  readonly run: RunSummary;
  readonly timing: Timing;
}

export interface StoreInfo {
  readonly path: string;
  /** The file with its write-ahead log. */
  readonly sizeBytes: number;
  readonly schemaVersion: number;
  readonly runs: number;
  /** Answer of `PRAGMA quick_check` when the store was opened. */
  readonly integrity: string;
  readonly readOnly: boolean;
  readonly sqlite: string;
}

/**
 * The saved runs. Every method throws StoreError, whose message names the file, the reason and what to do; those
 * that write also throw it when the store is read-only.
 */
export interface Store {
  readonly path: string;
  readonly readOnly: boolean;
  /** What other connections of this process read: the database, a copy of it, or nothing where there is none yet. */
  readonly readFrom: string | null;
  /** The disk was full when it was opened: it is read-only, and its trash can be emptied all the same. */
  readonly outOfSpace: boolean;
  /** Runs that are still said to be running were left so by a process that is gone. */
  readonly abandonedRuns: boolean;
  /** Where trainings keep weights to go on from: beside the database. */
  readonly checkpointsFolder: string;
  /** Where imported data sets are: beside the database too. */
  readonly datasetsFolder: string;
  /** Where the files of notebooks that people write are: beside the database too. */
  readonly notebooksFolder: string;
  readonly documents: DocumentRecords;
  readonly datasets: DatasetRecords;
  readonly queue: QueueRecords;
  readonly exercises: ExerciseRecords;
  readonly views: ViewRecords;
  readonly tunings: TuningRecords;
  /** Why it is read-only (in use, newer schema, asked for), or null. */
  readonly readOnlyReason: string | null;
  /** What the user must be told about opening it: damage, what was restored, a migration. */
  readonly notices: readonly string[];
  /** Those of the notices that tell of damage and what is missing: a person must not have to look for them. */
  readonly damage: readonly string[];

  /**
   * Another thread of the lab locks the database while `body` runs; who can wait does so by `unlocked`.
   *
   * @param reason "runs are being imported".
   */
  whileLocked<T>(reason: string, body: () => Promise<T>): Promise<T>;
  /** Resolves when no other thread of the lab locks the database: what is written then does not hold up the process. */
  unlocked(): Promise<void>;

  /** Saves or renews a machine; runs refer to it, so it comes first. */
  saveMachine(machine: Machine): void;
  /** Starts a run; durable when it returns. */
  createRun(run: NewRun): RunSummary;
  /** An ended run goes on, as when the notebook's next cell is run; durable when it returns. */
  resumeRun(runId: string): RunSummary;
  /** Durable when it returns, with everything recorded before. */
  finishRun(runId: string, end: RunEnd): RunSummary;
  /** Saves a cell with the timings and gradient checks in its details: do not add those again. */
  addCell(runId: string, cell: CellResult): void;
  /** Timings that belong to no cell. */
  addTimings(runId: string, timings: readonly Timing[]): void;
  /** Gradient checks that belong to no cell. */
  addGradientChecks(runId: string, checks: readonly GradientCheck[]): void;
  /** All or none of the points. */
  addMetrics(runId: string, points: readonly MetricPoint[]): void;
  /**
   * Forgets points after `step`, and those at it that have one of these names: a training that goes on from there
   * records them again.
   */
  dropMetricsAfter(runId: string, step: number, alsoAt: readonly string[]): void;
  /** Points of a run's metrics, or of one of them, in recorded order. */
  getMetrics(runId: string, name?: string): readonly MetricPoint[];
  addEvent(runId: string, event: RunEvent): void;
  /** The run, or undefined. */
  findRun(runId: string): RunSummary | undefined;
  /** The run as a list shows it, also when its row cannot be read. */
  findListed(runId: string): ListedRun | undefined;
  /** Saves or renews what a ladder runs with and on; before its rungs. */
  saveLadder(runId: string, frame: LadderFrame): void;
  /** All or none of the rungs, with their samples, in place of what was saved at their shapes. */
  saveRungs(runId: string, results: readonly RungResult[]): void;
  getLadder(runId: string): LadderRecord;
  /** False of a run of another kind, and of a ladder that was cut short before it measured. */
  hasLadder(runId: string): boolean;
  /** Saves or renews what a run of these kinds found; one document a run. */
  saveReport(runId: string, report: unknown): void;
  hasReport(runId: string): boolean;
  /** The report of a run of this kind, with its machine. */
  getReport<S extends v.GenericSchema>(
    runId: string,
    kind: RunKind,
    schema: S,
  ): { runId: string; machine: Machine; report: v.InferOutput<S> };
  /** The newest so many readable ones of each kind, without the trash, newest first; all where no number is given. */
  listRuns(ofEachKind?: number): RunSummary[];
  getRun(runId: string): RunDetails;
  /**
   * Changes what a person says of runs, all or none; durable when it returns. One that cannot be read can only be
   * archived and put into the trash. @returns the changed runs.
   */
  changeRuns(runIds: readonly string[], change: RunChange): ListedRun[];
  /** Runs in the trash for longer than TRASH_DAYS. */
  expiredRuns(now: Date): readonly string[];
  /** Names of what belongs to no run: of an import that is on, or was killed. */
  unownedNames(): readonly string[];
  /**
   * Timings of several runs, run by run in recorded order, a page at a time: writing may go on meanwhile. A ladder's are
   * the samples of its rungs, the cold call as a warm-up.
   */
  iterateTimings(runIds: readonly string[]): Iterable<RunTiming>;
  /** Runs that a dead process left running become `interrupted`; openStore does it. @returns how many. */
  markInterrupted(): number;
  info(): StoreInfo;
  /** Another number after each commit of another process. */
  dataVersion(): number;
  /** Folds the log into the file, renews the backup if something was written, and lets others write. */
  close(): void;
}

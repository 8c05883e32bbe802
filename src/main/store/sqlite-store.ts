import type * as v from "valibot";
import { join } from "node:path";
import { StoreError } from "../../core/errors.ts";
import type { LadderRecord, RungResult } from "../../shared/experiments/ladder.ts";
import {
  isReadable,
  type CellResult,
  type GradientCheck,
  type ListedRun,
  type Machine,
  type MetricPoint,
  type RunDetails,
  type RunEvent,
  type RunKind,
  type RunSummary,
  type Timing,
} from "../../shared/runs/run-records.ts";
import { ownPartsOf, type OwnPart } from "../../shared/runs/own-part.ts";
import { TRASH_DAYS, type RunChange } from "../../shared/runs/run-changes.ts";
import { sweepParts } from "../data/replace-file.ts";
import { unownedNames } from "./parted-rows.ts";
import { CellTable, type CellParts } from "./tables/cell-table.ts";
import type { Database } from "./open/database.ts";
import { GradientCheckTable } from "./tables/gradient-check-table.ts";
import { LadderTable, type LadderFrame } from "./tables/ladder-table.ts";
import { MachineTable } from "./tables/machine-table.ts";
import { MetricTable } from "./tables/metric-table.ts";
import { newRunId } from "./run-id.ts";
import { changedRun, RunTable } from "./tables/run-table.ts";
import { StoreConnection, type OpenedDatabase } from "./store-connection.ts";
import type { NewRun, RunEnd, RunTiming, Store, StoreInfo } from "./store.ts";
import { TimingTable } from "./tables/timing-table.ts";
import { EventTable } from "./tables/event-table.ts";
import { ReportTable } from "./tables/report-table.ts";
import { QueueTable } from "./tables/queue-table.ts";
import { DatasetRecords } from "./records/dataset-records.ts";
import { DocumentRecords } from "./records/document-records.ts";
import { ExerciseRecords } from "./records/exercise-records.ts";
import { QueueRecords } from "./records/queue-records.ts";
import type { StoreAccess } from "./records/store-access.ts";
import { TuningRecords } from "./records/tuning-records.ts";
import { ViewRecords } from "./records/view-records.ts";

/** Why a run that a dead process has left ended. */
export const INTERRUPTED =
  "The app ended while this run was on. Everything recorded until then is here; start it again for the rest.";

/** About 2 ms of reading: an export does not hold up the main process. */
const PAGE_ROWS = 500;

/** A rung's samples as timings: "kernel 100×1000×100", calls. */
function rungTimings({ rung, shape: { m, k, n }, threads, samples }: RungResult): Timing[] {
  return samples.map(({ ms, cold }, sample) => ({
    stage: `${rung} ${m}×${k}×${n}`,
    pass: "call",
    sample,
    ms,
    warmup: cold,
    threads,
    rows: m,
  }));
}

/** The store on a database that openStore has checked and brought up to date. */
export class SqliteStore extends StoreConnection implements Store {
  readonly #machines: MachineTable;
  readonly #runs: RunTable;
  readonly #cells: CellTable;
  readonly #timings: TimingTable;
  readonly #gradientChecks: GradientCheckTable;
  readonly #metrics: MetricTable;
  readonly #ladders: LadderTable;
  readonly #reports: ReportTable;
  readonly #events: EventTable;
  readonly #queue: QueueTable;
  readonly documents: DocumentRecords;
  readonly datasets: DatasetRecords;
  readonly queue: QueueRecords;
  readonly exercises: ExerciseRecords;
  readonly views: ViewRecords;
  readonly tunings: TuningRecords;

  constructor(opened: OpenedDatabase) {
    super(opened);
    const { db } = opened;
    this.#machines = new MachineTable(db);
    this.#runs = new RunTable(db);
    this.#cells = new CellTable(db);
    this.#timings = new TimingTable(db);
    this.#gradientChecks = new GradientCheckTable(db);
    this.#metrics = new MetricTable(db);
    this.#ladders = new LadderTable(db);
    this.#reports = new ReportTable(db);
    this.#events = new EventTable(db);
    this.#queue = new QueueTable(db);
    const access: StoreAccess = {
      attempt: (action, body) => this.attempt(action, body),
      write: (action, body) => this.write(action, body),
      writeDurably: (action, body) => this.writeDurably(action, body),
    };
    this.documents = new DocumentRecords(db, access);
    this.datasets = new DatasetRecords(db, access);
    this.queue = new QueueRecords(this.#queue, access);
    this.exercises = new ExerciseRecords(db, access);
    this.views = new ViewRecords(db, access);
    this.tunings = new TuningRecords(db, access);
  }

  saveMachine(machine: Machine): void {
    this.write("save the machine", () => this.#machines.save(machine));
  }

  createRun(newRun: NewRun): RunSummary {
    return this.writeDurably("start a run", () => {
      if (this.#machines.find(newRun.machineId) === undefined) {
        throw new StoreError(
          `Could not start a run in ${this.path}: machine ${newRun.machineId} is not saved; save it first.`,
        );
      }
      const startedAt = new Date(newRun.startedAt);
      let id = newRun.id ?? newRunId(newRun.kind, startedAt);
      if (newRun.id !== undefined && this.#runs.find(id) !== undefined) {
        throw new StoreError(`Run ${id} is already in ${this.path}.`);
      }
      while (this.#runs.find(id) !== undefined) id = newRunId(newRun.kind, startedAt);
      const { kind, name, threads, rows, machineId, config } = newRun;
      const run: RunSummary = {
        id,
        kind,
        name,
        status: "running",
        startedAt: newRun.startedAt,
        finishedAt: null,
        threads,
        rows,
        machineId,
        config,
        summary: {},
        failure: null,
        colour: null,
        pinned: false,
        notes: "",
        tags: [],
        archivedAt: null,
        deletedAt: null,
        keptAt: null,
      };
      this.#runs.insert(run);
      if (newRun.queuedId !== undefined) this.#queue.drop([newRun.queuedId]);
      return run;
    });
  }

  resumeRun(runId: string): RunSummary {
    return this.writeDurably("resume a run", () => {
      const run: RunSummary = {
        ...this.#find(runId),
        status: "running",
        finishedAt: null,
        failure: null,
        keptAt: null,
      };
      this.#runs.update(run);
      return run;
    });
  }

  finishRun(runId: string, { status, summary, failure, finishedAt }: RunEnd): RunSummary {
    return this.writeDurably("finish a run", () => {
      const run: RunSummary = { ...this.#find(runId), status, summary, failure, finishedAt };
      this.#runs.update(run);
      return run;
    });
  }

  addCell(runId: string, cell: CellResult): void {
    this.write(`save cell ${cell.cell}`, () => {
      this.#find(runId);
      const cellId = this.#cells.insert(runId, cell);
      this.#timings.append(runId, cellId, cell.details.timings);
      this.#gradientChecks.append(runId, cellId, cell.details.gradientChecks);
    });
  }

  addTimings(runId: string, timings: readonly Timing[]): void {
    this.write("save timings", () => {
      this.#find(runId);
      this.#timings.append(runId, null, timings);
    });
  }

  addGradientChecks(runId: string, checks: readonly GradientCheck[]): void {
    this.write("save gradient checks", () => {
      this.#find(runId);
      this.#gradientChecks.append(runId, null, checks);
    });
  }

  addMetrics(runId: string, points: readonly MetricPoint[]): void {
    this.write("save metrics", () => {
      this.#find(runId);
      this.#metrics.append(runId, points);
    });
  }

  dropMetricsAfter(runId: string, step: number, alsoAt: readonly string[]): void {
    this.write("forget metrics", () => {
      this.#metrics.dropAfter(runId, step, alsoAt);
    });
  }

  getMetrics(runId: string, name?: string): readonly MetricPoint[] {
    return this.attempt("read metrics", () =>
      name === undefined ? this.#metrics.ofRun(runId) : this.#metrics.ofName(runId, name),
    );
  }

  addEvent(runId: string, event: RunEvent): void {
    this.write("save an event", () => {
      this.#find(runId);
      this.#events.append(runId, event);
    });
  }

  findRun(runId: string): RunSummary | undefined {
    return this.attempt("look for a run", () => this.#runs.find(runId));
  }

  saveLadder(runId: string, frame: LadderFrame): void {
    this.write("save the ladder", () => {
      this.#find(runId);
      this.#ladders.saveFrame(runId, frame);
    });
  }

  saveRungs(runId: string, results: readonly RungResult[]): void {
    this.write("save rungs", () => {
      this.#find(runId);
      this.#ladders.replace(runId, results);
    });
  }

  hasLadder(runId: string): boolean {
    return this.attempt("look for a ladder", () => this.#ladders.has(runId));
  }

  getLadder(runId: string): LadderRecord {
    const { run, machine } = this.getRun(runId);
    const ladder = this.attempt("read a ladder", () => this.#ladders.ofRun(runId));
    if (ladder === undefined) {
      const why =
        run.kind === "ladder"
          ? `was ${run.status} before it measured anything`
          : `is no ladder but of the kind ${run.kind}`;
      throw new StoreError(`Run ${runId} ${why}. List the runs to see which ladders there are.`);
    }
    return { runId, machine, ...ladder };
  }

  saveReport(runId: string, report: unknown): void {
    this.write("save a report", () => {
      this.#find(runId);
      this.#reports.save(runId, report);
    });
  }

  hasReport(runId: string): boolean {
    return this.attempt("look for a report", () => this.#reports.has(runId));
  }

  getReport<S extends v.GenericSchema>(
    runId: string,
    kind: RunKind,
    schema: S,
  ): { runId: string; machine: Machine; report: v.InferOutput<S> } {
    const { run, machine } = this.getRun(runId);
    const report =
      run.kind === kind ? this.attempt("read a report", () => this.#reports.ofRun(runId, schema)) : undefined;
    if (report === undefined) {
      const found = run.kind === kind ? `has no report: it is ${run.status}` : `is of the kind ${run.kind}`;
      throw new StoreError(
        `Run ${runId} ${found}; expected one of the kind ${kind} with a report. List the runs to see which there are.`,
      );
    }
    return { runId, machine, report };
  }

  listRuns(ofEachKind = Number.MAX_SAFE_INTEGER): RunSummary[] {
    return this.attempt("list the runs", () => this.#runs.recent(ofEachKind));
  }

  findListed(runId: string): ListedRun | undefined {
    return this.attempt("look for a run", () => this.#runs.findListed(runId));
  }

  changeRuns(runIds: readonly string[], change: RunChange): ListedRun[] {
    const now = new Date().toISOString();
    return this.writeDurably("change the runs", () =>
      runIds.map((runId) => {
        const changed = changedRun(this.#runs.findListed(runId) ?? this.#find(runId), change, now);
        if (changed.deletedAt !== null && changed.status === "running") {
          throw new StoreError(`Run ${runId} is still running: cancel it, then delete it.`);
        }
        if (isReadable(changed)) this.#runs.annotate(changed);
        else {
          const { archived: _, deleted: __, ...others } = change;
          if (Object.keys(others).length > 0) throw new StoreError(changed.failure ?? "");
          this.#runs.putAway(changed);
        }
        return changed;
      }),
    );
  }

  expiredRuns(now: Date): readonly string[] {
    const before = new Date(now.getTime() - TRASH_DAYS * 86_400_000).toISOString();
    return this.attempt("look through the trash", () => this.#runs.expired(before));
  }

  unownedNames(): readonly string[] {
    return this.attempt("look for what was left of runs", () => unownedNames(this.db));
  }

  /** What a reader needs to follow the table: see RunIndex. */
  get tables(): { readonly runs: RunTable; readonly metrics: MetricTable; readonly db: Database } {
    return { runs: this.#runs, metrics: this.#metrics, db: this.db };
  }

  getRun(runId: string): RunDetails {
    return this.attempt("read a run", () => {
      const run = this.#find(runId);
      const machine = this.#machines.find(run.machineId);
      if (machine === undefined) {
        throw new StoreError(
          `${this.path} is damaged: run ${runId} has no machine. Restore the backup beside it.`,
        );
      }
      const timings = this.#timings.ofRun(runId);
      const gradientChecks = this.#gradientChecks.ofRun(runId);
      const parts = new Map<number | null, CellParts>();
      const partsOf = (cellId: number | null): CellParts => {
        const known = parts.get(cellId) ?? { timings: [], gradientChecks: [] };
        parts.set(cellId, known);
        return known;
      };
      for (const { cellId, timing } of timings) partsOf(cellId).timings.push(timing);
      for (const { cellId, check } of gradientChecks) partsOf(cellId).gradientChecks.push(check);
      return {
        run,
        machine,
        cells: this.#cells.ofRun(runId, partsOf),
        timings: timings.map(({ timing }) => timing),
        gradientChecks: gradientChecks.map(({ check }) => check),
        events: this.#events.ofRun(runId),
        ownParts: this.#ownPartsOf(run),
      };
    });
  }

  #ownPartsOf({ id, config }: RunSummary): OwnPart[] {
    const { spec } = config;
    const text = typeof spec === "string" ? spec : this.#reports.networkOf(id);
    if (text === null) return [];
    try {
      return ownPartsOf(JSON.parse(text));
    } catch (error) {
      // Another program's run may call something else its spec.
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  }

  *iterateTimings(runIds: readonly string[]): Generator<RunTiming> {
    for (const runId of runIds) {
      const run = this.attempt("read a run", () => this.#find(runId));
      const ladder = this.attempt("read a ladder", () => this.#ladders.ofRun(runId));
      for (const rung of ladder?.rungs ?? []) {
        for (const timing of rungTimings(rung)) yield { run, timing };
      }
      let after = -1;
      for (;;) {
        // Pages, not a cursor: an open cursor would refuse every write on this connection until it is done.
        const page = this.attempt("read timings", () => this.#timings.page(runId, after, PAGE_ROWS));
        for (const { timing } of page) yield { run, timing };
        const last = page.at(-1);
        if (last === undefined || page.length < PAGE_ROWS) break;
        after = last.recordedOrder;
      }
    }
  }

  markInterrupted(): number {
    return this.writeDurably("mark interrupted runs", () => {
      const at = new Date().toISOString();
      for (const runId of this.#runs.running()) {
        const text = "the app ended while this run was on; found at the next start";
        this.#events.append(runId, { at, step: null, kind: "interrupted", text });
        // What the process was writing when it ended.
        sweepParts(join(this.checkpointsFolder, runId), () => true);
      }
      return this.#runs.interruptRunning(INTERRUPTED);
    });
  }

  info(): StoreInfo {
    return this.attempt("read the database's state", () => ({
      ...this.fileInfo(),
      runs: this.#runs.count(),
    }));
  }

  #find(runId: string): RunSummary {
    const run = this.#runs.find(runId);
    if (run !== undefined) return run;
    throw new StoreError(`There is no run ${runId} in ${this.path}. List the runs to see which there are.`);
  }
}

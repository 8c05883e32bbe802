import { rmSync } from "node:fs";
import { messageOf } from "../../../core/thrown.ts";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import type { BandsRequest, CurvesRequest, DrawnBand, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import type { RunChange } from "../../../shared/runs/run-changes.ts";
import {
  allImported,
  type EmptiedTrash,
  type ExportKind,
  type ImportedBundle,
  type ImportedRuns,
  type Replacing,
} from "../../../shared/runs/run-exports.ts";
import {
  isReadable,
  type ListedRun,
  type MetricPoint,
  type RunDetails,
  type RunSummary,
} from "../../../shared/runs/run-records.ts";
import type {
  RunCatalogue,
  RunScope,
  RunTableAnswer,
  RunTableRequest,
} from "../../../shared/runs/run-table.ts";
import { requireTarget } from "../../store/open/output-target.ts";
import type { QuickReader } from "../../store/thread/quick-answers.ts";
import type { StoreReader } from "../../store/thread/store-reader.ts";
import type { TakenPart } from "../../store/thread/take-bundle.ts";
import { equalPart, type ActivityHandle } from "../activity/activity-handle.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { LabServices } from "../activity/experiment.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";
import type { StoreReaders } from "./store-readers.ts";
import { writeInParts } from "./write-in-parts.ts";

const RECENT_OF_EACH_KIND = 100;
/** How often a bundle that is being read asks whether it is still wanted. */
const CANCEL_CHECK_MS = 100;
const IMPORTING = "runs are being imported";
const EMPTYING = "the trash is being emptied";
/** Of a bundle that was given up before any of it was taken. */
const NOTHING_TAKEN: ImportedRuns = { ...allImported([]), cancelled: true };

/** Shared with the store's thread: 1 stops what it was given for. */
const stopFlag = (): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** What to write to a file. */
export interface ExportRequest {
  readonly what: ExportKind;
  readonly runIds: readonly string[];
  readonly path: string;
  /** With a bundle: what trainings learned. */
  readonly weights?: boolean;
  /** With a bundle: points a series at most; all where nothing is said. */
  readonly points?: number | null;
  /** A file that is there is replaced; true where nothing is said, because a dialog has asked. */
  readonly overwrite?: boolean;
}

/** Saved runs: found, changed, compared, exported, imported, and the trash. */
export class RunsLab {
  readonly #services: Pick<LabServices, "store" | "emit">;
  readonly #supervisor: Pick<RunSupervisor, "work">;
  readonly #reader: QuickReader;
  readonly #slow: StoreReader;
  /** Of each export that is on, what stops it. */
  readonly #exports = new Set<Int32Array<SharedArrayBuffer>>();

  constructor(
    services: Pick<LabServices, "store" | "emit">,
    supervisor: Pick<RunSupervisor, "work">,
    readers: Pick<StoreReaders, "quick" | "slow">,
  ) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#reader = readers.quick;
    this.#slow = readers.slow;
  }

  /** The newest so many of each kind that are not in the trash, newest first: what other views choose from. */
  list(ofEachKind = RECENT_OF_EACH_KIND): readonly RunSummary[] {
    return this.#services.store.listRuns(ofEachKind);
  }

  /** @throws {StoreError} If there is no such run. */
  get({ runId }: { readonly runId: string }): RunDetails {
    return this.#services.store.getRun(runId);
  }

  /** Points of a run's metrics, or of one of them, in recorded order. @throws {StoreError} */
  metrics(runId: string, name?: string): readonly MetricPoint[] {
    return this.#services.store.getMetrics(runId, name);
  }

  table(request: RunTableRequest): Promise<RunTableAnswer> {
    return this.#reader.ask("table", request);
  }

  /** Ids of the runs that a query finds, the newest first. @throws {ContractError} If the query cannot be read. */
  async find(query: string, scope: RunScope): Promise<readonly string[]> {
    const { ids, problem } = await this.table({
      query,
      scope,
      columns: [],
      groupBy: null,
      offset: 0,
      limit: 0,
      sort: { column: "started", descending: true },
    });
    if (problem !== null) throw new ContractError(`The query "${query}" cannot be read: ${problem}`);
    return ids;
  }

  catalogue(): Promise<RunCatalogue> {
    return this.#reader.ask("catalogue", null);
  }

  curves(request: CurvesRequest): Promise<readonly DrawnCurve[]> {
    return this.#reader.ask("curves", request);
  }

  bands(request: BandsRequest): Promise<readonly DrawnBand[]> {
    return this.#reader.ask("bands", request);
  }

  compare({ runIds }: { readonly runIds: readonly string[] }): Promise<RunComparison> {
    return this.#reader.ask("compare", { runIds });
  }

  /** @throws {StoreError} If a run is not there, or one that is on is to be deleted. */
  change({
    runIds,
    change,
  }: {
    readonly runIds: readonly string[];
    readonly change: RunChange;
  }): readonly RunSummary[] {
    const changed = this.#services.store.changeRuns(runIds, change);
    const readable = changed.filter(isReadable);
    const runs = readable.length === changed.length ? readable : null;
    this.#services.emit({ name: "runsChanged", payload: { runs } });
    return readable;
  }

  /** Runs as a list shows them: one that cannot be read is there as such. */
  listed(runIds: readonly string[]): readonly ListedRun[] {
    return runIds.flatMap((runId) => this.#services.store.findListed(runId) ?? []);
  }

  /** @returns rows of a CSV, runs of a bundle and of the database. @throws {StoreError} @throws {ExperimentCancelled} */
  async export(request: ExportRequest): Promise<number> {
    const { what, runIds, path, weights = false, points = null, overwrite = true } = request;
    const stop = stopFlag();
    this.#exports.add(stop);
    try {
      return await this.#slow.ask("export", { what, runIds, path, weights, points, overwrite, stop });
    } catch (error) {
      if (stop[0] !== 0) throw new ExperimentCancelled("cancelled", { cause: error });
      throw error;
    } finally {
      this.#exports.delete(stop);
    }
  }

  /** Asks what is being exported to stop: an earlier file is then as it was. @returns whether there is any. */
  cancelExports(): boolean {
    for (const stop of this.#exports) Atomics.store(stop, 0, 1);
    return this.#exports.size > 0;
  }

  /** Tries whether files can be written, before the work that fills them. @throws {StoreError} */
  requireTargets(paths: readonly string[], { overwrite }: { readonly overwrite: boolean }): void {
    for (const [i, path] of paths.entries()) {
      requireTarget(path, { database: this.#services.store.path, overwrite });
      if (paths.indexOf(path) < i)
        throw new ContractError(`${path} is given for two outputs: choose two files`);
    }
  }

  /** The same as text, for those who read it from a pipe. */
  async exportText(request: Omit<ExportRequest, "path">): Promise<Uint8Array> {
    const folder = await mkdtemp(join(tmpdir(), "backprop-lab-export-"));
    try {
      const path = join(folder, "export");
      await this.export({ ...request, path });
      return await readFile(path);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Adds a bundle's runs that are not there yet, each whole or not at all; a finished run takes the place of the same one
   * that is not finished. Cancelled, it leaves those that are there by then.
   *
   * @throws {ContractError} If an activity is on. @throws {StoreError} That says whether some of the runs were taken.
   */
  async import(path: string): Promise<ImportedRuns> {
    try {
      return await this.#supervisor.work("import", "Importing runs", (activity) =>
        this.#takeBundle(path, "finished", activity),
      );
    } finally {
      this.#tellAll();
    }
  }

  /**
   * As `import`, one bundle after the other: one that cannot be taken does not hold up the others. Cancelled, it ends
   * with the bundle in hand, which says so.
   *
   * @param order.onBundle Is told of each that came to its end.
   * @param order.replacing With "further" an unfinished run takes the place of the same one that has come less far.
   * @throws {ContractError} If an activity is on.
   */
  async importEach(
    paths: readonly string[],
    {
      onBundle = () => undefined,
      replacing = "finished",
    }: {
      readonly onBundle?: (bundle: ImportedBundle) => void;
      readonly replacing?: Replacing;
    } = {},
  ): Promise<readonly ImportedBundle[]> {
    const bundles: ImportedBundle[] = [];
    await this.#supervisor.work("import", "Importing runs", async (activity) => {
      for (const [i, path] of paths.entries()) {
        let bundle: ImportedBundle;
        try {
          const runs = activity.isCancelled()
            ? NOTHING_TAKEN
            : await this.#takeBundle(path, replacing, activity.part(equalPart(i, paths.length)));
          bundle = { path, runs, failure: "" };
        } catch (error) {
          bundle = { path, runs: null, failure: messageOf(error) };
        }
        bundles.push(bundle);
        if (bundle.runs?.cancelled === true) break;
        onBundle(bundle);
        activity.progress((i + 1) / paths.length);
      }
    });
    this.#tellAll();
    return bundles;
  }

  /**
   * Deletes for good what is in the trash, or some of it, and gives its room back to the disk. Cancelled before that, what is
   * gone by then is gone, and the file uses its room for later runs.
   *
   * @throws {ContractError} If an activity is on. @throws {StoreError}
   */
  async emptyTrash({ runIds }: { readonly runIds: readonly string[] | null }): Promise<EmptiedTrash> {
    const inTrash = await this.find("", "trash");
    const doomed = runIds === null ? inTrash : runIds.filter((id) => inTrash.includes(id));
    try {
      return await this.#supervisor.work("compacting", "Emptying the trash", (activity) =>
        this.#deleteForGood(doomed, activity),
      );
    } finally {
      this.#tellAll();
    }
  }

  async #deleteForGood(
    runIds: readonly string[],
    { isCancelled, phase }: Pick<ActivityHandle, "isCancelled" | "phase">,
  ): Promise<EmptiedTrash> {
    const { store } = this.#services;
    let beforeBytes: number | null = null;
    phase("deleting runs");
    const deleted = await writeInParts(store, EMPTYING, async () => {
      const part = await this.#slow.ask("emptyTrash", { runIds, beforeBytes });
      ({ beforeBytes } = part);
      return { ...part, over: part.over || isCancelled() };
    });
    if (deleted.emptied !== null) return deleted.emptied;
    const compact = !isCancelled();
    const left = compact ? [] : await this.find("", "trash");
    const runs = runIds.filter((id) => !left.includes(id)).length;
    // One statement of SQLite's, which copies what is left and cannot be stopped half-way.
    if (compact) phase("giving the room back to the disk: this cannot be stopped");
    const reclaiming = { runs, beforeBytes: deleted.beforeBytes, compact };
    return store
      .unlocked()
      .then(() => store.whileLocked(EMPTYING, () => this.#slow.ask("reclaim", reclaiming)));
  }

  /** Reading takes long and locks nothing; runs are taken part by part. Cancelled, those stay that are there whole. */
  async #takeBundle(
    path: string,
    replacing: Replacing,
    { isCancelled, progress }: Pick<ActivityHandle, "isCancelled" | "progress">,
  ): Promise<ImportedRuns> {
    const stop = stopFlag();
    const watch = setInterval(() => {
      if (isCancelled()) Atomics.store(stop, 0, 1);
    }, CANCEL_CHECK_MS);
    try {
      await this.#slow.ask("readBundle", { path, replacing, stop });
    } catch (error) {
      if (stop[0] !== 0) return NOTHING_TAKEN;
      throw error;
    } finally {
      clearInterval(watch);
    }
    let whole = true;
    const part = async (): Promise<TakenPart> => {
      whole &&= !isCancelled();
      const taken = await this.#slow.ask("takeBundle", { path, giveUp: !whole });
      progress(taken.share);
      return taken;
    };
    try {
      const { imported } = await writeInParts(this.#services.store, IMPORTING, part);
      return { ...imported, cancelled: !whole };
    } catch (error) {
      whole = false;
      // What cannot be removed now is when the app starts again.
      await writeInParts(this.#services.store, IMPORTING, part).catch(() => undefined);
      throw error;
    }
  }

  #tellAll(): void {
    this.#services.emit({ name: "runsChanged", payload: { runs: null } });
  }
}

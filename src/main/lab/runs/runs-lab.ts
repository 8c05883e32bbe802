import { existsSync, rmSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import type { BandsRequest, CurvesRequest, DrawnBand, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import type { RunChange } from "../../../shared/runs/run-changes.ts";
import type {
  DatabaseCheck,
  EmptiedTrash,
  ExportKind,
  ImportedRuns,
} from "../../../shared/runs/run-exports.ts";
import { isReadable, type ListedRun, type RunSummary } from "../../../shared/runs/run-records.ts";
import type {
  RunCatalogue,
  RunScope,
  RunTableAnswer,
  RunTableRequest,
} from "../../../shared/runs/run-table.ts";
import { FULLY_CHECKED_BYTES } from "../../store/open/open-sound.ts";
import { requireTarget } from "../../store/open/output-target.ts";
import type { StoreReader } from "../../store/thread/store-reader.ts";
import { dueBackupPath, dropOldBackups } from "../../store/open/weekly-backup.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { LabServices } from "../activity/experiment.ts";

/** What to write to a file. */
export interface ExportRequest {
  readonly what: ExportKind;
  readonly runIds: readonly string[];
  readonly path: string;
  /** With a bundle: what trainings learned. */
  readonly weights?: boolean;
  /** A file that is there is replaced; true where nothing is said, because a dialog has asked. */
  readonly overwrite?: boolean;
}

/** Saved runs: found, changed, compared, exported, imported; the trash and the database's health. */
export class RunsLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #reader: StoreReader;
  readonly #slow: StoreReader;
  readonly #upkeep: StoreReader;

  /**
   * @param readers One that answers in milliseconds, one for what a person asked for that takes seconds, one for what
   *   the app does by itself: none waits for another.
   */
  constructor(
    services: LabServices,
    supervisor: RunSupervisor,
    readers: Readonly<Record<"quick" | "slow" | "upkeep", StoreReader>>,
  ) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#reader = readers.quick;
    this.#slow = readers.slow;
    this.#upkeep = readers.upkeep;
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

  compare(runIds: readonly string[]): Promise<RunComparison> {
    return this.#reader.ask("compare", { runIds });
  }

  /** @throws {StoreError} If a run is not there, or one that is on is to be deleted. */
  change(runIds: readonly string[], change: RunChange): readonly RunSummary[] {
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

  /** @returns rows of a CSV, runs of a bundle and of the database. */
  export(request: ExportRequest): Promise<number> {
    const { what, runIds, path, weights = false, overwrite = true } = request;
    return this.#slow.ask("export", { what, runIds, path, weights, overwrite });
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

  /** Adds a bundle's runs that are not there yet. @throws {ContractError} If an activity is on. @throws {StoreError} */
  async import(path: string): Promise<ImportedRuns> {
    const imported = await this.#supervisor.work("import", "Importing runs", () =>
      this.#slow.ask("import", { path }),
    );
    this.#tellAll();
    return imported;
  }

  /** Deletes for good what is in the trash, or some of it. @throws {ContractError} If an activity is on. */
  async emptyTrash(runIds: readonly string[] | null): Promise<EmptiedTrash> {
    const inTrash = await this.find("", "trash");
    const doomed = runIds === null ? inTrash : runIds.filter((id) => inTrash.includes(id));
    const emptied = await this.#supervisor.work("compacting", "Emptying the trash", () =>
      this.#slow.ask("emptyTrash", { runIds: doomed }),
    );
    this.#tellAll();
    return emptied;
  }

  /** Reads every page of the database. */
  check(): Promise<DatabaseCheck> {
    return this.#upkeep.ask("check", null);
  }

  /** @throws {ContractError} If an activity is on. @throws {StoreError} If the database may not be written. */
  repair(): Promise<DatabaseCheck> {
    return this.#supervisor.work("compacting", "Repairing the database", () =>
      this.#slow.ask("repair", null),
    );
  }

  /** What the app does by itself after it has started: a weekly backup, old trash, a check of a large database. */
  async tidy(now = new Date()): Promise<void> {
    const { store, emit } = this.#services;
    if (store.readOnly) return;
    const fail = (title: string) => (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      emit({ name: "failure", payload: { title, message } });
    };
    const expired = store.expiredRuns(now);
    if (expired.length > 0) {
      await this.#upkeep
        .ask("deleteRuns", { runIds: expired })
        .then(() => this.#tellAll(), fail("Old trash was not deleted"));
    }
    const path = dueBackupPath(store.path, now);
    if (path !== null && existsSync(store.path)) {
      await this.#upkeep
        .ask("backup", { path })
        .then(() => dropOldBackups(store.path), fail("The weekly backup was not written"));
    }
    if (store.info().sizeBytes <= FULLY_CHECKED_BYTES) return;
    const { findings } = await this.check();
    if (findings.length === 0) return;
    fail("The database is damaged")(
      new Error(
        `${store.path}: ${findings[0] ?? ""}. Open Diagnostics and choose "Check and repair", or restart the app: ` +
          "it keeps the damaged file aside and restores the last backup.",
      ),
    );
  }

  #tellAll(): void {
    this.#services.emit({ name: "runsChanged", payload: { runs: null } });
  }
}

import { existsSync } from "node:fs";
import { messageOf } from "../../../core/thrown.ts";
import type { DatabaseCheck } from "../../../shared/runs/run-exports.ts";
import { FULLY_CHECKED_BYTES } from "../../store/open/open-sound.ts";
import { dropOldBackups, dueBackupPath } from "../../store/open/weekly-backup.ts";
import type { LabServices } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { StoreReaders } from "./store-readers.ts";
import { writeInParts } from "./write-in-parts.ts";

/** The database's health: checked, repaired, tidied. */
export class DatabaseLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #readers: StoreReaders;

  constructor(services: LabServices, supervisor: RunSupervisor, readers: StoreReaders) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#readers = readers;
  }

  /** Resolves when no thread of the lab locks the database. */
  unlocked(): Promise<void> {
    return this.#services.store.unlocked();
  }

  /** Reads every page of the database. */
  check(): Promise<DatabaseCheck> {
    return this.#readers.upkeep.ask("check", null);
  }

  /** @throws {ContractError} If an activity is on. @throws {StoreError} If the database may not be written. */
  repair(): Promise<DatabaseCheck> {
    return this.#supervisor.work("compacting", "Repairing the database", () =>
      this.#services.store.whileLocked("the database is being repaired", () =>
        this.#readers.slow.ask("repair", null),
      ),
    );
  }

  /** What the app does by itself after it has started: a weekly backup, old trash, a check of a large database. */
  async tidy(now = new Date()): Promise<void> {
    const { store, emit } = this.#services;
    const { upkeep } = this.#readers;
    if (store.readOnly) return;
    const fail = (title: string) => (error: unknown) => {
      const message = messageOf(error);
      emit({ name: "failure", payload: { title, message } });
    };
    // Before anything can be imported: what there is now was left by an import or a deletion that was killed.
    const left = this.#supervisor.state() === null ? store.unownedNames() : [];
    const expired = store.expiredRuns(now);
    if (left.length > 0) {
      await writeInParts(store, "what was left of runs is being removed", () =>
        upkeep.ask("removeUnowned", { names: left }),
      ).catch(fail("What was left of runs was not removed"));
    }
    if (expired.length > 0) {
      await writeInParts(store, "old trash is being deleted", () =>
        upkeep.ask("deleteRuns", { runIds: expired }),
      ).catch(fail("Old trash was not deleted"));
      emit({ name: "runsChanged", payload: { runs: null } });
    }
    const path = dueBackupPath(store.path, now);
    if (path !== null && existsSync(store.path)) {
      await upkeep
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
}

import { statSync } from "node:fs";
import { StoreError } from "../../core/errors.ts";
import { latestBackupPath, writeBackup } from "./open/backup.ts";
import { sqliteVersion, type Database } from "./open/database.ts";
import { schemaVersion } from "./open/migrate.ts";
import type { WriteLock } from "./open/write-lock.ts";
import { isOutOfSpace, storeFailure } from "./store-failure.ts";
import type { StoreInfo } from "./store.ts";

/** About half a second of writing. */
const BACKED_UP_AT_END_BYTES = 128e6;

export interface OpenedDatabase {
  readonly db: Database;
  readonly path: string;
  /** What other connections of this process read: the database, a copy of it, or nothing where there is none yet. */
  readonly readFrom: string | null;
  readonly integrity: string;
  readonly notices: readonly string[];
  readonly damage: readonly string[];
  readonly readOnlyReason: string | null;
  /** Nobody writes, so that runs which are still said to be running were left so by a process that is gone. */
  readonly abandonedRuns: boolean;
  /** The disk was full when it was opened. */
  readonly outOfSpace?: boolean;
  /** Closes the connection. */
  readonly release: () => void;
  /** Null when the store is read-only. */
  readonly lock: WriteLock | null;
}

/** Rows this connection has changed so far. */
const totalChanges = (db: Database): number =>
  db.prepare<{ n: number }>("SELECT total_changes() AS n").get()?.n ?? 0;

/** A database as it was opened: what was found, how it is read and written, how it is closed. */
export abstract class StoreConnection {
  readonly path: string;
  readonly readOnly: boolean;
  readonly readOnlyReason: string | null;
  readonly notices: readonly string[];
  readonly damage: readonly string[];
  readonly readFrom: string | null;
  readonly abandonedRuns: boolean;
  readonly outOfSpace: boolean;
  protected readonly db: Database;
  readonly #release: () => void;
  readonly #lock: WriteLock | null;
  readonly #integrity: string;
  readonly #changesAtStart: number;
  /** What of the lab's other threads locks the database, and when that is over. */
  readonly #locks = new Map<Promise<unknown>, string>();

  constructor(opened: OpenedDatabase) {
    const { db, path, lock } = opened;
    this.path = path;
    this.readFrom = opened.readFrom;
    this.damage = opened.damage;
    this.abandonedRuns = opened.abandonedRuns;
    this.outOfSpace = opened.outOfSpace ?? false;
    this.readOnly = lock === null;
    this.readOnlyReason = opened.readOnlyReason;
    this.notices = opened.notices;
    this.db = db;
    this.#release = opened.release;
    this.#lock = lock;
    this.#integrity = opened.integrity;
    this.#changesAtStart = totalChanges(db);
  }

  get checkpointsFolder(): string {
    return `${this.path.replace(/\.[^./\\]*$/, "")}-checkpoints`;
  }

  get datasetsFolder(): string {
    return `${this.path.replace(/\.[^./\\]*$/, "")}-data`;
  }

  get notebooksFolder(): string {
    return `${this.path.replace(/\.[^./\\]*$/, "")}-notebooks`;
  }

  close(): void {
    if (!this.db.open) return;
    try {
      if (!this.readOnly && totalChanges(this.db) > this.#changesAtStart) this.#foldAndBackUp();
    } finally {
      this.#release();
      this.#lock?.release();
    }
  }

  #foldAndBackUp(): void {
    try {
      this.attempt("fold the log into the file", () =>
        this.db.pragma("wal_checkpoint(TRUNCATE)", { simple: true }),
      );
      // A large one takes longer than leaving may: its weekly backups are written while the app runs.
      if (statSync(this.path).size <= BACKED_UP_AT_END_BYTES) {
        writeBackup(this.db, latestBackupPath(this.path));
      }
    } catch (error) {
      // On a full disk the log stays beside the file, with everything in it.
      if (!isOutOfSpace(error)) throw error;
    }
  }

  async whileLocked<T>(reason: string, body: () => Promise<T>): Promise<T> {
    const done = body();
    const over = done.catch(() => undefined);
    this.#locks.set(over, reason);
    try {
      return await done;
    } finally {
      this.#locks.delete(over);
    }
  }

  async unlocked(): Promise<void> {
    while (this.#locks.size > 0) await Promise.all(this.#locks.keys());
  }

  dataVersion(): number {
    return this.attempt("look for changes", () => Number(this.db.pragma("data_version", { simple: true })));
  }

  protected fileInfo(): Omit<StoreInfo, "runs"> {
    return {
      path: this.path,
      sizeBytes: [this.path, `${this.path}-wal`]
        .map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
        .reduce((sum, size) => sum + size),
      schemaVersion: schemaVersion(this.db),
      integrity: this.#integrity,
      readOnly: this.readOnly,
      sqlite: sqliteVersion(this.db),
    };
  }

  protected attempt<T>(action: string, body: () => T): T {
    try {
      return body();
    } catch (error) {
      const [lockedBecause] = this.#locks.values();
      throw storeFailure(action, this.path, error, lockedBecause);
    }
  }

  protected write<T>(action: string, body: () => T): T {
    if (this.readOnlyReason !== null) {
      throw new StoreError(
        `Could not ${action}: ${this.path} is open for reading only. ${this.readOnlyReason}`,
      );
    }
    return this.attempt(action, () => this.db.transaction(body).immediate());
  }

  /** As `write`, and on the disk when it returns: what a power cut must not take back. */
  protected writeDurably<T>(action: string, body: () => T): T {
    if (this.readOnly) return this.write(action, body);
    return this.attempt(action, () => {
      this.db.pragma("synchronous = FULL", { simple: true });
      try {
        return this.write(action, body);
      } finally {
        this.db.pragma("synchronous = NORMAL", { simple: true });
      }
    });
  }
}

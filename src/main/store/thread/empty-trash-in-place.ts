import { rmSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../../../core/errors.ts";
import type { EmptiedTrash } from "../../../shared/runs/run-exports.ts";
import { connect, type Database } from "../open/database.ts";
import { freeReserve, keepReserve } from "../open/reserve.ts";
import { claimWriting } from "../open/write-lock.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { storeFailure } from "../store-failure.ts";
import { removeLeaving } from "./delete-part.ts";
import { reclaim, storedBytes } from "./maintenance.ts";

/** Rows of one transaction: what it changes, a few hundred pages, has to fit into the reserve's room as a log. */
const ROWS_AT_A_TIME = 2_000;

/** What a run has most of, in pieces; all else goes with the run. */
const PIECES = [
  `DELETE FROM point WHERE (series_id, position) IN (
     SELECT series_id, position FROM point WHERE series_id IN (SELECT id FROM series WHERE run_id = ?)
     LIMIT ${ROWS_AT_A_TIME})`,
  `DELETE FROM rung_sample WHERE rowid IN (
     SELECT rung_sample.rowid FROM rung_sample JOIN rung ON rung.id = rung_id WHERE run_id = ?
     LIMIT ${ROWS_AT_A_TIME})`,
  `DELETE FROM timing WHERE rowid IN (SELECT rowid FROM timing WHERE run_id = ? LIMIT ${ROWS_AT_A_TIME})`,
  `DELETE FROM gradient_check WHERE rowid IN (
     SELECT rowid FROM gradient_check WHERE run_id = ? LIMIT ${ROWS_AT_A_TIME})`,
] as const;

type Place = Pick<SqliteStore, "path" | "checkpointsFolder">;

/**
 * Empties the trash on a full disk. Weights go first, then the reserve makes room for the log of small transactions,
 * each of which is in the database before the next begins: whenever the process is killed, the file is sound, and what
 * is left of the trash is still there.
 *
 * @throws {Error} SQLite's, if there is no room all the same.
 */
export function emptyTrashInPieces(
  db: Database,
  store: Place,
  runIds: readonly string[],
  beforeBytes: number,
): EmptiedTrash {
  const { path, checkpointsFolder } = store;
  const checkpoint = (): void => void db.pragma("wal_checkpoint(TRUNCATE)", { simple: true });
  try {
    for (const runId of runIds) rmSync(join(checkpointsFolder, runId), { recursive: true, force: true });
    freeReserve(path);
    for (const _ of removeLeaving(db)) checkpoint();
    for (const runId of runIds) {
      takeApart(db, runId);
      db.prepare("DELETE FROM run WHERE id = ?").run(runId);
      checkpoint();
    }
    return reclaim(db, store, { runs: runIds.length, beforeBytes, compact: true });
  } finally {
    keepReserve(path);
  }
}

/**
 * Empties the trash of a database whose disk was full when it was opened, so that it was opened for reading only.
 *
 * @throws {StoreError} If another process writes, or there is no room all the same.
 */
export function emptyTrashInPlace(
  store: Place,
  runIds: readonly string[],
  nativeBinding: string | null,
): EmptiedTrash {
  const { path } = store;
  const beforeBytes = storedBytes(store);
  try {
    // The lock and the opening take room, too.
    freeReserve(path);
    const claim = claimWriting(path, nativeBinding);
    if ("heldBy" in claim)
      throw new StoreError(`${path} is in use by ${claim.heldBy}: empty the trash there.`);
    try {
      const db = connect(path, { nativeBinding });
      try {
        db.pragma("synchronous = FULL", { simple: true });
        db.pragma("foreign_keys = ON", { simple: true });
        return emptyTrashInPieces(db, store, runIds, beforeBytes);
      } finally {
        db.close();
      }
    } finally {
      claim.lock.release();
    }
  } catch (error) {
    throw storeFailure("empty the trash", path, error);
  }
}

function takeApart(db: Database, runId: string): void {
  for (const sql of PIECES) {
    const piece = db.prepare(sql);
    while (piece.run(runId).changes > 0) db.pragma("wal_checkpoint(TRUNCATE)", { simple: true });
  }
}

import { StoreError } from "../../../core/errors.ts";
import type { EmptiedTrash } from "../../../shared/runs/run-exports.ts";
import { connect } from "../open/database.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { isOutOfSpace, storeFailure } from "../store-failure.ts";
import { claimWriting } from "../open/write-lock.ts";
import { emptyTrash } from "./maintenance.ts";

/**
 * Empties the trash of a database whose disk was full when it was opened. Where even deleting finds no room for a log,
 * the log is kept in memory, by the only connection there is; the file may then only shrink.
 *
 * @throws {StoreError} If another process writes, or the disk is full all the same.
 */
export function emptyTrashInPlace(
  store: Pick<SqliteStore, "path" | "checkpointsFolder">,
  runIds: readonly string[],
  nativeBinding: string | null,
): EmptiedTrash {
  const { path } = store;
  try {
    const claim = claimWriting(path, nativeBinding);
    if ("heldBy" in claim)
      throw new StoreError(`${path} is in use by ${claim.heldBy}: empty the trash there.`);
    try {
      return attempt(store, runIds, { nativeBinding, logInMemory: false });
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      return attempt(store, runIds, { nativeBinding, logInMemory: true });
    } finally {
      claim.lock.release();
    }
  } catch (error) {
    throw storeFailure("empty the trash", path, error);
  }
}

function attempt(
  store: Pick<SqliteStore, "path" | "checkpointsFolder">,
  runIds: readonly string[],
  { nativeBinding, logInMemory }: { readonly nativeBinding: string | null; readonly logInMemory: boolean },
): EmptiedTrash {
  const db = connect(store.path, { nativeBinding, exclusive: logInMemory });
  try {
    if (logInMemory) {
      db.pragma("journal_mode = MEMORY", { simple: true });
      db.pragma("temp_store = MEMORY", { simple: true });
    }
    db.pragma("synchronous = FULL", { simple: true });
    db.pragma("foreign_keys = ON", { simple: true });
    return emptyTrash(db, store, runIds);
  } finally {
    db.close();
  }
}

// Piscina hands it on as it is; its own package would take each thread 20 ms to load.
import { workerData } from "node:worker_threads";
import { messageOf } from "../../../core/thrown.ts";
import { StoreError } from "../../../core/errors.ts";
import { writeToStream } from "../../data/write-to-stream.ts";
import { writeBackup, writeCopy } from "../open/backup.ts";
import { connect, type Database } from "../open/database.ts";
import { exportGradchecksCsv } from "../export/export-gradchecks-csv.ts";
import { exportLadderCsv } from "../export/export-ladder-csv.ts";
import { exportLayersCsv } from "../export/export-layers-csv.ts";
import { exportMetricsCsv } from "../export/export-metrics-csv.ts";
import { exportMetricsParquet } from "../export/export-metrics-parquet.ts";
import { exportTensorboard } from "../export/export-tensorboard.ts";
import { exportSummaryCsv } from "../export/export-summary-csv.ts";
import type { Checkpoint } from "../export/write-csv.ts";
import { exportTimingsCsv } from "../export/export-timings-csv.ts";
import { EXPORTS, type EmptiedTrash } from "../../../shared/runs/run-exports.ts";
import { openReader } from "../open/open-for-reading.ts";
import { requireTarget } from "../open/output-target.ts";
import { isOutOfSpace, storeFailure } from "../store-failure.ts";
import { exportBundle } from "./export-bundle.ts";
import { readBundle } from "./import-bundle.ts";
import { emptyTrashInPieces, emptyTrashInPlace } from "./empty-trash-in-place.ts";
import { deletePart } from "./delete-part.ts";
import { findDamage, reclaim, repair, storedBytes } from "./maintenance.ts";
import { removeUnowned } from "../parted-rows.ts";
import { quickAnswers } from "./quick-answers.ts";
import type { StoreTaskMessage, StoreTaskName, StoreTasks, StoreThreadData } from "./store-tasks.ts";
import type { ReadBundle } from "./take-bundle.ts";
import { writePart } from "./write-part.ts";

// The store's thread: reads through a connection of its own while main writes, so that neither waits for the other.
const data = workerData as StoreThreadData;
const store = openReader(data, data.nativeBinding);

/** Through a connection of its own: this one may show abandoned runs by a view, which SQLite would take for the table. */
function copyDatabase(target: string, checkpoint: Checkpoint): void {
  const { readFrom } = store;
  if (readFrom === null) {
    writeCopy(store.tables.db, target, { private: false, checkpoint });
    return;
  }
  const db = connect(readFrom, { nativeBinding: data.nativeBinding, readOnly: true });
  try {
    writeCopy(db, target, { private: false, checkpoint });
  } finally {
    db.close();
  }
}

/** Bundles that were read and are to be taken. */
const bundles = new Map<string, ReadBundle>();

type Handlers = {
  readonly [N in StoreTaskName]: (
    input: StoreTasks[N]["input"],
  ) => StoreTasks[N]["output"] | Promise<StoreTasks[N]["output"]>;
};

const handlers: Handlers = {
  ...quickAnswers(store),
  export: (request) => {
    const { path, overwrite, what } = request;
    // A folder with one file a run: each of them is replaced whole.
    if (EXPORTS[what].extension === "folder") return exportTo(path, request);
    return requireTarget(path, { database: data.path, overwrite }) === "file"
      ? exportTo(path, request)
      : writeToStream(path, (file) => exportTo(file, request));
  },
  readBundle: ({ path, replacing, stop }) =>
    explaining("import runs", async () => {
      const { checkpointsFolder } = store;
      bundles.get(path)?.close();
      bundles.delete(path);
      const { nativeBinding } = data;
      const checkpoint = stopping(stop, "The import was stopped.");
      const target = { path: data.path, checkpointsFolder, nativeBinding, replacing, checkpoint };
      bundles.set(path, await readBundle(path, target));
      return null;
    }),
  takeBundle: ({ path, giveUp }) =>
    explaining("import runs", () => {
      const bundle = bundles.get(path);
      if (bundle === undefined) throw new StoreError(`${path} was not read before: import it again.`);
      // What could not be taken is still to be given up.
      let over = giveUp;
      try {
        const part = giveUp ? bundle.giveUpPart() : bundle.takePart();
        ({ over } = part);
        return part;
      } finally {
        if (over) {
          bundles.delete(path);
          bundle.close();
        }
      }
    }),
  removeUnowned: ({ names }) =>
    writing("remove what was left of runs", (db) => ({ over: writePart(db, removeUnowned(db, names)) })),
  deleteRuns: ({ runIds }) =>
    writing("delete runs", (db) => ({
      over: deletePart(db, { checkpointsFolder: store.checkpointsFolder, runIds }),
    })),
  emptyTrash: ({ runIds, beforeBytes: known }) => {
    const beforeBytes = known ?? storedBytes(store);
    const done = (emptied: EmptiedTrash) => ({ over: true, beforeBytes, emptied });
    if (data.outOfSpace) return done(emptyTrashInPlace(store, runIds, data.nativeBinding));
    return writing("empty the trash", (db) => {
      try {
        const over = deletePart(db, { checkpointsFolder: store.checkpointsFolder, runIds });
        return { over, beforeBytes, emptied: null };
      } catch (error) {
        if (!isOutOfSpace(error)) throw error;
        db.exec("PRAGMA foreign_keys = ON");
        return done(emptyTrashInPieces(db, store, runIds, beforeBytes));
      }
    });
  },
  reclaim: ({ runs, beforeBytes, compact }) =>
    writing("empty the trash", (db) => reclaim(db, store, { runs, beforeBytes, compact })),
  backup: ({ path }) => {
    writeBackup(store.tables.db, path);
    return null;
  },
  check: () => {
    const findings = findDamage(store.tables.db);
    return { sound: findings.length === 0, findings, done: [] };
  },
  repair: () => writing("repair the database", repair),
};

const stopping =
  (stop: Int32Array<SharedArrayBuffer>, message: string): Checkpoint =>
  () => {
    if (Atomics.load(stop, 0) !== 0) throw new StoreError(message);
  };

/** Writes a file whole. @returns rows of a CSV, runs of a bundle and of the database. */
function exportTo(
  path: string,
  { what, runIds, weights, points, path: asked, stop }: StoreTasks["export"]["input"],
): number | Promise<number> {
  const checkpoint = stopping(stop, "The export was stopped; nothing of it is left.");
  switch (what) {
    case "timings":
      return exportTimingsCsv(store, runIds, path, checkpoint);
    case "metrics":
      return exportMetricsCsv(store, runIds, path, checkpoint);
    case "summary":
      return exportSummaryCsv(store, runIds, path, checkpoint);
    case "gradchecks":
      return exportGradchecksCsv(store, runIds, path, checkpoint);
    case "layers":
      return exportLayersCsv(store, runIds, path, checkpoint);
    case "ladder-samples":
      return exportLadderCsv(store, runIds, "samples", path, checkpoint);
    case "ladder-summary":
      return exportLadderCsv(store, runIds, "summary", path, checkpoint);
    case "parquet":
      return exportMetricsParquet(store, runIds, path, checkpoint);
    case "tensorboard":
      return exportTensorboard(store, runIds, path, checkpoint);
    case "bundle":
      return exportBundle(store, runIds, path, {
        weights,
        points,
        gzip: asked.toLowerCase().endsWith(".gz"),
        checkpoint,
      });
    case "database":
      copyDatabase(path, checkpoint);
      return store.info().runs;
  }
}

/** Says what could not be done to the database, and why. */
async function explaining<T>(action: string, body: () => T | Promise<T>): Promise<T> {
  const { path, readOnlyReason } = data;
  if (readOnlyReason !== null) {
    throw new StoreError(`Could not ${action}: ${path} is open for reading only. ${readOnlyReason}`);
  }
  try {
    return await body();
  } catch (error) {
    throw storeFailure(action, data.path, error);
  }
}

/** Through a second connection, open for as long as it takes. */
const writing = <T>(action: string, body: (db: Database) => T | Promise<T>): Promise<T> =>
  explaining(action, async () => {
    const db = connect(data.path, { nativeBinding: data.nativeBinding });
    try {
      db.pragma("synchronous = FULL", { simple: true });
      db.pragma("foreign_keys = ON", { simple: true });
      return await body(db);
    } finally {
      db.close();
    }
  });

export default async function answer<N extends StoreTaskName>({
  name,
  input,
}: StoreTaskMessage<N>): Promise<{ ok: StoreTasks[N]["output"] } | { failed: string }> {
  try {
    return { ok: await handlers[name](input) };
  } catch (error) {
    // An error's class does not survive the way between threads.
    return { failed: messageOf(error) };
  }
}

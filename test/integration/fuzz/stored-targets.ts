import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fullCheck } from "../../../src/main/store/open/backup.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { openReader } from "../../../src/main/store/open/open-for-reading.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import type { Store } from "../../../src/main/store/store.ts";
import { exportBundle } from "../../../src/main/store/thread/export-bundle.ts";
import { readBundle } from "../../../src/main/store/thread/import-bundle.ts";
import type { ReadBundle } from "../../../src/main/store/thread/take-bundle.ts";
import { RunIndex } from "../../../src/main/store/thread/run-index.ts";
import { DEFAULT_VIEW } from "../../../src/shared/runs/run-table.ts";
import { cell, machine, nativeBinding, notebookRun } from "../store/recorded-values.ts";
import { wrong, written, type FuzzTarget } from "./fuzz-target.ts";

const DATABASE = "x.sqlite";
/** Each is opened, written to and checked whole, twice: thirty milliseconds, where a parsed file takes one. */
const WRITTEN_INPUTS = 400;
/** Runs in the order in which the log commits them. */
const LOGGED = ["two", "three", "four"] as const;

function record(store: Store, id: string): void {
  store.createRun({ ...notebookRun, id });
  store.addCell(id, cell(1));
  store.addMetrics(id, [{ name: "loss", step: 0, epoch: 0, value: 2, wallMs: 1 }]);
  store.finishRun(id, {
    status: "finished",
    summary: {},
    failure: null,
    finishedAt: notebookRun.startedAt,
  });
}

/** A closed database at `path` that holds one run. */
function makeDatabase(path: string): void {
  const store = openStore({ path, nativeBinding });
  store.saveMachine(machine);
  record(store, "one");
  store.close();
}

const idsOf = (store: Store): readonly string[] =>
  store
    .listRuns()
    .map(({ id }) => id)
    .toSorted();

/** Files beside the database that an input before this one has left; lock and reserve may stay. */
function clean(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(DATABASE) && !/\.(lock|reserve)$/.test(name)) rmSync(join(folder, name));
  }
}

/**
 * Opens what lies in `folder` as the app does in its own place, lists the runs, writes one and reads it back,
 * and checks the file that it leaves. Nothing is lost: a file found damaged is kept, byte by byte.
 *
 * @returns the runs that were found at first.
 */
function openAndWrite(folder: string, given: Uint8Array): { found: readonly string[]; damaged: boolean } {
  const path = join(folder, DATABASE);
  const store = openStore({ path, nativeBinding, usualPlace: true });
  const damaged = store.damage.length > 0;
  let found: readonly string[];
  try {
    found = idsOf(store);
    if (damaged) {
      const kept = readdirSync(folder).find((name) => /\.sqlite\.bad-\w+(-\d+)?$/.test(name)) ?? "";
      wrong(kept === "", "damage without the file that was kept");
      wrong(!readFileSync(join(folder, kept)).equals(given), "the kept file is another");
    }
    store.saveMachine(machine);
    record(store, "new");
    store.getRun("new");
    wrong(store.getMetrics("new").length !== 1, "the written run lost its numbers");
  } finally {
    store.close();
  }
  const db = connect(path, { nativeBinding, readOnly: true });
  try {
    wrong(fullCheck(db) !== "ok", `damaged by writing: ${fullCheck(db)}`);
    const written = db.prepare<{ id: string }>("SELECT id FROM run ORDER BY id").all();
    const [is, expected] = [written.map(({ id }) => id).join(), [...found, "new"].toSorted().join()];
    wrong(is !== expected, `${is} instead of ${expected}`);
  } finally {
    db.close();
  }
  return { found, damaged };
}

function takenFrom(bundle: ReadBundle): readonly string[] {
  try {
    for (;;) {
      const { over, imported } = bundle.takePart();
      if (over) return imported.added;
    }
  } finally {
    bundle.close();
  }
}

/** Files in which runs are stored or travel. */
export const STORED_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  bundle: {
    sound: async (folder) => {
      const path = join(folder, "from.sqlite");
      makeDatabase(path);
      const reader = openReader({ path, readFrom: path, abandonedRuns: false }, nativeBinding);
      await exportBundle(reader, ["one"], join(folder, "bundle.json"), { weights: false, gzip: false });
      reader.close();
      openStore({ path: join(folder, "to.sqlite"), nativeBinding }).close();
      return readFileSync(join(folder, "bundle.json"));
    },
    read: async (bytes, folder) => {
      const to = join(folder, "to.sqlite");
      const db = connect(to, { nativeBinding });
      try {
        db.exec("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF");
        const replacing = "finished";
        const target = {
          path: to,
          checkpointsFolder: join(folder, "weights"),
          nativeBinding,
          replacing,
        } as const;
        const bundle = await readBundle(written(folder, "x.json", bytes), target);
        const added = takenFrom(bundle);
        const reader = openReader({ path: to, readFrom: to, abandonedRuns: false }, nativeBinding);
        const { rows } = new RunIndex(reader).table({ ...DEFAULT_VIEW, scope: "all", offset: 0, limit: 9 });
        wrong(
          rows.length !== added.length || rows.some(({ kind }) => kind === "unreadable"),
          "unreadable runs",
        );
        for (const id of added) reader.getRun(id);
        reader.close();
      } finally {
        db.exec("DELETE FROM run");
        const { n } = db.prepare<{ n: number }>("SELECT count(*) AS n FROM point").get() ?? { n: 0 };
        db.close();
        wrong(n > 0, "a point without its run");
      }
    },
  },
  database: {
    sound: (folder) => {
      makeDatabase(join(folder, "sound.sqlite"));
      return readFileSync(join(folder, "sound.sqlite"));
    },
    read: (bytes, folder) => {
      const path = written(folder, DATABASE, bytes);
      for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
      const store = openStore({ path, nativeBinding, readOnly: true });
      try {
        store.listRuns();
      } finally {
        store.close();
      }
    },
  },
  "database for writing": {
    inputs: WRITTEN_INPUTS,
    sound: (folder) => {
      const path = join(folder, DATABASE);
      makeDatabase(path);
      written(folder, "backup", readFileSync(`${path}.backup`));
      return readFileSync(path);
    },
    read: (bytes, folder) => {
      clean(folder);
      written(folder, `${DATABASE}.backup`, readFileSync(join(folder, "backup")));
      written(folder, DATABASE, bytes);
      const { found, damaged } = openAndWrite(folder, bytes);
      wrong(damaged && found.join() !== "one", "the backup was not restored");
    },
  },
  wal: {
    inputs: WRITTEN_INPUTS,
    sound: (folder) => {
      const path = join(folder, DATABASE);
      makeDatabase(path);
      written(folder, "good", readFileSync(path));
      const store = openStore({ path, nativeBinding });
      for (const id of LOGGED) record(store, id);
      const log = readFileSync(`${path}-wal`);
      // What is only in the log.
      wrong(
        !readFileSync(path).equals(readFileSync(join(folder, "good"))),
        "the log was folded in too early",
      );
      store.close();
      return log;
    },
    read: (bytes, folder) => {
      clean(folder);
      const good = readFileSync(join(folder, "good"));
      const path = written(folder, DATABASE, good);
      written(folder, `${DATABASE}-wal`, bytes);
      const reader = openStore({ path, nativeBinding, readOnly: true });
      let read: readonly string[];
      try {
        read = idsOf(reader);
      } finally {
        reader.close();
      }
      const log = join(folder, `${DATABASE}-wal`);
      // SQLite removes a log in which nothing is.
      const left = existsSync(log) ? readFileSync(log) : Buffer.alloc(0);
      wrong(!left.equals(bytes), "reading changed the log");
      const { found, damaged } = openAndWrite(folder, good);
      wrong(damaged, "a good database was found damaged");
      // What was committed before the first damaged frame, in order, and nothing else.
      const whole = Array.from({ length: LOGGED.length + 1 }, (_, n) =>
        ["one", ...LOGGED.slice(0, n)].toSorted(),
      );
      wrong(
        !whole.some((ids) => ids.join() === found.join()),
        `other runs than were committed: ${found.join()}`,
      );
      wrong(read.join() !== found.join(), `reading found ${read.join()}, writing ${found.join()}`);
    },
  },
};

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect, type Database } from "../../../src/main/store/open/database.ts";
import { isUnownedName, PARTED_TABLES } from "../../../src/main/store/parted-rows.ts";
import { deletePart } from "../../../src/main/store/thread/delete-part.ts";
import { findDamage } from "../../../src/main/store/thread/maintenance.ts";
import { BUNDLE_TABLES } from "../../../src/main/store/thread/bundle-tables.ts";
import { WITH_RUN } from "../../../src/main/store/thread/copy-run.ts";
import { cell, gradientCheck, machine, nativeBinding, notebookRun, timing } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();
const POINTS = 5_000;

interface Recorded {
  readonly path: string;
  readonly checkpointsFolder: string;
}

/** Two runs with rows in every table that has rows of runs. */
function recorded(): Recorded {
  const path = folder.file();
  const store = folder.open(path);
  store.saveMachine(machine);
  for (const id of ["doomed", "kept"]) {
    store.createRun({ ...notebookRun, id });
    store.addCell(id, cell(1));
    store.addTimings(id, [timing(0, 1.5)]);
    store.addGradientChecks(id, [gradientCheck("w1", 0.5)]);
    store.addEvent(id, { at: notebookRun.startedAt, step: 7, kind: "lr", text: "0.1 → 0.01" });
    store.addMetrics(
      id,
      Array.from({ length: POINTS }, (_, step) => ({ name: "loss", step, epoch: 0, value: step, wallMs: 1 })),
    );
    store.finishRun(id, {
      status: "finished",
      summary: {},
      failure: null,
      finishedAt: notebookRun.startedAt,
    });
    mkdirSync(join(store.checkpointsFolder, id), { recursive: true });
    writeFileSync(join(store.checkpointsFolder, id, "final.safetensors"), "x");
  }
  const { checkpointsFolder } = store;
  store.close();
  const db = connect(path, { nativeBinding });
  db.exec(`
    INSERT INTO ladder (run_id, settings, conditions, limits) SELECT id, '{}', '{}', '[]' FROM run;
    INSERT INTO rung (run_id, position, rung, m, k, n, threads, status, result)
      SELECT id, 0, '1', 1, 1, 1, 1, 'measured', '{}' FROM run;
    INSERT INTO rung_sample (rung_id, measured_order, ms, cold, outlier) SELECT id, 0, 1.5, 0, 0 FROM rung;
    INSERT INTO report (run_id, report) SELECT id, '{}' FROM run;
    INSERT INTO document_output (document_id, cell, at, hash, output, run_id)
      SELECT 'd', id, '${notebookRun.startedAt}', 'h', '{}', id FROM run;`);
  db.close();
  return { path, checkpointsFolder };
}

function withDatabase<T>(path: string, body: (db: Database) => T): T {
  const db = connect(path, { nativeBinding });
  try {
    return body(db);
  } finally {
    db.close();
  }
}

/** One short transaction. */
const deleteSome = ({ path, checkpointsFolder }: Recorded): boolean =>
  withDatabase(path, (db) => deletePart(db, { checkpointsFolder, runIds: ["doomed"], lockedMs: 0 }));
const damageOf = (path: string): string[] => withDatabase(path, findDamage);
const rowsOf = (path: string): (readonly [string, number])[] =>
  withDatabase(path, (db) =>
    BUNDLE_TABLES.map(({ name }) => {
      const { n } = db.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${name}`).get() ?? { n: -1 };
      return [name, n] as const;
    }),
  );
/** The two runs are alike. */
const halfOf = (rows: readonly (readonly [string, number])[]): (readonly [string, number])[] =>
  rows.map(([table, n]) => [table, n / 2] as const);
/** Of the runs whose name is like that, also of those that are no more. */
const pointsOf = (path: string, like: string): number =>
  withDatabase(path, (db) => {
    const found = db.prepare<{ n: number }>(
      "SELECT count(*) AS n FROM point JOIN series ON series.id = series_id WHERE run_id LIKE ?",
    );
    return found.get(like)?.n ?? -1;
  });

test("a run is gone with the first part; others write between the parts in which its points go", () => {
  const recordedRuns = recorded();
  const { path, checkpointsFolder } = recordedRuns;
  const half = halfOf(rowsOf(path));
  const other = connect(path, { nativeBinding, busyTimeoutMs: 0 });
  expect(pointsOf(path, "doomed")).toBe(POINTS);
  let parts = 0;
  for (let over = false; !over; parts++) {
    over = deleteSome(recordedRuns);
    other.exec("BEGIN IMMEDIATE; UPDATE run SET notes = notes || 'x' WHERE id = 'kept'; COMMIT");
    const left = withDatabase(path, (db) => [
      db.prepare<{ id: string }>("SELECT id FROM run").all(),
      db.prepare<{ run_id: string | null }>("SELECT run_id FROM document_output ORDER BY cell").all(),
    ]);
    expect(left).toEqual([[{ id: "kept" }], [{ run_id: null }, { run_id: "kept" }]]);
    expect(pointsOf(path, "doomed")).toBe(0);
    expect(damageOf(path)).toEqual([]);
  }
  other.close();
  // The run; at most 2,000 of its points at a time; its series; its samples; its rung.
  expect(parts).toBeGreaterThan(5);
  expect(rowsOf(path)).toEqual(half);
  expect(existsSync(join(checkpointsFolder, "doomed"))).toBe(false);
  expect(existsSync(join(checkpointsFolder, "kept"))).toBe(true);
  const store = folder.open(path);
  expect(store.getRun("kept").run.notes).toBe("x".repeat(parts));
  expect(store.getMetrics("kept")).toHaveLength(POINTS);
  expect(store.unownedNames()).toEqual([]);
});

test("what a killed deletion has left is no damage, is known to the next start, and goes with the next deletion", () => {
  const recordedRuns = recorded();
  const { path, checkpointsFolder } = recordedRuns;
  const half = halfOf(rowsOf(path));
  deleteSome(recordedRuns);
  deleteSome(recordedRuns);
  expect(pointsOf(path, "%doomed")).toBeGreaterThan(0);
  expect(damageOf(path)).toEqual([]);
  const store = folder.open(path);
  expect(store.unownedNames().every(isUnownedName)).toBe(true);
  expect(store.unownedNames()).toHaveLength(1);
  // The same run comes back meanwhile, and is deleted once more.
  store.createRun({ ...notebookRun, id: "doomed" });
  store.addMetrics("doomed", [{ name: "loss", step: 0, epoch: 0, value: 1, wallMs: 1 }]);
  store.close();
  while (!deleteSome({ path, checkpointsFolder }));
  expect(rowsOf(path)).toEqual(half);
  expect(damageOf(path)).toEqual([]);
});

test("every table that a run's deletion takes rows of is known", () => {
  // Points outlive their run, so references are not followed: a new table has to be named where runs are deleted.
  const { path } = recorded();
  const referring = withDatabase(path, (db) =>
    db
      .prepare<{ name: string; on_delete: string }>(
        `SELECT t.name, f.on_delete FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f
         WHERE t.type = 'table' AND f."table" = 'run' ORDER BY t.name`,
      )
      .all(),
  );
  const named = [...WITH_RUN.map(({ name }) => name), ...PARTED_TABLES.map(({ owner }) => owner)];
  expect(referring.filter(({ on_delete }) => on_delete === "CASCADE").map(({ name }) => name)).toEqual(
    named.filter((name) => name !== "rung").toSorted(),
  );
  expect(referring.filter(({ on_delete }) => on_delete !== "CASCADE")).toEqual([
    { name: "document_output", on_delete: "SET NULL" },
  ]);
});

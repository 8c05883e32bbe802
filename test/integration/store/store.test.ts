import fc from "fast-check";
import { expect, test } from "vitest";
import { StoreError } from "../../../src/core/errors.ts";
import { MIGRATIONS } from "../../../src/main/store/migrations/migrations.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { NOTEBOOK_SPEC } from "../../../src/shared/specs/notebook-spec.ts";
import type { SqliteStore } from "../../../src/main/store/sqlite-store.ts";
import { cell, gradientCheck, machine, nativeBinding, notebookRun, timing } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();

function storeWithRun() {
  const store = folder.open(folder.file());
  store.saveMachine(machine);
  return { store, run: store.createRun(notebookRun) };
}

test("createRun() gives a running run with a readable id and keeps every setting", () => {
  const { store, run } = storeWithRun();
  expect(run.id).toMatch(/^notebook-20261123T045312Z-[0-9a-z]{4}$/);
  expect(run).toStrictEqual({
    ...notebookRun,
    id: run.id,
    status: "running",
    finishedAt: null,
    summary: {},
    failure: null,
    colour: null,
    pinned: false,
    notes: "",
    tags: [],
    archivedAt: null,
    deletedAt: null,
    keptAt: null,
  });
  expect(store.listRuns()).toStrictEqual([run]);
});

test("createRun() gives different ids to runs of the same second", () => {
  const { store } = storeWithRun();
  for (let i = 0; i < 50; i++) store.createRun(notebookRun);
  expect(new Set(store.listRuns().map((run) => run.id)).size).toBe(51);
});

test("createRun() takes a training out of the queue with its run, and its weights when no other begins with them", () => {
  const { store } = storeWithRun();
  const request = { spec: NOTEBOOK_SPEC, threads: 2 };
  const row = { queuedAt: "2026-11-30T02:00:00.000Z", title: "784-50-10", note: "seeds", request };
  store.queue.add(
    [
      { ...row, id: "a" },
      { ...row, id: "b" },
    ],
    new Uint8Array([1, 2, 3]),
  );
  store.queue.add([{ ...row, id: "c" }], null);
  store.createRun({ ...notebookRun, queuedId: "a" });
  expect(store.queue.list()).toStrictEqual(["b", "c"].map((id) => ({ ...row, id, problem: "" })));
  expect(store.queue.weightsOf("b")).toEqual(Buffer.from([1, 2, 3]));
  expect(store.queue.weightsOf("c")).toBeNull();
  store.queue.drop(["b"]);
  store.close();
  const db = connect(folder.file(), { nativeBinding });
  expect(db.prepare("SELECT * FROM queued_weights").all()).toStrictEqual([]);
  db.close();
});

test("listQueue() names what cannot be read any more, and queuedWeights() what is not as it was queued", () => {
  const { store } = storeWithRun();
  const request = { spec: NOTEBOOK_SPEC, threads: 2 };
  const row = { id: "a", queuedAt: "2026-11-30T02:00:00.000Z", title: "784-50-10", note: "", request };
  store.queue.add([row], new Uint8Array([1]));
  const db = connect(folder.file(), { nativeBinding });
  db.exec(
    "UPDATE queued_training SET request = '{\"threads\":2}'; UPDATE queued_weights SET content = x'02'",
  );
  db.close();
  const [found] = store.queue.list();
  expect(found).toMatchObject({ id: "a", title: "784-50-10", request: null });
  expect(found.problem).toMatch(/^The queued training 784-50-10 cannot be read: spec: /);
  expect(() => store.queue.weightsOf("a")).toThrow(/file of weights of a queued training cannot be read/);
});

test("createRun() throws StoreError when the machine is not saved", () => {
  const store = folder.open(folder.file());
  expect(() => store.createRun(notebookRun)).toThrow(/machine m-5f2c is not saved; save it first/);
});

test("getRun() gives back everything recorded, bit for bit, after the store was closed and opened", () => {
  const { store, run } = storeWithRun();
  const cells = [cell(1), cell(2)];
  for (const one of cells) store.addCell(run.id, one);
  store.addTimings(run.id, [timing(7, 1e-7)]);
  store.addGradientChecks(run.id, [gradientCheck("x", -0)]);
  const points = [
    { name: "train loss", step: 0, epoch: 0, value: 2.302585092994046, wallMs: 0.25 },
    { name: "valid loss", step: 1, epoch: 0.5, value: Number.NaN, wallMs: 12 },
  ];
  store.addMetrics(run.id, points);
  const event = { at: "2026-11-23T04:53:30.000Z", step: 7, kind: "lr" as const, text: "0.1 → 0.01" };
  store.addEvent(run.id, event);
  const finished = store.finishRun(run.id, {
    status: "failed",
    summary: { loss: Number.NaN, worst: Number.NEGATIVE_INFINITY, samples: [0.1, -0] },
    failure: "a worker died",
    finishedAt: "2026-11-23T04:54:00.000Z",
  });
  store.close();
  const again = folder.open(folder.file());
  expect(again.getMetrics(run.id)).toStrictEqual(points);
  const details = again.getRun(run.id);
  expect(details).toStrictEqual({
    run: finished,
    machine,
    cells,
    timings: [...cells.flatMap((one) => one.details.timings), timing(7, 1e-7)],
    gradientChecks: [...cells.flatMap((one) => one.details.gradientChecks), gradientCheck("x", -0)],
    events: [event],
    ownParts: [],
  });
  expect(details.run.status).toBe("failed");
});

test("addMetrics() keeps any double exactly", () => {
  const { store } = storeWithRun();
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 20 }), (values) => {
      const run = store.createRun({ ...notebookRun, kind: "training" });
      const points = values.map((value, step) => ({
        name: "loss",
        step,
        epoch: value,
        value,
        wallMs: value,
      }));
      store.addMetrics(run.id, points);
      expect(store.getMetrics(run.id)).toStrictEqual(points);
    }),
    { numRuns: 60 },
  );
});

test("addMetrics() keeps none of the points when one is refused", () => {
  const { store, run } = storeWithRun();
  const point = { name: "loss", step: 0, epoch: 0, value: 1, wallMs: 1 };
  expect(() => store.addMetrics(run.id, [point, { ...point, step: 0.5 }])).toThrow(StoreError);
  expect(store.getMetrics(run.id)).toStrictEqual([]);
});

test("addCell() keeps nothing of a cell whose place in the run is taken", () => {
  const { store, run } = storeWithRun();
  store.addCell(run.id, cell(1));
  expect(() => store.addCell(run.id, cell(1))).toThrow(StoreError);
  expect(store.getRun(run.id).timings).toHaveLength(2);
});

test("resumeRun() sets a finished run running again and keeps its cells", () => {
  const { store, run } = storeWithRun();
  store.addCell(run.id, cell(1));
  store.finishRun(run.id, {
    status: "cancelled",
    summary: { cells: 1 },
    failure: null,
    finishedAt: "2026-11-23T04:54:00.000Z",
  });
  store.changeRuns([run.id], { kept: true });
  expect(store.findRun(run.id)?.keptAt).not.toBeNull();
  expect(store.resumeRun(run.id)).toStrictEqual({ ...run, summary: { cells: 1 } });
  store.addCell(run.id, cell(2));
  expect(store.getRun(run.id).cells.map((one) => one.order)).toStrictEqual([1, 2]);
});

test("saveMachine() renews a machine that is known", () => {
  const { store, run } = storeWithRun();
  store.saveMachine({ ...machine, hostname: "renamed" });
  expect(store.getRun(run.id).machine.hostname).toBe("renamed");
});

test("listRuns() puts the newest first", () => {
  const { store, run } = storeWithRun();
  const later = store.createRun({ ...notebookRun, kind: "training", startedAt: "2026-11-24T00:00:00.000Z" });
  const earlier = store.createRun({ ...notebookRun, startedAt: "2026-01-01T00:00:00.000Z" });
  expect(store.listRuns().map((one) => one.id)).toStrictEqual([later.id, run.id, earlier.id]);
});

test("every method that names a run throws StoreError when there is none of that name", () => {
  const { store } = storeWithRun();
  const end = {
    status: "finished",
    summary: {},
    failure: null,
    finishedAt: "2026-11-23T04:54:00.000Z",
  } as const;
  const calls = [
    () => store.getRun("notebook-x"),
    () => store.resumeRun("notebook-x"),
    () => store.finishRun("notebook-x", end),
    () => store.addCell("notebook-x", cell(1)),
    () => store.addTimings("notebook-x", [timing(0, 1)]),
    () => store.addGradientChecks("notebook-x", []),
    () => store.addMetrics("notebook-x", []),
    () => [...store.iterateTimings(["notebook-x"])],
  ];
  for (const call of calls) expect(call).toThrow(/There is no run notebook-x in .*lab\.sqlite/);
});

test("iterateTimings() lets the run go on writing between its rows", () => {
  const { store, run } = storeWithRun();
  const timings = Array.from({ length: 1201 }, (_, i) => timing(i, i / 7));
  store.addTimings(run.id, timings);
  const seen: unknown[] = [];
  for (const row of store.iterateTimings([run.id])) {
    if (seen.length === 10)
      store.addMetrics(run.id, [{ name: "loss", step: 0, epoch: 0, value: 1, wallMs: 1 }]);
    seen.push(row.timing);
  }
  expect(seen).toStrictEqual(timings);
});

test("info() describes the database", () => {
  const { store } = storeWithRun();
  expect(store.info()).toMatchObject({
    path: folder.file(),
    schemaVersion: MIGRATIONS.at(-1)!.version,
    runs: 1,
    integrity: "ok",
    readOnly: false,
  });
  expect(store.info().sizeBytes).toBeGreaterThan(4096);
  expect(store.info().sqlite).toMatch(/^3\.\d+\.\d+$/);
});

test("a closed store throws StoreError and may be closed again", () => {
  const { store, run } = storeWithRun();
  store.close();
  store.close();
  expect(() => store.listRuns()).toThrow(StoreError);
  expect(() => store.resumeRun(run.id)).toThrow(StoreError);
});

test("unlocked() waits for what locks the database in another thread; a write that meets it names it", async () => {
  const { store } = storeWithRun();
  let end: () => void = () => undefined;
  const emptying = store.whileLocked(
    "the trash is being emptied",
    () => new Promise<void>((resolve) => (end = resolve)),
  );
  const said: string[] = [];
  const waiting = store.unlocked().then(() => said.push("unlocked"));
  const other = connect(store.path, { nativeBinding });
  other.exec("BEGIN IMMEDIATE");
  (store as SqliteStore).tables.db.pragma("busy_timeout = 1", { simple: true });
  expect(() => store.createRun(notebookRun)).toThrow(
    /Could not start a run in .*: the trash is being emptied\. Try again when that is done/,
  );
  other.exec("ROLLBACK");
  other.close();
  await Promise.resolve();
  expect(said).toEqual([]);
  end();
  await Promise.all([emptying, waiting]);
  expect(said).toEqual(["unlocked"]);
});

import { expect, test } from "vitest";
import type { SqliteStore } from "../../../src/main/store/sqlite-store.ts";
import { CurveDrawer } from "../../../src/main/store/thread/draw-curves.ts";
import { STEP_SPEED } from "../../../src/shared/experiments/training.ts";
import { machine, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();

test("a curve that is kept has what came since, and forgets what a resumed run has forgotten", () => {
  const store = folder.open(folder.file()) as SqliteStore;
  store.saveMachine(machine);
  const run = store.createRun({ ...notebookRun, kind: "training" });
  const record = (from: number, to: number, value: number, wallMs: number) =>
    store.addMetrics(
      run.id,
      Array.from({ length: to - from + 1 }, (_, i) => [
        { name: "loss", step: from + i, epoch: 1, value, wallMs: wallMs + i },
        { name: "lr", step: from + i, epoch: 1, value: Number.NaN, wallMs: wallMs + i },
      ]).flat(),
    );
  const drawer = new CurveDrawer(store);
  const drawn = () => {
    const asked = { runIds: [run.id], metrics: null, columns: 100, steps: null, smoothings: [], at: [] };
    // A drawer that has read nothing before says what is right.
    expect(drawer.draw(asked)).toEqual(new CurveDrawer(store).draw(asked));
    return drawer.draw(asked)[0];
  };
  record(1, 20, 3, 100);
  expect(drawn().values).toEqual(new Float64Array(20).fill(3));
  record(21, 30, 2, 120);
  expect(drawn().steps.at(-1)).toBe(30);
  // As many points as before, the last at the step of before.
  store.dropMetricsAfter(run.id, 10, []);
  record(11, 30, 1, 900);
  const again = drawn();
  expect(again.steps).toHaveLength(30);
  expect([again.values[9], again.values[10], again.wallMs.at(-1)]).toEqual([3, 1, 919]);
  store.dropMetricsAfter(run.id, 0, []);
  expect(
    drawer.draw({ runIds: [run.id], metrics: null, columns: 1, steps: null, smoothings: [], at: [] }),
  ).toEqual([]);
  record(1, 5, 4, 5_000);
  expect(drawn().values).toEqual(new Float64Array(5).fill(4));
});

test("the speed of the steps is computed where it is asked for, the more finely the smaller the part", () => {
  const store = folder.open(folder.file()) as SqliteStore;
  store.saveMachine(machine);
  const run = store.createRun({ ...notebookRun, kind: "training" });
  // Ten steps of two milliseconds an epoch, and 80 ms of evaluation after it.
  const points = Array.from({ length: 10 }, (_, epoch) => {
    const at = { epoch: epoch + 1, value: 1 };
    const losses = Array.from({ length: 10 }, (__, i) => ({
      ...at,
      name: "loss",
      step: 10 * epoch + i + 1,
      wallMs: 100 * epoch + 2 * (i + 1),
    }));
    return [...losses, { ...at, name: "validLoss", step: 10 * epoch + 10, wallMs: 100 * (epoch + 1) }];
  }).flat();
  store.addMetrics(run.id, points);
  const drawer = new CurveDrawer(store);
  const speeds = (columns: number | null, steps: { from: number; to: number } | null) =>
    drawer.draw({ runIds: [run.id], metrics: [STEP_SPEED], columns, steps, smoothings: [], at: [] });
  const [whole] = speeds(9, null);
  expect([whole.pointsInSteps, whole.steps.at(-1)]).toEqual([99, 100]);
  expect([...whole.values].map(Math.round)).toEqual(Array.from({ length: 9 }, () => 500));
  const [part] = speeds(9, { from: 31, to: 36 });
  expect([...part.steps]).toEqual([30, 31, 32, 33, 34, 35, 36, 37]);
  expect([...part.values].map(Math.round)).toEqual(Array.from({ length: 8 }, () => 500));
  expect(speeds(null, null)[0].values).toHaveLength(99);
  const metrics = null;
  const all = drawer.draw({ runIds: [run.id], metrics, columns: 9, steps: null, smoothings: [], at: [] });
  expect(all.map(({ metric }) => metric)).toEqual(["loss", "validLoss"]);
});

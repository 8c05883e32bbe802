import { expect, test } from "vitest";
import type { SqliteStore } from "../../../src/main/store/sqlite-store.ts";
import { CurveDrawer } from "../../../src/main/store/thread/draw-curves.ts";
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

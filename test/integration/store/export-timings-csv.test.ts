import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { StoreError } from "../../../src/core/errors.ts";
import { exportTimingsCsv } from "../../../src/main/store/export/export-timings-csv.ts";
import { machine, notebookRun, timing } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();
const HEADER = "run,stage,pass,sample,milliseconds,threads,rows,machine,warmup,kind,started_at";

function storeWithRun() {
  const store = folder.open(folder.file("db/lab.sqlite"));
  store.saveMachine(machine);
  return { store, run: store.createRun(notebookRun) };
}

const readBack = (path: string): Record<string, string>[] =>
  parse(readFileSync(path), { columns: true, skip_empty_lines: false });

test("exportTimingsCsv() writes one row a sample that reads back to the same numbers", async () => {
  const { store, run } = storeWithRun();
  const second = store.createRun({ ...notebookRun, kind: "training", startedAt: "2026-11-24T00:00:00.000Z" });
  const timings = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 1234567.891, 1e-7].map((ms, i) =>
    timing(i, ms, i === 0),
  );
  store.addTimings(run.id, timings);
  store.addTimings(second.id, [timing(0, 7)]);
  const path = folder.file("timings.csv");
  expect(await exportTimingsCsv(store, [run.id, second.id], path)).toBe(7);
  const rows = readBack(path);
  expect(Object.keys(rows[0] ?? {}).join()).toBe(HEADER);
  expect(rows.map((row) => Number(row["milliseconds"]))).toStrictEqual([...timings.map((one) => one.ms), 7]);
  expect(rows[0]).toStrictEqual({
    run: run.id,
    stage: "layer classes",
    pass: "forward",
    sample: "0",
    milliseconds: "0.30000000000000004",
    threads: "2",
    rows: "50000",
    machine: machine.id,
    warmup: "true",
    kind: "notebook",
    started_at: "2026-11-23T04:53:12.345Z",
  });
  expect(rows[6]).toMatchObject({ run: second.id, kind: "training", warmup: "false" });
  expect(readdirSync(folder.file("."))).toStrictEqual(["db", "timings.csv"]);
});

test("fault 40: exportTimingsCsv() escapes text that a spreadsheet would run as a formula, and quotes what needs it", async () => {
  const { store, run } = storeWithRun();
  const stages = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", 'a "b", c\nd', "Module"];
  store.addTimings(
    run.id,
    stages.map((stage, i) => ({ ...timing(i, -1.5), stage })),
  );
  const path = folder.file("timings.csv");
  await exportTimingsCsv(store, [run.id], path);
  const rows = readBack(path);
  expect(rows.map((row) => row["stage"])).toStrictEqual([
    "'=cmd|' /C calc'!A0",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "'\tx",
    'a "b", c\nd',
    "Module",
  ]);
  expect(rows.map((row) => row["milliseconds"])).toStrictEqual(stages.map(() => "-1.5"));
});

test("exportTimingsCsv() writes the header alone when there are no timings", async () => {
  const { store, run } = storeWithRun();
  const path = folder.file("timings.csv");
  expect(await exportTimingsCsv(store, [run.id], path)).toBe(0);
  expect(readFileSync(path, "utf8").trim()).toBe(HEADER);
});

test("exportTimingsCsv() writes thousands of rows while the run goes on", async () => {
  const { store, run } = storeWithRun();
  const timings = Array.from({ length: 5000 }, (_, i) => timing(i, i / 7));
  store.addTimings(run.id, timings);
  const path = folder.file("timings.csv");
  const exporting = exportTimingsCsv(store, [run.id], path);
  store.addMetrics(run.id, [{ name: "loss", step: 0, epoch: 0, value: 1, wallMs: 1 }]);
  expect(await exporting).toBe(5000);
  expect(readBack(path).map((row) => Number(row["milliseconds"]))).toStrictEqual(
    timings.map((one) => one.ms),
  );
});

test("exportTimingsCsv() replaces an earlier file", async () => {
  const { store, run } = storeWithRun();
  const path = folder.file("timings.csv");
  writeFileSync(path, "old\n".repeat(10_000));
  await exportTimingsCsv(store, [run.id], path);
  expect(readFileSync(path, "utf8").trim()).toBe(HEADER);
});

test("exportTimingsCsv() leaves the earlier file and no temporary one when a run is unknown", async () => {
  const { store, run } = storeWithRun();
  store.addTimings(run.id, [timing(0, 1)]);
  const path = folder.file("timings.csv");
  writeFileSync(path, "old");
  await expect(exportTimingsCsv(store, [run.id, "notebook-x"], path)).rejects.toThrow(
    /There is no run notebook-x/,
  );
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(folder.file("."))).toStrictEqual(["db", "timings.csv"]);
});

test("exportTimingsCsv() throws StoreError when the target is a folder or its folder is missing", async () => {
  const { store, run } = storeWithRun();
  mkdirSync(folder.file("taken"));
  await expect(exportTimingsCsv(store, [run.id], folder.file("taken"))).rejects.toThrow(/in the way/);
  await expect(exportTimingsCsv(store, [run.id], folder.file("gone/t.csv"))).rejects.toThrow(StoreError);
  expect(readdirSync(folder.file("."))).toStrictEqual(["db", "taken"]);
});

import { expect, test } from "vitest";
import { openReader } from "../../../src/main/store/open/open-for-reading.ts";
import { compareRuns } from "../../../src/main/store/thread/compare-runs.ts";
import type { DocumentRunReport } from "../../../src/shared/experiments/document-run.ts";
import type { ShownValue } from "../../../src/shared/live/cell-output.ts";
import type { CellResult } from "../../../src/shared/live/cell-result.ts";
import type { MachineConditions } from "../../../src/shared/runs/machine-conditions.ts";
import type { RunKind } from "../../../src/shared/runs/run-records.ts";
import { machine, nativeBinding, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();
const BUSY = "Other programs kept 1.9 of 2 processors busy. Close them and measure again.";
const conditions: MachineConditions = {
  loadBefore: 5,
  governor: "unknown",
  onBattery: null,
  othersBusy: 1.9,
  throttled: null,
  warnings: [BUSY],
};

test("runs whose times were warned of are compared with that warning, and told apart as their columns are", () => {
  const path = folder.file();
  const store = folder.open(path);
  store.saveMachine(machine);
  const recorded = (id: string, kind: RunKind): void => {
    store.createRun({ ...notebookRun, id, name: `the ${kind} run`, kind });
    store.finishRun(id, {
      status: "finished",
      summary: {},
      failure: null,
      finishedAt: notebookRun.startedAt,
    });
  };
  recorded("warned", "ladder");
  recorded("quiet", "ladder");
  // Nothing was measured yet when it was cut short.
  recorded("empty", "stages");
  const shape = { m: 5, k: 784, n: 10 };
  const settings = {
    preset: "lesson",
    shape,
    threads: 2,
    budgetSeconds: 1,
    seed: 1,
    scaling: false,
  } as const;
  const limits = { peakGflops: null, bandwidthGBs: null, cacheBytes: [] };
  const kernel = "wasm-relaxed256";
  store.saveLadder("warned", { settings, limits, conditions: { ...conditions, kernel } });
  store.saveLadder("quiet", { settings, limits, conditions: { ...conditions, kernel, warnings: [] } });
  recorded("stages", "stages");
  store.saveReport("stages", {
    settings: { threads: 2, rows: 100, samples: 5, seed: 1 },
    results: [],
    pairs: [],
    gains: [],
    kinks: 0,
    notes: [],
    conditions,
  });
  recorded("notebook", "notebook");
  const timing = (name: string, warnings: string[]): ShownValue => ({
    name,
    value: 1.5,
    unit: "ms",
    timing: {
      name,
      method: "program",
      medianMs: 1.5,
      lowerQuartileMs: 1.4,
      upperQuartileMs: 1.6,
      samplesMs: [1.4, 1.5, 1.6],
      threads: 2,
      operations: 1,
      recordMs: 0,
      warnings,
    },
  });
  const result: CellResult = {
    id: "a",
    outputs: [{ kind: "show", values: [timing("f", [BUSY]), timing("g", []), timing("h", [BUSY])] }],
    error: null,
    generation: 1,
    wallMs: 1,
    operations: 1,
    flushes: 1,
    tensors: 0,
    tensorBytes: 0,
  };
  const report: DocumentRunReport = {
    title: "Times",
    text: "",
    settings: { seed: 1, threads: 2, rows: 100, limitMs: null },
    codeHash: "",
    cells: [{ title: "a", result, judged: null }],
    left: [],
  };
  store.saveReport("notebook", report);
  store.close();
  const reader = openReader({ path, readFrom: path, abandonedRuns: false }, nativeBinding);
  try {
    expect(compareRuns(reader, ["quiet", "warned"]).cautions).toEqual([`the ladder run (2): ${BUSY}`]);
    expect(compareRuns(reader, ["stages", "empty"]).cautions).toEqual([`the stages run: ${BUSY}`]);
    expect(compareRuns(reader, ["notebook"]).cautions).toEqual([`the notebook run: ${BUSY}`]);
    expect(compareRuns(reader, ["quiet"]).cautions).toEqual([]);
  } finally {
    reader.close();
  }
});

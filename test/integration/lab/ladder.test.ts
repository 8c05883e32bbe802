import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import { climb, LADDER_EFFORT } from "../../../src/main/lab/ladder/climb.ts";
import { compareWithReference, makeOperands } from "../../../src/main/lab/rungs/operands.ts";
import type { RungMeasurement } from "../../../src/main/lab/ladder/rung-measurement.ts";
import { ownContenders } from "../../../src/main/lab/rungs/own-contenders.ts";
import type { LadderRecord, LadderSettings, RungResult } from "../../../src/shared/experiments/ladder.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { startEngine } from "../engine/start-engine.ts";
import { withLessEffort } from "./less-effort.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";
import { unwatchedActivity } from "./unwatched-activity.ts";

const SETTINGS: LadderSettings = {
  preset: "lesson",
  shape: { m: 1, k: 1, n: 1 },
  threads: 2,
  budgetSeconds: 3,
  seed: 42,
  scaling: true,
};

withLessEffort();

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

const warm = ({ samples }: RungResult): RungResult["samples"] => samples.filter(({ cold }) => !cold);
const readCsv = (path: string): Record<string, string>[] => parse(readFileSync(path), { columns: true });

describe("the ladder", () => {
  let record: LadderRecord;
  const told: RungResult[] = [];
  beforeAll(async () => {
    const stop = test.lab.subscribe((event) => {
      if (event.name === "rungChanged") told.push(event.payload.result);
    });
    const run = await test.lab.ladder.start(SETTINGS).done;
    stop();
    expect(run).toMatchObject({
      kind: "ladder",
      status: "finished",
      name: "Lesson 5 × 784 × 10",
      failure: null,
    });
    record = test.lab.ladder.get({ runId: run.id });
  });

  it("measures every rung that can run here, each equal to the float64 product first", () => {
    expect(record.rungs.map(({ rung, threads }) => `${rung} ${threads}`)).toEqual([
      "reference 1",
      "triple-loop 1",
      "elementwise 1",
      "broadcast 1",
      "einsum 1",
      "cache-order 1",
      "kernel 1",
      "sharded 1",
      "sharded 2",
      "tfjs 1",
      "pytorch 2",
    ]);
    for (const rung of record.rungs.filter(({ rung }) => rung !== "pytorch")) {
      expect(rung).toMatchObject({ status: "measured", verified: true });
      expect(rung.maxDiff).toBeLessThan(1e-4);
      expect(warm(rung).length).toBeGreaterThan(0);
      expect(rung.samples.length - warm(rung).length).toBe(1);
      expect(rung.coldMs).toBeGreaterThan(0);
      expect(rung.gflops).toBeCloseTo((2 * 5 * 784 * 10) / rung.medianMs / 1e6);
      expect(rung.overFirst!.lo).toBeLessThanOrEqual(rung.overFirst!.hi);
    }
    expect(record.rungs.at(-1)).toMatchObject({
      status: "unavailable",
      note: expect.stringMatching(/looked for/) as string,
    });
  });

  it("says that so small a product is left to one worker", () => {
    const sharded = record.rungs.find(({ rung, threads }) => rung === "sharded" && threads === 2)!;
    expect(sharded.note).toMatch(/left to 1 of 2 workers/);
  });

  it("records where and under which conditions it was measured", () => {
    expect(record.machine.kernel).toMatch(/^wasm-/);
    expect(record.conditions.kernel).toBe(record.machine.kernel);
    expect(record.conditions.loadBefore).toBeGreaterThanOrEqual(0);
    expect(record.limits.bandwidthGBs).toBeGreaterThan(0);
    expect(record.settings).toEqual(SETTINGS);
  });

  it("tells of every rung, at last with all its samples", () => {
    for (const rung of record.rungs) {
      const last = told.filter((one) => one.rung === rung.rung && one.threads === rung.threads).at(-1);
      expect(last).toEqual(rung);
    }
  });

  it("lets the rungs take turns", () => {
    const orders = record.rungs.filter(({ status }) => status === "measured").map(warm);
    const all = orders.flat().map(({ order }) => order);
    expect(new Set(all).size).toBe(all.length);
    const [triple, broadcast] = [orders[1], orders[3]];
    expect(triple[0].order).toBeLessThan(broadcast.at(-1)!.order);
    expect(broadcast[0].order).toBeLessThan(triple.at(-1)!.order);
  });

  it("writes one row a sample and one row a rung, which read back to the same numbers", async () => {
    const samples = join(test.folder, "samples.csv");
    const summary = join(test.folder, "summary.csv");
    const of = { runIds: [record.runId] };
    const count = record.rungs.reduce((sum, rung) => sum + rung.samples.length, 0);
    expect(await test.lab.runs.export({ ...of, what: "ladder-samples", path: samples })).toBe(count);
    expect(await test.lab.runs.export({ ...of, what: "ladder-summary", path: summary })).toBe(
      record.rungs.length,
    );
    const rows = readCsv(samples);
    expect(Object.keys(rows[0])).toEqual([
      "run_id",
      "preset",
      "rung",
      "m",
      "k",
      "n",
      "threads",
      "order",
      "sample",
      "ms",
      "gflops",
      "cold",
      "outlier",
      "machine",
    ]);
    expect(rows.map(({ ms }) => Number(ms))).toEqual(
      record.rungs.flatMap((rung) => rung.samples.map(({ ms }) => ms)),
    );
    expect(rows[0]).toMatchObject({
      run_id: record.runId,
      preset: "lesson",
      rung: "reference",
      m: "5",
      k: "784",
      n: "10",
      cold: "true",
      outlier: "false",
      machine: record.machine.id,
      threads: "1",
    });
    const rungs = readCsv(summary);
    expect(rungs.map(({ median_ms }) => median_ms)).toEqual(
      record.rungs.map(({ medianMs }) => (Number.isNaN(medianMs) ? "" : String(medianMs))),
    );
    expect(rungs.map(({ status }) => status)).toEqual(record.rungs.map(({ status }) => status));
    expect(readFileSync(summary, "utf8")).not.toContain("NaN");
  });

  it("has its samples among the exported timings, the cold call as a warm-up", async () => {
    const path = join(test.folder, "timings.csv");
    await test.lab.runs.export({ what: "timings", runIds: [record.runId], path });
    const rows = readCsv(path).filter(({ stage }) => stage === "cache-order 5×784×10");
    const { samples } = record.rungs.find(({ rung }) => rung === "cache-order")!;
    expect(rows.map(({ milliseconds }) => Number(milliseconds))).toEqual(samples.map(({ ms }) => ms));
    expect(rows.map(({ warmup }) => warmup === "true")).toEqual(samples.map(({ cold }) => cold));
  });

  it("saves what it has measured while a shape is still being climbed", async () => {
    const started = test.lab.ladder.start({ ...SETTINGS, preset: "notebook", budgetSeconds: 10 });
    await expect
      .poll(() => test.lab.ladder.get({ runId: started.runId }).rungs.length, { timeout: 30_000 })
      .toBeGreaterThan(0);
    expect(test.lab.activity.state()?.runId).toBe(started.runId);
    test.lab.activity.cancel();
    await started.done;
    const { rungs } = test.lab.ladder.get({ runId: started.runId });
    const keys = rungs.map(({ rung, threads }) => `${rung} ${threads}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("compares ladders rung by rung and refuses a run of another kind", () => {
    const { rungs, sameMachine } = test.lab.ladder.compare({ runId: record.runId, otherRunId: record.runId });
    expect(sameMachine).toBe(true);
    expect(rungs).toHaveLength(10);
    for (const { ratio, verdict } of rungs) {
      expect(ratio?.value).toBe(1);
      expect(verdict).toBe("no difference shown");
    }
    expect(() => test.lab.ladder.get({ runId: "ladder-none" })).toThrow(/There is no run ladder-none/);
  });

  it("are compared as runs with each number of threads by itself", async () => {
    const { timings } = await test.lab.runs.compare({ runIds: [record.runId] });
    const sharded = timings.filter(({ label }) => label.startsWith("sharded"));
    expect(sharded.map(({ label }) => label.replace(/^.*, /, "")).sort()).toEqual(["1 thread", "2 threads"]);
    for (const { runs, label } of sharded) {
      const threads = Number.parseInt(label.replace(/^.*, /, ""), 10);
      const measured = record.rungs.find((one) => one.rung === "sharded" && one.threads === threads);
      expect(runs[0]?.samples).toBe(warm(measured!).length);
    }
    expect(timings.filter(({ label }) => label.startsWith("kernel ")).map(({ label }) => label)).toEqual([
      expect.not.stringContaining("thread"),
    ]);
  });

  it("keeps what was measured when it is cancelled", async () => {
    const started = test.lab.ladder.start({
      ...SETTINGS,
      preset: "custom",
      shape: { m: 500, k: 784, n: 50 },
      budgetSeconds: 10,
    });
    const stop = test.lab.subscribe((event) => {
      if (event.name === "rungChanged" && warm(event.payload.result).length > 0) test.lab.activity.cancel();
    });
    const run = await started.done;
    stop();
    expect(run.status).toBe("cancelled");
    const { rungs } = test.lab.ladder.get({ runId: run.id });
    expect(rungs.some((rung) => rung.status === "measured" && warm(rung).length > 0)).toBe(true);
    expect(rungs.some(({ note }) => /^cancelled after \d+ samples/.test(note))).toBe(true);
    expect(test.lab.activity.state()).toBeNull();
    // The next ladder has the workers and the memory to itself again.
    const next = await test.lab.ladder.start({ ...SETTINGS, budgetSeconds: 0.1, scaling: false }).done;
    expect(next.status).toBe("finished");
  });

  it("describes its rungs with the code that runs", () => {
    const described = test.lab.ladder.describe();
    expect(described.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8]);
    for (const { code, rung, source } of described.slice(0, 8)) {
      expect(code.length, rung).toBeGreaterThan(100);
      expect(code).not.toMatch(/#region|^import /m);
      expect(readFileSync(source, "utf8").length).toBeGreaterThan(0);
    }
    expect(described.find(({ rung }) => rung === "pytorch")!.unavailable).toMatch(/not been looked for/);
  });
});

it.skipIf(process.platform === "win32")(
  "D33: tells the whole path of each Python before it is started, and when none is any more",
  async () => {
    const lab = await openTestLab(1);
    const bin = join(lab.folder, "bin");
    const started = join(lab.folder, "started");
    mkdirSync(bin);
    writeFileSync(join(bin, "python3"), `#!/bin/sh\n: > ${started}\necho 9.9\n`, { mode: 0o700 });
    const path = process.env["PATH"];
    process.env["PATH"] = bin;
    const heard: (string | null)[] = [];
    lab.lab.subscribe((event) => {
      if (event.name !== "pythonTried") return;
      heard.push(event.payload.python);
      expect(existsSync(started)).toBe(event.payload.python === null);
    });
    try {
      expect(await lab.lab.ladder.findPyTorch()).toEqual({ version: "9.9", reason: "" });
      expect(heard).toEqual([join(bin, "python3"), null]);
    } finally {
      process.env["PATH"] = path;
      await lab.close();
    }
  },
);

describe("climb() on the engine", () => {
  it("fault 45: refuses an injected wrong rung and never times it", async () => {
    const engine = await startEngine(2);
    const scope = engine.arena.scope();
    try {
      const shape = { m: 33, k: 70, n: 21 };
      const operands = await makeOperands(engine, scope, shape, { seed: 7, threads: 2 });
      let timed = 0;
      const contenders = ownContenders(engine, operands, [2])
        .filter(({ rung }) => rung === "kernel" || rung === "cache-order")
        .map((contender) =>
          contender.rung === "kernel"
            ? contender
            : {
                ...contender,
                first: async (limitMs: number) => {
                  const first = await contender.first(limitMs);
                  const out = viewOf(engine.arena.memory, operands.out, "float32");
                  out[0] = out[0] + 0.01;
                  return first;
                },
                sample: (calls: number, samples: number) => {
                  timed++;
                  return contender.sample(calls, samples);
                },
              },
        );
      const measurements: RungMeasurement[] = [];
      let order = 0;
      await climb(contenders, measurements, {
        shape,
        budgetMs: 300,
        effort: LADDER_EFFORT,
        now: () => performance.now(),
        stream: randomStream(1),
        peakGflops: null,
        compare: () => compareWithReference(engine, operands, 2),
        nextOrder: () => order++,
        activity: unwatchedActivity(),
        onChange: () => undefined,
      });
      const [wrong, right] = measurements.map((measurement) => measurement.result());
      expect(wrong).toMatchObject({ rung: "cache-order", status: "wrong", verified: false, samples: [] });
      expect(wrong.maxDiff).toBeCloseTo(0.01, 3);
      expect(timed).toBe(0);
      expect(right).toMatchObject({ rung: "kernel", status: "measured", verified: true });
    } finally {
      scope.release();
      expect(engine.arena.allocations).toBe(0);
      await engine.close();
    }
  });
});

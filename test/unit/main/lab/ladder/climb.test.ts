import { expect, test } from "vitest";
import { randomStream } from "../../../../../src/core/random/random-stream.ts";
import { ExperimentCancelled } from "../../../../../src/main/lab/activity/experiment-cancelled.ts";
import type { ActivityHandle } from "../../../../../src/main/lab/activity/activity-handle.ts";
import { ActivityTracker } from "../../../../../src/main/lab/activity/activity-tracker.ts";
import { climb, LADDER_EFFORT, type ClimbOptions } from "../../../../../src/main/lab/ladder/climb.ts";
import type { RungMeasurement } from "../../../../../src/main/lab/ladder/rung-measurement.ts";
import { Clock, comparison, scripted, type Call, type Script } from "./contenders.ts";

const SHAPE = { m: 100, k: 1000, n: 100 };

interface Climbed {
  readonly measurements: RungMeasurement[];
  readonly calls: readonly Call[];
  readonly error: unknown;
}

async function climbed(scripts: readonly Script[], given: Partial<ClimbOptions> = {}): Promise<Climbed> {
  const clock = new Clock();
  const calls: Call[] = [];
  const measurements: RungMeasurement[] = [];
  let order = 0;
  let verified = 0;
  const options: ClimbOptions = {
    shape: SHAPE,
    budgetMs: 10_000,
    effort: LADDER_EFFORT,
    now: clock.now,
    stream: randomStream(42, 10),
    peakGflops: 100,
    compare: () => Promise.resolve(comparison(scripts[verified++].wrong === true)),
    nextOrder: () => order++,
    activity: new ActivityTracker(() => undefined).begin(null, "ladder", "test"),
    onChange: () => undefined,
    ...given,
  };
  const contenders = scripts.map((script) => scripted(script, clock, calls));
  const error: unknown = await climb(contenders, measurements, options).then(
    () => null,
    (reason: unknown) => reason,
  );
  return { measurements, calls, error };
}

/** An activity that is cancelled at the first checkpoint where `when` says so. */
const cancelledAfter = (when: () => boolean): ActivityHandle => ({
  ...new ActivityTracker(() => undefined).begin(null, "ladder", "test"),
  checkpoint: () => {
    if (when()) throw new ExperimentCancelled("cancelled");
  },
});

const resultOf = ({ measurements }: Climbed, rung: string) =>
  measurements.map((measurement) => measurement.result()).find((result) => result.rung === rung)!;

test("climb() keeps the cold call apart and takes ten samples and a second of each rung at least", async () => {
  const done = await climbed([
    { rung: "triple-loop", callMs: 30 },
    { rung: "kernel", callMs: 0.2 },
    { rung: "elementwise", callMs: 400 },
  ]);
  expect(done.error).toBeNull();
  for (const { result, callMs } of [
    { result: resultOf(done, "triple-loop"), callMs: 30 },
    { result: resultOf(done, "kernel"), callMs: 0.2 },
    { result: resultOf(done, "elementwise"), callMs: 400 },
  ]) {
    const warm = result.samples.filter(({ cold }) => !cold);
    expect(result).toMatchObject({ status: "measured", verified: true, note: "" });
    expect(result.coldMs).toBeCloseTo(3 * callMs);
    expect(result.medianMs / callMs).toBeCloseTo(1, 1);
    expect(warm.length).toBeGreaterThanOrEqual(10);
    expect(warm.length * result.callsPerSample * callMs).toBeGreaterThanOrEqual(900);
    expect(result.samples.filter(({ cold }) => cold)).toHaveLength(1);
  }
  expect(resultOf(done, "kernel").callsPerSample).toBeGreaterThan(50);
});

test("climb() lets the rungs take turns in a random order that the seed repeats", async () => {
  const scripts: Script[] = [
    { rung: "triple-loop", callMs: 30 },
    { rung: "broadcast", callMs: 30 },
    { rung: "einsum", callMs: 30 },
  ];
  const first = await climbed(scripts);
  const again = await climbed(scripts);
  const other = await climbed(scripts, { stream: randomStream(43, 10) });
  expect(again.calls).toEqual(first.calls);
  expect(other.calls).not.toEqual(first.calls);
  const orders = first.measurements.map((measurement) =>
    measurement
      .result()
      .samples.filter(({ cold }) => !cold)
      .map(({ order }) => order),
  );
  // Every rung has samples before the last of every other one.
  for (const left of orders) for (const right of orders) expect(left[0]).toBeLessThan(right.at(-1)!);
  expect(new Set(orders.flat()).size).toBe(orders.flat().length);
});

test("fault 45: climb() never times a rung whose product is wrong, and says what is wrong", async () => {
  const done = await climbed([
    { rung: "triple-loop", callMs: 30 },
    { rung: "cache-order", callMs: 5, wrong: true },
  ]);
  expect(done.calls.some(({ rung }) => rung === "cache-order")).toBe(false);
  const wrong = resultOf(done, "cache-order");
  expect(wrong).toMatchObject({ status: "wrong", verified: false, samples: [], coldMs: NaN, medianMs: NaN });
  expect(wrong.maxDiff).toBeCloseTo(0.1);
  expect(wrong.note).toMatch(/wrong and it was not timed: 1 of 3 coordinates/);
  expect(resultOf(done, "triple-loop").status).toBe("measured");
});

test("climb() skips what is slower than its budget and cuts what needs more than it", async () => {
  const done = await climbed([
    { rung: "triple-loop", callMs: 21 * 60_000, coldness: 1 },
    { rung: "elementwise", callMs: 2_000, coldness: 1 },
    { rung: "broadcast", callMs: 6_000, coldness: 1 },
    { rung: "kernel", callMs: 1 },
  ]);
  expect(resultOf(done, "triple-loop")).toMatchObject({
    status: "skipped",
    verified: false,
    samples: [],
    note: "skipped: about 21 min",
  });
  const cut = resultOf(done, "elementwise");
  expect(cut).toMatchObject({ status: "measured", verified: true });
  expect(cut.note).toMatch(/^cut after 10 s: [34] of 10 samples$/);
  expect(resultOf(done, "broadcast")).toMatchObject({
    status: "skipped",
    verified: true,
    note: "cut after 10 s: its first call took 6 s",
  });
  expect(resultOf(done, "kernel").status).toBe("measured");
});

test("climb() keeps what was measured when it is cancelled", async () => {
  let checks = 0;
  const done = await climbed(
    [
      { rung: "triple-loop", callMs: 30 },
      { rung: "broadcast", callMs: 30 },
    ],
    {
      activity: cancelledAfter(() => ++checks > 7),
    },
  );
  expect(done.error).toBeInstanceOf(ExperimentCancelled);
  const results = done.measurements.map((measurement) => measurement.result());
  expect(results).toHaveLength(2);
  for (const result of results) {
    expect(result.status).toBe("measured");
    expect(result.note).toMatch(/^cancelled after \d+ samples$/);
    expect(result.medianMs).toBeGreaterThan(0);
  }
  checks = 6;
  const early = await climbed([{ rung: "triple-loop", callMs: 30 }], {
    activity: cancelledAfter(() => ++checks > 7),
  });
  expect(resultOf(early, "triple-loop")).toMatchObject({ status: "cancelled", verified: true });
});

test("climb() does not take another library's first call, in which it compiles, for its speed", async () => {
  const scripts = [
    { rung: "tfjs", callMs: 0.4, coldness: 450, foreign: true },
    { rung: "pytorch", callMs: 140, coldness: 1.2, foreign: true },
  ] as const;
  const done = await climbed(scripts, { budgetMs: 300 });
  expect(resultOf(done, "tfjs").coldMs).toBeCloseTo(180);
  expect(resultOf(done, "tfjs").medianMs).toBeCloseTo(0.4, 1);
  // What is left of the budget is less than one more call.
  expect(resultOf(done, "pytorch")).toMatchObject({
    status: "skipped",
    note: "cut after 300 ms: one call takes about 139 ms",
  });
});

test("climb() goes on without another library that fails, and not without our own engine", async () => {
  const done = await climbed([
    { rung: "kernel", callMs: 30 },
    { rung: "tfjs", callMs: 30, foreign: true, failsAfter: 0 },
    { rung: "pytorch", callMs: 30, foreign: true, failsAfter: 12 },
  ]);
  expect(done.error).toBeNull();
  expect(resultOf(done, "tfjs")).toMatchObject({ status: "unavailable", note: "the library gave up" });
  expect(resultOf(done, "pytorch")).toMatchObject({ status: "measured", note: "the library gave up" });
  expect(resultOf(done, "kernel").note).toBe("");
  const own = await climbed([{ rung: "kernel", callMs: 30, failsAfter: 0 }]);
  expect(own.error).toEqual(new Error("the library gave up"));
});

test("climb() gives each rung its share of the peak of its threads", async () => {
  const done = await climbed([{ rung: "sharded", callMs: 0.2, threads: 2 }]);
  const { gflops, peakShare, multiplyAdds, bytes } = resultOf(done, "sharded");
  expect(gflops).toBeCloseTo(100, 0);
  expect(peakShare).toBeCloseTo(gflops / 200);
  expect(multiplyAdds).toBe(10_000_000);
  expect(bytes).toBe(4 * (100_000 + 100_000 + 10_000));
});

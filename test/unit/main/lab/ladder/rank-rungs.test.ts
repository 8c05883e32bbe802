import { expect, test } from "vitest";
import { randomStream } from "../../../../../src/core/random/random-stream.ts";
import { rankRungs } from "../../../../../src/main/lab/ladder/rank-rungs.ts";
import { measured } from "./ladder-record.ts";

const rank = (rungs: Parameters<typeof rankRungs>[0]) => rankRungs(rungs, randomStream(1));

test("rankRungs() gives the speed-up over rung 1 and over the rung before, with intervals", async () => {
  const [first, second, third] = await rank([
    measured("triple-loop", 100, { seed: 1 }),
    { ...measured("elementwise", 1), status: "skipped" },
    measured("broadcast", 20, { seed: 2 }),
  ]);
  expect(first).toMatchObject({ overFirst: { value: 1 }, overPrevious: null, note: "" });
  expect(second).toMatchObject({ overFirst: null, overPrevious: null });
  expect(third.overFirst!.value).toBeCloseTo(5, 1);
  expect(third.overFirst!.lo).toBeLessThan(5.1);
  expect(third.overFirst!.hi).toBeGreaterThan(4.9);
  expect(third.overPrevious).toMatchObject({ value: third.overFirst!.value });
});

test("rankRungs() says why a rung is slower, or hardly faster, than the one before it", async () => {
  const [, kernel, sharded, tfjs] = await rank([
    measured("cache-order", 10, { seed: 1 }),
    measured("kernel", 0.2, { seed: 2 }),
    measured("sharded", 0.15, { seed: 3, threads: 2 }),
    measured("tfjs", 0.3, { seed: 4 }),
  ]);
  expect(kernel.note).toBe("");
  expect(sharded.note).toMatch(/^only 1\.3\d times as fast as kernel: 2 workers are at most 2 times as fast/);
  expect(tfjs.note).toMatch(/^(1\.9\d|2\.0\d) times slower than sharded: its WebAssembly backend/);
});

test("rankRungs() blames Python's calls for a library's speed only where a call is short", async () => {
  const pytorch = async (ms: number, multiplyAdds: number) => {
    const rungs = [measured("sharded", 1, { seed: 1, threads: 2 }), measured("pytorch", ms, { seed: 2 })];
    const [, ranked] = await rank(rungs.map((rung) => ({ ...rung, multiplyAdds })));
    return ranked.note;
  };
  expect(await pytorch(2, 1e5)).toMatch(/times slower than sharded: every call goes through Python/);
  expect(await pytorch(2, 1e9)).toMatch(/times slower than sharded: its library comes less near to what/);
  expect(await pytorch(0.9, 1e9)).toMatch(/^only 1\.1\d times as fast as sharded: both come near to what/);
});

test("rankRungs() says why a library can be faster than the measured peak", async () => {
  const pytorch = async (peakShare: number | null) => {
    const rungs = [measured("sharded", 1, { seed: 1, threads: 2 }), measured("pytorch", 0.5, { seed: 2 })];
    const [ours, ranked] = await rank(rungs.map((rung) => ({ ...rung, peakShare })));
    expect(ours.note).toBe("");
    return ranked.note;
  };
  expect(await pytorch(1.6)).toMatch(/^beyond the peak measured here, .*its library works on 512 at once$/);
  expect(await pytorch(1.05)).toBe("");
  expect(await pytorch(null)).toBe("");
});

test("rankRungs() does not rank two rungs whose spread is too wide", async () => {
  const [steady, noisy] = await rank([
    measured("broadcast", 10, { seed: 1, spread: 0.5, samples: 10 }),
    measured("einsum", 10.5, { seed: 2, spread: 0.5, samples: 10 }),
  ]);
  expect(noisy.note).toMatch(/^not ranked against broadcast: the spread is too wide/);
  expect([steady.unrankedWith, noisy.unrankedWith].filter((name) => name !== "")).toHaveLength(1);
});

test("rankRungs() measures libraries and every number of workers against what is below them", async () => {
  const rungs = await rank([
    measured("kernel", 1, { seed: 1 }),
    measured("sharded", 1, { seed: 2, threads: 1 }),
    measured("sharded", 0.5, { seed: 3, threads: 2 }),
    measured("tfjs", 2, { seed: 4 }),
    measured("pytorch", 1, { seed: 5, threads: 2 }),
  ]);
  const ratios = rungs.map(({ overPrevious }) => overPrevious && Math.round(overPrevious.value * 4) / 4);
  expect(ratios).toEqual([null, 1, 2, 0.25, 0.5]);
  expect(rungs[1].note).toBe("");
});

test("rankRungs() names the next faster rung, of any number, when no difference can be shown", async () => {
  const rungs = await rank([
    measured("broadcast", 10, { seed: 1, spread: 0.1 }),
    measured("einsum", 100, { seed: 2, spread: 0.1 }),
    measured("cache-order", 10.01, { seed: 3, spread: 0.1 }),
  ]);
  expect(rungs.map(({ unrankedWith }) => unrankedWith)).toEqual(["cache-order", "", ""]);
});

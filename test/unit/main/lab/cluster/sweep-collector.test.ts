import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SweepCollector } from "../../../../../src/main/lab/cluster/sweep-collector.ts";
import type {
  ClusterSweepStatus,
  CollectedSweep,
} from "../../../../../src/shared/experiments/cluster-sweep.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NONE = { collected: 0, done: 0, running: 0, waiting: 0, failed: 0, lost: 0, unknown: 0 };

/** A sweep whose counts a test sets; what is done, and what lost ones had, is collected when it is asked for. */
function begun(counts: Partial<ClusterSweepStatus["counts"]>) {
  const sweep = { counts: { ...NONE, ...counts }, left: 0, idle: true, away: false };
  const told: string[] = [];
  const collector = new SweepCollector({
    status: async () => {
      await Promise.resolve();
      if (sweep.away) throw new Error("the folder is away");
      const { counts: now, left } = sweep;
      return { counts: { ...now }, toCollect: now.done + left } as ClusterSweepStatus;
    },
    collect: async () => {
      await Promise.resolve();
      const unfinished = Array.from({ length: sweep.left }, (_, i) => `lost-${i}`);
      const done = Array.from({ length: sweep.counts.done }, (_, i) => `run-${i}`);
      const added = [...done, ...unfinished];
      sweep.left = 0;
      sweep.counts = { ...sweep.counts, done: 0, collected: sweep.counts.collected + done.length };
      return {
        added,
        unfinished,
        skipped: [],
        inTrash: [],
        damaged: [],
        problem: "",
      } satisfies CollectedSweep;
    },
    idle: () => sweep.idle,
    looked: (_id, { counts: { done, collected } }) => told.push(`${done} done, ${collected} collected`),
    collected: (_id, { added }) => told.push(`took ${added.length}`),
    failed: (_id, error) => told.push(String(error)),
  });
  collector.watch("a");
  const pass = async (ms: number): Promise<string[]> => {
    await vi.advanceTimersByTimeAsync(ms);
    return told.splice(0);
  };
  return { sweep, collector, pass };
}

test("takes what is done at once, looks ever more rarely, and ends with the sweep", async () => {
  const { sweep, collector, pass } = begun({ done: 1, running: 1 });
  expect(await pass(0)).toEqual(["1 done, 0 collected", "took 1", "0 done, 1 collected"]);
  expect(await pass(9_999)).toEqual([]);
  expect(await pass(1)).toEqual(["0 done, 1 collected"]);
  expect(await pass(14_999)).toEqual([]);
  sweep.counts = { ...sweep.counts, running: 0, done: 1 };
  expect(await pass(1)).toEqual(["1 done, 1 collected", "took 1", "0 done, 2 collected"]);
  expect(collector.watches("a")).toBe(false);
  expect(await pass(600_000)).toEqual([]);
});

test("waits with what is done while something else is on, and goes on after a failure", async () => {
  const { sweep, pass } = begun({ done: 2 });
  sweep.idle = false;
  expect(await pass(0)).toEqual(["2 done, 0 collected"]);
  sweep.idle = true;
  sweep.away = true;
  expect(await pass(10_000)).toEqual(["Error: the folder is away"]);
  sweep.away = false;
  expect(await pass(15_000)).toEqual(["2 done, 0 collected", "took 2", "0 done, 2 collected"]);
});

test("takes what lost trainings had, too, before it ends", async () => {
  const { sweep, collector, pass } = begun({ lost: 2 });
  sweep.left = 2;
  expect(await pass(0)).toEqual(["0 done, 0 collected", "took 2", "0 done, 0 collected"]);
  expect(collector.watches("a")).toBe(false);
});

test("says and takes nothing more once it is left or closed, also in the middle of a look", async () => {
  const { collector, pass } = begun({ done: 1, running: 1 });
  collector.leave("a");
  expect(await pass(600_000)).toEqual([]);
  collector.watch("a");
  expect(await pass(0)).toContain("took 1");
  collector.close();
  expect(await pass(600_000)).toEqual([]);
});

import { expect, test } from "vitest";
import { compareLadders } from "../../../../../src/main/lab/ladder/compare-ladders.ts";
import { ladder, measured } from "./ladder-record.ts";

const MEDIANS = { "triple-loop": 48, broadcast: 60, einsum: 140, "cache-order": 11, kernel: 0.19 } as const;
const RUNGS = Object.entries(MEDIANS).map(([rung, ms]) => [rung as keyof typeof MEDIANS, ms] as const);

test("compareLadders() detects a slow-down of 3 % in one rung, and none in the others", () => {
  const before = ladder(RUNGS.map(([rung, ms], seed) => measured(rung, ms, { seed })));
  const after = ladder(
    RUNGS.map(([rung, ms], seed) => measured(rung, rung === "kernel" ? 1.03 * ms : ms, { seed: 100 + seed })),
  );
  const { rungs, sameMachine, sameThreads } = compareLadders(before, after);
  expect({ sameMachine, sameThreads }).toEqual({ sameMachine: true, sameThreads: true });
  expect(rungs.map(({ rung, verdict }) => [rung, verdict])).toEqual([
    ["triple-loop", "no difference shown"],
    ["broadcast", "no difference shown"],
    ["einsum", "no difference shown"],
    ["cache-order", "no difference shown"],
    ["kernel", "slower"],
  ]);
  const slower = rungs.at(-1)!.ratio!;
  expect(slower.value).toBeCloseTo(1.03, 2);
  expect(slower.lo).toBeGreaterThan(1.01);
  expect(slower.hi).toBeLessThan(1.05);
  expect(compareLadders(after, before).rungs.at(-1)).toMatchObject({ verdict: "faster" });
});

test("compareLadders() claims nothing where the spread is wider than the difference", () => {
  const before = ladder([measured("kernel", 1, { spread: 0.3, samples: 10 })]);
  const after = ladder([measured("kernel", 1.03, { spread: 0.3, samples: 10, seed: 2 })]);
  expect(compareLadders(before, after).rungs[0].verdict).toBe("no difference shown");
});

test("compareLadders() gives a rung the same interval whatever else the ladders have measured", () => {
  const kernels = [1, 1.03].map((ms, seed) => measured("kernel", ms, { seed }));
  const others = [48, 50].map((ms, seed) => measured("triple-loop", ms, { seed: 7 + seed }));
  const [alone] = compareLadders(ladder([kernels[0]]), ladder([kernels[1]])).rungs;
  const { rungs } = compareLadders(ladder([others[0], kernels[0]]), ladder([others[1], kernels[1]]));
  expect(rungs[1]).toEqual(alone);
});

test("compareLadders() gives no ratio where there are fewer than five samples", () => {
  const [few, enough] = [4, 5].map((samples) => ladder([measured("kernel", 1, { samples })]));
  const slower = ladder([measured("kernel", 3)]);
  expect(compareLadders(few, slower).rungs).toMatchObject([{ ratio: null, verdict: "too few samples" }]);
  expect(compareLadders(slower, few).rungs).toMatchObject([{ ratio: null, verdict: "too few samples" }]);
  expect(compareLadders(enough, slower).rungs).toMatchObject([{ verdict: "slower" }]);
});

test("compareLadders() says when machines or threads differ, and pairs only what both have measured", () => {
  const one = ladder([measured("kernel", 1), measured("sharded", 0.6, { threads: 2 })]);
  const other = ladder([measured("kernel", 1), measured("sharded", 0.4, { threads: 4 })], "m-2", 4);
  const comparison = compareLadders(one, other);
  expect(comparison).toMatchObject({ sameMachine: false, sameThreads: false });
  expect(comparison.rungs.map(({ rung }) => rung)).toEqual(["kernel"]);
  expect(comparison.warnings).toEqual({ one: [], other: [] });
  const busy = {
    ...other,
    conditions: { ...other.conditions, warnings: ["Other programs kept 1.9 of 2 busy."] },
  };
  expect(compareLadders(one, busy).warnings).toEqual({
    one: [],
    other: ["Other programs kept 1.9 of 2 busy."],
  });
  const skipped = ladder([{ ...measured("kernel", 1), status: "skipped" }]);
  expect(compareLadders(one, skipped).rungs).toEqual([]);
});

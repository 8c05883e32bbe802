import { expect, it } from "vitest";
import type { Op } from "../../../../src/core/ops/op.ts";
import type { Tensor } from "../../../../src/core/ops/recording-ops.ts";
import { PlanCache } from "../../../../src/main/engine/plan-cache.ts";
import { planSections, type Section } from "../../../../src/main/engine/plan.ts";

const tensor = (name: string, shape: readonly number[], offsetBytes: number): Tensor => {
  return { name, shape, dtype: "float32", offsetBytes };
};

/** A product of 50,000 rows and the sums of its columns, its tensors from `base` on. */
function section(base: number): Section {
  const [x, w, y, sums] = [
    tensor("x", [50_000, 80], base),
    tensor("w", [80, 30], base + 2e7),
    tensor("y", [50_000, 30], base + 3e7),
    tensor("sums", [30], base + 4e7),
  ];
  const ops: Op<Tensor>[] = [
    { op: "matmul", a: x, b: w, out: y, transposeA: false, transposeB: false, accumulate: false },
    { op: "columnSum", x: y, out: sums },
  ];
  return { program: { ops }, repeats: 1, structure: "product and sums" };
}

/** Hands out places one behind the other. */
function allocator(from: number): (bytes: number) => number {
  let next = from;
  return (bytes) => (next += bytes) - bytes;
}

it("a known plan is the one that planning anew would give", () => {
  const cache = new PlanCache();
  planSections([section(1e6)], 2, allocator(5e8), { known: cache });
  expect(cache.hits).toBe(0);
  const known = planSections([section(9e7)], 2, allocator(7e8), { known: cache });
  expect(cache.hits).toBe(1);
  expect(known).toEqual(planSections([section(9e7)], 2, allocator(7e8)));
});

it("a program of a known structure that is run again is the earlier one to the last byte", () => {
  const cache = new PlanCache();
  const [first, second] = [section(1e6), section(9e7)];
  const run = (one: Section) => planSections([one], 2, allocator(5e8), { known: cache });
  expect([first, second].map((one) => run(one).isUnchanged)).toEqual([false, false]);
  const again = [first, second, first, second].map(run);
  expect(again.map(({ isUnchanged }) => isUnchanged)).toEqual([true, true, true, true]);
  expect(again[2]?.sections[0]?.groups).toBe(again[0]?.sections[0]?.groups);
  expect(again[1]?.sections).toEqual(planSections([second], 2, allocator(5e8)).sections);
});

it("plans for each number of threads, and keeps no more than some", () => {
  const cache = new PlanCache();
  planSections([section(0)], 1, allocator(5e8), { known: cache });
  planSections([section(0)], 2, allocator(5e8), { known: cache });
  expect(cache.hits).toBe(0);
  for (let i = 0; i < 100; i++) {
    planSections([{ ...section(0), structure: `another ${i}` }], 2, allocator(5e8), { known: cache });
  }
  planSections([section(0)], 2, allocator(5e8), { known: cache });
  expect(cache.hits).toBe(0);
});

it("plans the very same program once, with records named as in the dispatch that it is part of", () => {
  const cache = new PlanCache();
  const { program, structure: _, ...rest } = section(1e6);
  const loss = tensor("loss", [1], 6e7);
  const recorded = { ops: [...program.ops, { op: "record", source: loss, name: "loss" } as const] };
  const other = { ops: [{ op: "record", source: loss, name: "another" } as const] };
  const own: Section = { ...rest, program: recorded };
  const plan = (sections: readonly Section[], from: number, known?: PlanCache) =>
    planSections(sections, 2, allocator(from), known === undefined ? {} : { known });
  plan([own], 5e8, cache);
  expect(cache.hits).toBe(0);
  const behind: Section[] = [{ ...rest, program: other }, own];
  expect(plan(behind, 7e8, cache)).toEqual(plan(behind, 7e8));
  expect(cache.hits).toBe(1);
  // What it has to leave behind decides which of its ops run.
  plan([{ ...own, results: [] }], 5e8, cache);
  expect(cache.hits).toBe(1);
});

it("gives the very same plan where its partial results lie where they lay, in turns too", () => {
  const cache = new PlanCache();
  const { structure: _, ...own } = section(1e6);
  const plan = (from: number) => planSections([own], 2, allocator(from), { known: cache });
  const [first, other] = [plan(5e8), plan(7e8)];
  expect([first.isUnchanged, other.isUnchanged]).toEqual([false, false]);
  expect(other).toEqual(planSections([own], 2, allocator(7e8)));
  for (const [from, before] of [
    [5e8, first],
    [7e8, other],
  ] as const) {
    const again = plan(from);
    expect(again.isUnchanged).toBe(true);
    expect(again.sections[0]?.groups).toBe(before.sections[0]?.groups);
  }
});

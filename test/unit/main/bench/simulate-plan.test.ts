import { expect, test } from "vitest";
import { RecordingOps, type Program, type Tensor } from "../../../../src/core/ops/recording-ops.ts";
import { simulatePlan, type SimulatedMachine } from "../../../../src/main/bench/simulate-plan.ts";

const MACHINE: SimulatedMachine = {
  barrierNs: 500,
  barrierNsPerWorker: 100,
  cacheGBs: 20,
  memoryGBs: 10,
  allMemoryGBs: 40,
  lastLevelCacheBytes: 1e6,
};

function recorded(body: (ops: RecordingOps) => void): Program {
  let end = 0;
  const ops = new RecordingOps((name, shape, dtype): Tensor => {
    const tensor = { name, shape, dtype, offsetBytes: end };
    end += 64 * Math.ceil((4 * shape.reduce((product, size) => product * size, 1)) / 64);
    return tensor;
  });
  body(ops);
  return ops.program();
}

const product = (rows: number, depth: number, columns: number): Program =>
  recorded((ops) => {
    const [a, b, out] = [
      ops.tensor("a", [rows, depth]),
      ops.tensor("b", [depth, columns]),
      ops.tensor("out", [rows, columns]),
    ];
    ops.run({ op: "matmul", a, b, out, transposeA: false, transposeB: false, accumulate: false });
  });

test("one worker takes what the plan's costs say: 0.02 ns a multiply-add, nothing moved, no barrier", () => {
  const { totalNs, computeNs, barrierNs, transferNs } = simulatePlan(product(100, 100, 50), 1, MACHINE);
  expect(computeNs).toBeCloseTo(0.02 * 100 * 100 * 50, 6);
  expect(totalNs).toBe(computeNs);
  expect([barrierNs, transferNs]).toEqual([0, 0]);
});

test("rows that cannot be shared evenly make all wait for the worker with most", () => {
  const { computeNs, imbalanceNs, workers } = simulatePlan(product(100, 1_000, 50), 8, MACHINE);
  // 13 of 100 rows instead of 12.5.
  expect(workers).toBe(8);
  expect(computeNs).toBeCloseTo(0.02 * 13 * 1_000 * 50, 6);
  expect(imbalanceNs).toBeCloseTo(0.02 * 0.5 * 1_000 * 50, 6);
});

test("every worker fetches what all read; what is larger than the last cache comes from memory", () => {
  const small = simulatePlan(product(100, 1_000, 50), 2, MACHINE);
  expect(small.transferNs).toBeCloseTo((4 * 1_000 * 50) / 20, 6);
  const large = simulatePlan(product(4_000, 100, 64), 2, MACHINE);
  // b by each from the cache, each half of a and of the product from memory.
  expect(large.transferNs).toBeCloseTo((4 * 100 * 64) / 20 + (4 * 4_000 * (100 + 64)) / 2 / 10, 6);
  // 16 workers share what the memory gives.
  const shared = simulatePlan(product(4_000, 100, 64), 16, MACHINE);
  const each = (4 * 4_000 * (100 + 64)) / 16 / (40 / 16);
  expect(shared.transferNs).toBeCloseTo((4 * 100 * 64) / 20 + each, 6);
});

test("partial sums are read by all, and barriers grow with the workers", () => {
  const program = recorded((ops) => {
    const [x, sums] = [ops.tensor("x", [10_000, 64]), ops.tensor("sums", [64])];
    ops.run({ op: "columnSum", x, out: sums });
  });
  const two = simulatePlan(program, 2, { ...MACHINE, lastLevelCacheBytes: Infinity });
  const eight = simulatePlan(program, 8, { ...MACHINE, lastLevelCacheBytes: Infinity });
  expect(two.barriers).toBeGreaterThan(0);
  expect(two.barrierNs).toBe(two.barriers * 700);
  expect(eight.barrierNs).toBe(eight.barriers * 1_300);
  expect(eight.transferNs).toBeGreaterThan(two.transferNs);
  expect(eight.computeNs).toBeLessThan(two.computeNs);
});

test("of a set of rows only those are fetched that are gathered", () => {
  const program = recorded((ops) => {
    const [x, indices] = [ops.tensor("x", [10_000, 784]), ops.tensor("indices", [10_000], "int32")];
    ops.run({ op: "gatherRows", x, indices, out: ops.tensor("batch", [64, 784]) });
  });
  const { transferNs, workers } = simulatePlan(program, 2, MACHINE);
  expect(workers).toBe(2);
  // 32 rows from memory each, and the numbers of all rows from the cache.
  expect(transferNs).toBeCloseTo((32 * 784 * 4) / 10 + (4 * 10_000) / 20, 6);
});

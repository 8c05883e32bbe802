import { afterAll, beforeAll, expect, it } from "vitest";
import { times } from "../../thorough.ts";
import { startKernel, type TestKernel } from "./start-kernel.ts";

/** A leak of a hundredth of what each of these leaves behind for a moment passes a limit within a thousand. */
const CELLS: readonly string[] = [
  // A megabyte of tensor: 1.5 GB is the limit of all of them.
  "var weights = randn(512, 512).mul(0.01); var seen = weights.sum();",
  // 100 kB of the script's heap, of which there are 64 MB, and as many numbers handed over.
  "var list = Array.from({ length: 8_000 }, (_, i) => i + 0.5); tensor(list).sum().item();",
  // Nodes of the thread's graph, with their lines.
  "{ let x = ones(4); for (let i = 0; i < 400; i++) x = x.mul(0.5).add(1); x.sum().item(); }",
  "function layer(x: Tensor) { return x.matmul(weights).clampMin(0); } var kept = layer(ones(8, 512));",
  "class Net extends nn.Module { a = new nn.Linear(64, 64); forward(x: Tensor) { return this.a.call(x); } } var net = new Net(); { const loss = net.call(ones(4, 64)).square().mean(); loss.backward(); net.zeroGrad(); }",
  "(() => { const lost = randn(300, 300).add(1); lost.g = lost.mul(2); throw new Error('in the middle'); })();",
  "{ const v = randn(6, 3); check(() => { const l = v.square().sum(); v.g = v.mul(2); return l; }, { v }); }",
  "print(time(() => weights.exp(), { samples: 2 }).operations); hist(weights);",
  "zeros(3, 4).matmul(zeros(3, 4));",
  "{ const text = 'x'.repeat(50_000); print(text.length); }",
];
/** How often all of them run. */
const ROUNDS = times(10, 100);
/** Of the whole process: what its heaps may grow by between collections. */
const MOST_GROWTH_BYTES = 200e6;

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel({ rows: 64 });
});
afterAll(async () => {
  await live.close();
});

async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    for (const [at, cell] of CELLS.entries()) await live.run(cell, `cell ${at}`);
  }
}

async function held() {
  const { tensors, tensorBytes, error } = await live.run("void 0");
  const { allocations, usedBytes, committedBytes } = live.engine.arena;
  return { error, allocations, usedBytes, committedBytes, tensors, tensorBytes };
}

it(`${ROUNDS * CELLS.length} cells leave neither buffers nor nodes nor heap behind`, async () => {
  await rounds(5);
  const before = await held();
  const rss = process.memoryUsage.rss();
  await rounds(ROUNDS);
  expect(await held()).toEqual(before);
  expect(before.error).toBeNull();
  expect(process.memoryUsage.rss() - rss).toBeLessThan(MOST_GROWTH_BYTES);
  // The script's heap has room as at first: 40 MB of its 64.
  expect(await live.print("print(Array.from({ length: 2_500_000 }, (_, i) => i * 0.5).length)")).toEqual([
    "2500000",
  ]);
}, 900_000);

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordingOps, type Program, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import type { Scope } from "../../../src/main/engine/arena.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { startEngine } from "./start-engine.ts";

const GROWN_BYTES = 600e6;
const SMALL_BYTES = 100e6;

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine(2);
});
afterEach(() => engine.close());

interface Product {
  readonly program: Program;
  readonly out: Tensor;
}

/** xᵀx of rows whose sums round differently in every other order. */
function productIn(scope: Scope): Product {
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  const x = ops.tensor("x", [5_003, 65]);
  viewOf(engine.arena.memory, x, "float32").forEach((_, i, all) => (all[i] = Math.sin(i)));
  const out = ops.tensor("out", [65, 65]);
  ops.run({ op: "matmul", a: x, b: x, out, transposeA: true, transposeB: false, accumulate: false });
  return { program: ops.program(), out };
}

async function compute({ program, out }: Product): Promise<Float32Array> {
  viewOf(engine.arena.memory, out, "float32").fill(NaN);
  await engine.run([{ program, repeats: 1 }], { threads: 2 });
  return viewOf(engine.arena.memory, out, "float32").slice();
}

/** What an experiment takes, writes to, and frees. */
function growAndRelease(): void {
  const scope = engine.arena.scope();
  const large = scope.tensor("large", [GROWN_BYTES / 4]);
  viewOf(engine.arena.memory, large, "float32").fill(1);
  scope.release();
}

describe("Engine.giveBack()", () => {
  it("gives an idle arena's bytes back to the system; what is kept computes the same bits", async () => {
    const kept = engine.arena.scope();
    const product = productIn(kept);
    const before = await compute(product);
    growAndRelease();
    const grownRss = process.memoryUsage.rss();
    expect(engine.arena.committedBytes).toBeGreaterThan(GROWN_BYTES);

    const bytes = await engine.giveBack(() => true);
    expect(bytes).toBeGreaterThan(GROWN_BYTES - SMALL_BYTES);
    expect(engine.givenBackBytes).toBe(bytes);
    expect(engine.arena.committedBytes).toBeLessThan(SMALL_BYTES);
    expect(engine.arena.peakBytes).toBeGreaterThan(GROWN_BYTES);
    // When the old workers have ended.
    await expect
      .poll(() => grownRss - process.memoryUsage.rss(), { timeout: 60_000 })
      .toBeGreaterThan(GROWN_BYTES - SMALL_BYTES);
    expect(engine.workers).toBe(2);

    expect(await compute(product)).toEqual(before);
    const afresh = productIn(engine.arena.scope());
    expect(await compute(afresh)).toEqual(before);
    // Grows again as the first one did.
    growAndRelease();
    expect(await engine.giveBack(() => true)).toBeGreaterThan(GROWN_BYTES - SMALL_BYTES);
    expect(await compute(product)).toEqual(before);
  });

  it("gives nothing back where there is little to give, or somebody still holds the memory", async () => {
    expect(await engine.giveBack(() => true)).toBe(0);
    growAndRelease();
    const { memory } = engine.arena;
    let asked = 0;
    // Idle when it begins, no longer when the new workers have started.
    expect(await engine.giveBack(() => asked++ === 0)).toBe(0);
    expect(asked).toBe(2);
    expect(engine.arena.memory).toBe(memory);
  });

  it("leaves a dispatch alone that is on, or that begins before the new workers are there", async () => {
    const product = productIn(engine.arena.scope());
    const expected = await compute(product);
    growAndRelease();
    const running = compute(product);
    expect(await engine.giveBack(() => true)).toBe(0);
    expect(await running).toEqual(expected);

    const giving = engine.giveBack(() => true);
    expect(await compute(product)).toEqual(expected);
    expect(await giving).toBe(0);
    expect(await compute(product)).toEqual(expected);
  });

  it("waits for workers that a cancelled dispatch has left behind", async () => {
    const { program } = productIn(engine.arena.scope());
    growAndRelease();
    const running = engine.run([{ program, repeats: 100_000 }], { threads: 2 });
    engine.cancel();
    expect(await running).toBe("cancelled");
    await engine.settled();
    expect(await engine.giveBack(() => true)).toBeGreaterThan(GROWN_BYTES - SMALL_BYTES);
  });

  it("is closed while it gives back", async () => {
    growAndRelease();
    const giving = engine.giveBack(() => true);
    await engine.close();
    expect(await giving).toBe(0);
  });
});

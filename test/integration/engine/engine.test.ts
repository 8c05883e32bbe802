import { afterEach, describe, expect, it } from "vitest";
import { RecordingOps, type Program, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import type { Scope } from "../../../src/main/engine/arena.ts";
import type { MetricRecord } from "../../../src/main/engine/control-block.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { startEngine } from "./start-engine.ts";

let engine: Engine | undefined;
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

function record(scope: Scope, build: (ops: RecordingOps) => void): Program {
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  build(ops);
  return ops.program();
}

/** A product large enough to be running when something happens to it. */
function longProgram(scope: Scope): Program {
  return record(scope, (ops) => {
    const a = ops.tensor("a", [2000, 1000]);
    const b = ops.tensor("b", [1000, 500]);
    const out = ops.tensor("out", [2000, 500]);
    ops.run({ op: "matmul", a, b, out, transposeA: false, transposeB: false, accumulate: false });
  });
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("Engine.run()", () => {
  it("gives bit-identical results twice with the same threads", async () => {
    engine = await startEngine(2);
    const scope = engine.arena.scope();
    let out: Tensor | undefined;
    const program = record(scope, (ops) => {
      const x = ops.tensor("x", [5003, 65]);
      viewOf(engine!.arena.memory, x, "float32").forEach((_, i, all) => (all[i] = Math.sin(i)));
      out = ops.tensor("out", [65, 65]);
      ops.run({ op: "matmul", a: x, b: x, out, transposeA: true, transposeB: false, accumulate: false });
    });
    const results: Float32Array[] = [];
    for (let call = 0; call < 3; call++) {
      await engine.run([{ program, repeats: 1 }], { threads: 2 });
      results.push(viewOf(engine.arena.memory, out!, "float32").slice());
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    scope.release();
  });

  it("delivers every record in order, also when the ring wraps", async () => {
    engine = await startEngine(2);
    const scope = engine.arena.scope();
    const repeats = 20_000;
    const program = record(scope, (ops) => {
      const source = ops.tensor("source", [1]);
      viewOf(engine!.arena.memory, source, "float32")[0] = 0;
      const one = ops.tensor("one", [1]);
      viewOf(engine!.arena.memory, one, "float32")[0] = -1;
      const lr = ops.tensor("lr", [1]);
      viewOf(engine!.arena.memory, lr, "float32")[0] = 1;
      ops.run({ op: "sgd", param: source, grad: one, lr });
      ops.run({ op: "record", source, name: "count" });
    });
    const records: MetricRecord[] = [];
    await engine.run([{ program, repeats }], { threads: 2, onRecords: (batch) => records.push(...batch) });
    expect(records.length).toBe(repeats);
    expect(
      records.every(
        ({ name, step, value }, index) => name === "count" && step === index && value === index + 1,
      ),
    ).toBe(true);
    scope.release();
  });

  it.each<[string, (ops: RecordingOps) => void]>([
    [
      "a product of 2048³",
      (ops) => {
        const a = ops.tensor("a", [2048, 2048]);
        const b = ops.tensor("b", [2048, 2048]);
        const out = ops.tensor("out", [2048, 2048]);
        ops.run({ op: "matmul", a, b, out, transposeA: false, transposeB: false, accumulate: false });
      },
    ],
    [
      "xᵀ·dY over 50,000 rows",
      (ops) => {
        const a = ops.tensor("x", [50_000, 784]);
        const b = ops.tensor("dy", [50_000, 50]);
        const out = ops.tensor("dw", [784, 50]);
        ops.run({ op: "matmul", a, b, out, transposeA: true, transposeB: false, accumulate: false });
      },
    ],
    [
      "explicit outer products of 50,000 rows",
      (ops) => {
        const x = ops.tensor("x", [50_000, 784]);
        const dy = ops.tensor("dy", [50_000, 50]);
        ops.run({ op: "outerProductSum", x, dy, out: ops.tensor("dw", [784, 50]), chunkRows: 64 });
      },
    ],
  ])("answers a cancellation within 200 ms in %s and works again afterwards", async (_op, build) => {
    engine = await startEngine(2);
    const scope = engine.arena.scope();
    const program = record(scope, build);
    const running = engine.run([{ program, repeats: 100_000 }], { threads: 2 });
    await after(300);
    // Main's own clock for both: however late it gets a core, what is due first is told first.
    const late = after(200).then(() => "not within 200 ms");
    engine.cancel();
    expect(await Promise.race([running, late])).toBe("cancelled");
    expect(await engine.run([{ program, repeats: 1 }], { threads: 2 })).toBe("finished");
    scope.release();
    expect(engine.arena.allocations).toBe(0);
  });

  it("cancels the next dispatch when it is asked between two, unless that is forgotten first", async () => {
    engine = await startEngine(2);
    const scope = engine.arena.scope();
    const program = longProgram(scope);
    const run = (): Promise<string> =>
      engine?.run([{ program, repeats: 1 }], { threads: 2 }) ?? expect.fail();
    engine.cancel();
    expect(await run()).toBe("cancelled");
    expect(await run()).toBe("finished");
    engine.cancel();
    engine.clearCancellation();
    expect(await run()).toBe("finished");
    scope.release();
  });

  it("refuses a second program while one runs", async () => {
    engine = await startEngine(1);
    const scope = engine.arena.scope();
    const program = longProgram(scope);
    const running = engine.run([{ program, repeats: 50 }], { threads: 1 });
    await expect(engine.run([{ program, repeats: 1 }], { threads: 1 })).rejects.toThrow(
      /another program is running/,
    );
    engine.cancel();
    await running;
    scope.release();
  });

  it("waits with a program that gives way, and with no other, for as long as the window draws", async () => {
    engine = await startEngine(2);
    const scope = engine.arena.scope();
    const sections = [{ program: longProgram(scope), repeats: 1 }];
    const lookThrice = (run: Promise<unknown>, looked: readonly number[]): Promise<void> =>
      Promise.race([run.then(() => undefined), expect.poll(() => looked.length).toBeGreaterThan(3)]);
    engine.giveWay(1e6);
    expect(await engine.run(sections, { threads: 2 })).toBe("finished");

    const looked: number[] = [];
    const giving = engine.run(sections, {
      threads: 2,
      givesWay: true,
      onProgress: (done) => looked.push(done),
    });
    await lookThrice(giving, looked);
    expect(looked.slice(0, 3)).toEqual([0, 0, 0]);
    engine.giveWay(0);
    expect(await giving).toBe("finished");
    expect(looked.at(-1)).toBe(1);

    engine.giveWay(1e6);
    const stopped = engine.run(sections, { threads: 2, givesWay: true });
    engine.cancel();
    expect(await stopped).toBe("cancelled");
    scope.release();
  });

  it("starts its first workers when something is computed, and chooses their kernels then", async () => {
    engine = await startEngine(0);
    expect([engine.workers, engine.instructionSet, engine.kernelsHash]).toEqual([0, "javascript", ""]);
    const scope = engine.arena.scope();
    expect(await engine.run([{ program: longProgram(scope), repeats: 1 }], { threads: 2 })).toBe("finished");
    const usual = await startEngine(1);
    expect([engine.workers, engine.instructionSet, engine.kernelsHash]).toEqual([
      2,
      usual.instructionSet,
      usual.kernelsHash,
    ]);
    scope.release();
    await usual.close();
  });

  it("takes more threads than the pool has by making a larger one", async () => {
    engine = await startEngine(1);
    const scope = engine.arena.scope();
    expect(await engine.run([{ program: longProgram(scope), repeats: 1 }], { threads: 3 })).toBe("finished");
    expect(engine.workers).toBe(3);
    scope.release();
  });
});

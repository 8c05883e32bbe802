import { describe, expect, it } from "vitest";
import { RecordingOps, type Program } from "../../../../src/core/ops/recording-ops.ts";
import { Arena } from "../../../../src/main/engine/arena.ts";
import { planSections } from "../../../../src/main/engine/plan.ts";
import type { PlannedStep } from "../../../../src/shared/worker-tasks.ts";

function plan(threads: number, build: (ops: RecordingOps) => void): readonly PlannedStep[] {
  const scope = new Arena().scope();
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  build(ops);
  const program: Program = ops.program();
  const { sections } = planSections([{ program, repeats: 1 }], threads, (bytes) => scope.bytes(bytes));
  return sections[0].steps;
}

const named = (steps: readonly PlannedStep[]): string[] =>
  steps.map(({ op, phase, barrier, threads }) => `${barrier ? "| " : ""}${op.op} ${phase} ×${threads}`);

describe("planSections()", () => {
  it("lets row-wise neighbours run without a barrier and puts one before a reduction is read", () => {
    const steps = plan(2, (ops) => {
      const x = ops.tensor("x", [10_000, 100]);
      const w = ops.tensor("w", [100, 50]);
      const b = ops.tensor("b", [50]);
      const h = ops.tensor("h", [10_000, 50]);
      const db = ops.tensor("db", [50]);
      ops.run({ op: "matmul", a: x, b: w, out: h, transposeA: false, transposeB: false, accumulate: false });
      ops.run({ op: "addBias", x: h, bias: b, out: h });
      ops.run({ op: "relu", x: h, out: h, shift: 0 });
      ops.run({ op: "columnSum", x: h, out: db });
    });
    expect(named(steps)).toEqual([
      "matmul run ×2",
      "addBias run ×2",
      "relu run ×2",
      // In the next repeat the partial sums may not be overwritten while they are still being added up.
      "| columnSum partial ×2",
      "| columnSum reduce ×1",
    ]);
  });

  it("puts a barrier where a program's next repeat reads what its end has written", () => {
    const steps = plan(2, (ops) => {
      const x = ops.tensor("x", [10_000, 100]);
      const w = ops.tensor("w", [100, 50]);
      const h = ops.tensor("h", [10_000, 50]);
      const dw = ops.tensor("dw", [100, 50]);
      const lr = ops.tensor("lr", [1]);
      ops.run({ op: "matmul", a: x, b: w, out: h, transposeA: false, transposeB: false, accumulate: false });
      ops.run({ op: "matmul", a: x, b: h, out: dw, transposeA: true, transposeB: false, accumulate: false });
      ops.run({ op: "sgd", param: w, grad: dw, lr });
    });
    // w is written by one worker and read whole by both in the next repeat.
    expect(named(steps)).toEqual([
      "| matmul run ×2",
      "matmul partial ×2",
      "| matmul reduce ×1",
      "sgd run ×1",
    ]);
  });

  it("keeps small work on one worker, without barriers among itself", () => {
    const steps = plan(4, (ops) => {
      const x = ops.tensor("x", [64, 10]);
      const out = ops.tensor("out", [10]);
      ops.run({ op: "relu", x, out: x, shift: 0 });
      ops.run({ op: "columnSum", x, out });
    });
    expect(named(steps)).toEqual(["relu run ×1", "columnSum partial ×1", "columnSum reduce ×1"]);
  });

  it("puts a barrier before every mark", () => {
    const steps = plan(2, (ops) => {
      ops.run({ op: "mark", name: "begin" });
      ops.run({ op: "mark", name: "end" });
    });
    expect(named(steps)).toEqual(["| mark run ×1", "| mark run ×1"]);
    expect(steps.map(({ nameIndex }) => nameIndex)).toEqual([0, 1]);
  });
});

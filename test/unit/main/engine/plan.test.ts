import { describe, expect, it } from "vitest";
import { RecordingOps, type Program, type Tensor } from "../../../../src/core/ops/recording-ops.ts";
import { Arena } from "../../../../src/main/engine/arena.ts";
import { planSections } from "../../../../src/main/engine/plan.ts";
import type { PlannedGroup } from "../../../../src/shared/engine/worker-tasks.ts";

function plan(
  threads: number,
  build: (ops: RecordingOps) => void,
  { opByOp = false } = {},
): readonly PlannedGroup[] {
  const scope = new Arena().scope();
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  build(ops);
  const program: Program = ops.program();
  const section = { program, repeats: 1, opByOp };
  const { sections } = planSections([section], threads, (bytes) => scope.bytes(bytes));
  return sections[0].groups;
}

/** A group in one line: its steps, how many workers share it, and `|` where they meet before it. */
const named = (groups: readonly PlannedGroup[]): string[] =>
  groups.map(({ steps, barrier, threads }) => {
    const names = steps.map(({ op, phase }) => (phase === "run" ? op.op : `${op.op} ${phase}`));
    return `${barrier ? "| " : ""}${names.join(", ")} ×${threads}`;
  });

describe("planSections()", () => {
  it("carries out row-wise neighbours together and puts a barrier before a reduction is read", () => {
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
      // In the next repeat the partial sums may not be overwritten while they are still being added up.
      "| linear, relu, columnSum partial ×2",
      "| columnSum reduce ×1",
    ]);
  });

  it("takes bias, relu and the columns' moments along in the product's registers", () => {
    const steps = plan(2, (ops) => {
      const x = ops.tensor("x", [10_000, 100]);
      const w = ops.tensor("w", [100, 50]);
      const b = ops.tensor("b", [50]);
      const h = ops.tensor("h", [10_000, 50]);
      const activated = ops.tensor("relu", [10_000, 50]);
      const moments = ops.tensor("moments", [2, 50], "float64");
      ops.run({ op: "matmul", a: x, b: w, out: h, transposeA: false, transposeB: false, accumulate: false });
      ops.run({ op: "addBias", x: h, bias: b, out: h });
      ops.run({ op: "relu", x: h, out: activated, shift: 0 });
      ops.run({ op: "columnMoments", x: activated, out: moments });
    });
    expect(named(steps)).toEqual(["| linear partial ×2", "| linear reduce ×1"]);
  });

  it("goes op by op when asked to, each over all rows before the next", () => {
    const groups = plan(
      2,
      (ops) => {
        const x = ops.tensor("x", [10_000, 100]);
        const w = ops.tensor("w", [100, 50]);
        const b = ops.tensor("b", [50]);
        const h = ops.tensor("h", [10_000, 50]);
        const db = ops.tensor("db", [50]);
        ops.run({
          op: "matmul",
          a: x,
          b: w,
          out: h,
          transposeA: false,
          transposeB: false,
          accumulate: false,
        });
        ops.run({ op: "addBias", x: h, bias: b, out: h });
        ops.run({ op: "relu", x: h, out: h, shift: 0 });
        ops.run({ op: "columnSum", x: h, out: db });
      },
      { opByOp: true },
    );
    expect(named(groups).map((group) => group.replace("| ", ""))).toEqual([
      "matmul ×2",
      "addBias ×2",
      "relu ×2",
      "columnSum partial ×2",
      "columnSum reduce ×1",
    ]);
    for (const { items, blockItems } of groups) expect(blockItems).toBe(items);
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
    expect(named(steps)).toEqual(["| matmul, matmul partial ×2", "| matmul reduce ×1", "sgd ×1"]);
  });

  it("goes through forward, loss and backward in blocks of rows, and adds the gradients up afterwards", () => {
    const groups = plan(2, (ops) => {
      const t = (name: string, shape: readonly number[]): Tensor => ops.tensor(name, shape);
      const [x, y, w, h] = [t("x", [10_000, 100]), t("y", [10_000]), t("w", [100, 1]), t("h", [10_000, 1])];
      const [loss, dh, dw, dx] = [
        t("loss", [1]),
        t("dh", [10_000, 1]),
        t("dw", [100, 1]),
        t("dx", [10_000, 100]),
      ];
      const product = { transposeA: false, transposeB: false, accumulate: false };
      ops.run({ op: "matmul", a: x, b: w, out: h, ...product });
      ops.run({ op: "mse", pred: h, target: y, loss });
      ops.run({ op: "mseBackward", pred: h, target: y, dpred: dh });
      ops.run({ op: "matmul", a: dh, b: w, out: dx, ...product, transposeB: true });
      ops.run({ op: "matmul", a: x, b: dh, out: dw, ...product, transposeA: true });
    });
    expect(named(groups)).toEqual([
      "| matmul, mse partial, mseBackward, matmul, matmul partial ×2",
      "| mse reduce ×1",
      "matmul reduce ×1",
    ]);
    // x, dx and three columns: 203 floats a row.
    expect(groups[0].blockItems).toBeLessThan(1_000);
  });

  it("does not carry out together what one reads whole and the other writes", () => {
    const groups = plan(2, (ops) => {
      const x = ops.tensor("x", [1_000, 1_000]);
      const h = ops.tensor("h", [1_000, 1_000]);
      const out = ops.tensor("out", [1_000, 1_000]);
      const product = { transposeA: false, transposeB: false, accumulate: false };
      ops.run({ op: "relu", x, out: h, shift: 0 });
      ops.run({ op: "matmul", a: x, b: h, out, ...product });
    });
    expect(named(groups)).toEqual(["| relu ×2", "| matmul ×2"]);
  });

  it("puts a barrier where a part of a buffer meets the whole of it", () => {
    const groups = plan(2, (ops) => {
      const x = ops.tensor("x", [10_000, 100]);
      const h = ops.tensor("h", [10_000, 100]);
      const y = ops.tensor("y", [5_000, 100]);
      // Its second half: another tensor at an offset inside.
      const part: Tensor = { ...h, shape: [5_000, 100], offsetBytes: h.offsetBytes + 4 * 500_000 };
      ops.run({ op: "relu", x, out: h, shift: 0 });
      ops.run({ op: "relu", x: part, out: y, shift: 0 });
      ops.run({ op: "add", a: y, b: part, out: part });
      ops.run({ op: "relu", x: h, out: x, shift: 0 });
    });
    expect(named(groups)).toEqual(["relu ×2", "| relu, add ×2", "| relu ×2"]);
  });

  it("keeps a part of a product's result out of what is fused with it", () => {
    const groups = plan(2, (ops) => {
      const x = ops.tensor("x", [10_000, 100]);
      const w = ops.tensor("w", [100, 50]);
      const h = ops.tensor("h", [10_000, 50]);
      const part: Tensor = { ...h, shape: [5_000, 50] };
      ops.run({ op: "matmul", a: x, b: w, out: h, transposeA: false, transposeB: false, accumulate: false });
      ops.run({ op: "addBias", x: part, bias: ops.tensor("b", [50]), out: part });
    });
    expect(named(groups)).toEqual(["| matmul ×2", "| addBias ×2"]);
  });

  it("keeps what writes a part of a buffer that results are read from", () => {
    const scope = new Arena().scope();
    const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
    const [a, b, both, unused] = ["a", "b", "both", "unused"].map((name) => ops.tensor(name, [4, 3]));
    const shape = [2, 3];
    const at = (tensor: Tensor, offset: number) => ({ tensor, offset, strides: [3, 1] });
    ops.run({ op: "copy", shape, x: at(a, 0), out: at(both, 0) });
    ops.run({ op: "copy", shape, x: at(b, 0), out: at(both, 6) });
    ops.run({ op: "copy", shape, x: at(b, 0), out: at(unused, 6) });
    const part: Tensor = { ...both, shape, offsetBytes: both.offsetBytes + 24 };
    const section = { program: ops.program(), repeats: 1, results: [part] };
    const { sections } = planSections([section], 1, (bytes) => scope.bytes(bytes));
    const kept = sections[0].groups.flatMap(({ steps }) => steps.map(({ op }) => op));
    expect(kept).toEqual(ops.program().ops.slice(0, 2));
  });

  it("carries row-wise maps and reductions out with their neighbours", () => {
    const groups = plan(2, (ops) => {
      const x = ops.tensor("x", [10_000, 100]);
      const w = ops.tensor("w", [100, 50]);
      const b = ops.tensor("b", [50]);
      const h = ops.tensor("h", [10_000, 50]);
      const g = ops.tensor("g", [10_000, 50]);
      const sums = ops.tensor("sums", [10_000]);
      const total = ops.tensor("total", [50]);
      const shape = [10_000, 50];
      const rows = (tensor: Tensor) => ({ tensor, offset: 0, strides: [50, 1] });
      ops.run({ op: "matmul", a: x, b: w, out: h, transposeA: false, transposeB: false, accumulate: false });
      const inputs = [rows(h), { tensor: b, offset: 0, strides: [0, 1] }];
      ops.run({ op: "map", shape, inputs, steps: [{ input: 0 }, { input: 1 }, { fn: "mul" }], out: g });
      const reduced = { op: "reduce", kind: "sum", shape, steps: [{ input: 0 }], scale: 1 } as const;
      ops.run({ ...reduced, inputs: [rows(g)], axes: [1], out: sums });
      ops.run({ ...reduced, inputs: [rows(g)], axes: [0], out: total });
      // All of what the reduction gave is read by every worker.
      const scaled = [rows(g), { tensor: total, offset: 0, strides: [0, 1] }];
      ops.run({
        op: "map",
        shape,
        inputs: scaled,
        steps: [{ input: 0 }, { input: 1 }, { fn: "div" }],
        out: g,
      });
    });
    expect(named(groups)).toEqual([
      "matmul, map, reduce, reduce partial ×2",
      "| reduce reduce ×1",
      "| map ×2",
    ]);
  });

  it("leaves out what the results do not depend on, when told them", () => {
    const scope = new Arena().scope();
    const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
    const [x, w, h, dh] = (
      [
        ["x", [1_000, 10]],
        ["w", [10, 1]],
        ["h", [1_000, 1]],
        ["dh", [1_000, 1]],
      ] as const
    ).map(([name, shape]) => ops.tensor(name, shape));
    const [y, dw, dx, lr] = (
      [
        ["y", [1_000]],
        ["dw", [10, 1]],
        ["dx", [1_000, 10]],
        ["lr", [1]],
      ] as const
    ).map(([name, shape]) => ops.tensor(name, shape));
    const product = { transposeA: false, transposeB: false, accumulate: false };
    ops.run({ op: "matmul", a: x, b: w, out: h, ...product });
    ops.run({ op: "mseBackward", pred: h, target: y, dpred: dh });
    ops.run({ op: "matmul", a: dh, b: w, out: dx, ...product, transposeB: true });
    ops.run({ op: "matmul", a: x, b: dh, out: dw, ...product, transposeA: true });
    ops.run({ op: "sgd", param: w, grad: dw, lr });
    const section = { program: ops.program(), repeats: 1 };
    const groups = (results?: readonly Tensor[]): readonly PlannedGroup[] =>
      planSections([results === undefined ? section : { ...section, results }], 1, (bytes) =>
        scope.bytes(bytes),
      ).sections[0].groups;
    expect(named(groups())).toContain("matmul, mseBackward, matmul, matmul partial ×1");
    expect(named(groups([w]))).toContain("matmul, mseBackward, matmul partial ×1");
  });

  it("splits xᵀ·dy of a batch by the rows of the weights: no partial sums as large as they are", () => {
    const steps = plan(2, (ops) => {
      const [x, dy] = [ops.tensor("x", [64, 784]), ops.tensor("dy", [64, 50])];
      const dw = ops.tensor("dw", [784, 50]);
      ops.run({ op: "matmul", a: x, b: dy, out: dw, transposeA: true, transposeB: false, accumulate: false });
    });
    expect(named(steps)).toEqual(["matmul ×2"]);
    expect(steps[0]?.items).toBe(784);
  });

  describe("a training step on few rows that are picked", () => {
    const step =
      (rows: number, { watched = false } = {}) =>
      (ops: RecordingOps): void => {
        const t = (name: string, shape: readonly number[]): Tensor => ops.tensor(name, shape);
        const [x, h, dh] = [t("x", [rows, 784]), t("h", [rows, 50]), t("dh", [rows, 50])];
        const [w, dw, bias, lr] = [t("w", [784, 50]), t("dw", [784, 50]), t("bias", [50]), t("lr", [1])];
        const indices = ops.tensor("indices", [rows], "int32");
        const product = { op: "matmul", transposeB: false, accumulate: false } as const;
        ops.run({ op: "gatherRows", x: t("all", [1000, 784]), indices, out: x });
        ops.run({ ...product, a: x, b: w, out: h, transposeA: false });
        ops.run({ op: "addBias", x: h, bias, out: h });
        if (watched) ops.run({ op: "columnMoments", x: h, out: ops.tensor("moments", [2, 50], "float64") });
        ops.run({ op: "reluBackward", x: h, dy: h, dx: dh });
        ops.run({ ...product, a: x, b: dh, out: dw, transposeA: true });
        ops.run({ op: "sgd", param: w, grad: dw, lr });
      };

    it("lets each worker keep to its own inputs, and adds the sums with what follows row by row", () => {
      const steps = plan(2, step(64));
      expect(named(steps)).toEqual([
        "gatherRows ×2",
        "| linear partial ×2",
        "| linear reduce, reluBackward ×1",
        "| matmul ×2",
        "| sgd ×2",
      ]);
      expect(steps.slice(0, 2).map(({ items }) => items)).toEqual([49, 49]);
    });

    it("sums in the same order where moments are taken too", () => {
      const steps = plan(2, step(64, { watched: true }));
      expect(named(steps)[1]).toBe("| linear partial ×2");
      expect(named(steps)[2]).toBe("| linear reduce, columnMoments partial, reluBackward ×1");
    });

    it("shares rows where weights are few beside the sums, and with one worker", () => {
      expect(named(plan(2, step(128)))[0]).toBe("| gatherRows, linear, reluBackward ×2");
      expect(named(plan(1, step(64)))[0]).toBe("gatherRows, linear, reluBackward ×1");
    });
  });

  it("keeps small work on one worker, without barriers among itself", () => {
    const steps = plan(4, (ops) => {
      const x = ops.tensor("x", [64, 10]);
      const out = ops.tensor("out", [10]);
      ops.run({ op: "relu", x, out: x, shift: 0 });
      ops.run({ op: "columnSum", x, out });
    });
    expect(named(steps)).toEqual(["relu, columnSum partial ×1", "columnSum reduce ×1"]);
  });

  it("puts a barrier before every mark", () => {
    const steps = plan(2, (ops) => {
      ops.run({ op: "mark", name: "begin" });
      ops.run({ op: "mark", name: "end" });
    });
    expect(named(steps)).toEqual(["| mark ×1", "| mark ×1"]);
    expect(steps.map((group) => group.steps[0].nameIndex)).toEqual([0, 1]);
  });
});

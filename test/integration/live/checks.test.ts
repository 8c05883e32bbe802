import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckReport } from "../../../src/shared/live/check-report.ts";
import type { CellResult } from "../../../src/shared/live/cell-result.ts";
import { startKernel, textsOf, type TestKernel } from "./start-kernel.ts";

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel();
  await live.print(`
    var x = randn(32, 12), y = randn(32), w1 = randn(12, 8).div(3), b1 = zeros(8), w2 = randn(8, 1), b2 = zeros(1);
    function linear_backwards(inp: Tensor, out: Tensor, w: Tensor, b: Tensor) {
      inp.g = out.g!.matmul(w.t());
      w.g = inp.t().matmul(out.g!);
      b.g = out.g!.sum({ dim: 0 });
    }
    function forward_and_backward({ factor = 2, mask = "input" } = {}) {
      const l1 = x.matmul(w1).add(b1), l2 = l1.clampMin(0).sub(0.5), out = l2.matmul(w2).add(b2);
      const loss = out.squeeze(1).sub(y).pow(2).mean();
      out.g = out.squeeze(1).sub(y).unsqueeze(-1).mul(factor / out.shape[0]!);
      linear_backwards(l2, out, w2, b2);
      l1.g = (mask === "input" ? l1 : l2).gt(0).float().mul(l2.g!);
      linear_backwards(x, l1, w1, b1);
      return loss;
    }`);
});
afterAll(async () => {
  await live.close();
});

const reportsOf = ({ outputs }: CellResult): CheckReport[] =>
  outputs.flatMap((output) => (output.kind === "check" ? [output.report] : []));

describe("check", () => {
  it("finds a right backward pass right, and proves its own reference", async () => {
    const result = await live.run("print(check(() => forward_and_backward(), { x, w1, b1, w2, b2 }).passed)");
    const [report] = reportsOf(result);
    expect(result.error).toBeNull();
    expect(report.gradients.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 8 }, () => "right"));
    expect(report.gradients.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["out", "l1", "l2", "w1", "x"]),
    );
    expect(report.proof.differences).toBeGreaterThanOrEqual(15);
    expect(report.proof.worst).toBeLessThan(1e-5);
    expect(report.gradients.every(({ relNorm }) => relNorm < 1e-5)).toBe(true);
  });

  it("names a wrong factor at its line, and blames nothing that only handed it on", async () => {
    const result = await live.run("check(() => forward_and_backward({ factor: 1 }), { x, w1, b1, w2, b2 })");
    const [report] = reportsOf(result);
    expect(result.error).toMatchObject({ kind: "check" });
    expect(report.gradients.filter(({ verdict }) => verdict === "wrong")).toMatchObject([
      { name: "out", certain: true, place: { cell: "cell", line: 11 } },
    ]);
    expect(report.gradients[0].explanations[0].text).toContain("½");
  });

  it("names a mask that is taken from the output", async () => {
    const [report] = reportsOf(
      await live.run('check(() => forward_and_backward({ mask: "output" }), { x, w1, b1, w2, b2 })'),
    );
    const wrong = report.gradients.filter(({ verdict }) => verdict === "wrong");
    expect(wrong).toMatchObject([{ name: "l1", place: { line: 13 } }]);
    expect(wrong[0].explanations.length).toBeGreaterThan(0);
  });

  it("tells of gradients that were never set", async () => {
    const result = await live.run("check(() => x.matmul(w1).pow(2).mean(), { w1 })");
    expect(reportsOf(result)).toMatchObject([
      { passed: false, gradients: [{ name: "w1", verdict: "missing" }] },
    ]);
    expect(result.error?.message).toContain("a check failed");
  });

  it("proves its reference at as many coordinates as it is told, each once", async () => {
    const result = await live.run(`
      check(() => forward_and_backward(), { w1, w2 }, { differences: 20 });
      check(() => forward_and_backward(), { w1, w2 }, { differences: "all" });`);
    expect(result.error).toBeNull();
    // w1 is (12, 8) and w2 (8, 1); each has a random direction too.
    expect(reportsOf(result).map(({ proof }) => proof.differences)).toEqual([20 + 1 + 8 + 1, 96 + 1 + 8 + 1]);
    expect(reportsOf(result).every(({ proof }) => proof.worst < 1e-5)).toBe(true);
  });

  it("takes the first rows of a batch, and puts the whole back", async () => {
    const result = await live.run(`
      x.g = null;
      const { loss } = check(() => forward_and_backward(), { x, w1 }, { rows: 5, batch: [x, y] });
      const first = x.slice(0, 5).matmul(w1).add(b1).clampMin(0).sub(0.5).matmul(w2).add(b2).squeeze(1);
      assertClose(first.sub(y.slice(0, 5)).pow(2).mean(), loss);
      print(x.shape, y.shape, x.g);`);
    expect(result.error).toBeNull();
    const [report] = reportsOf(result);
    expect(report.gradients.find(({ name }) => name === "x")?.shape).toEqual([5, 12]);
    expect(report.notes).toContain("On the first 5 of 32 rows.");
    expect(textsOf(result)).toEqual(["[32, 12] [32] null"]);
  });

  it("refuses more central differences than it makes, and says how to make fewer", async () => {
    const { error } = await live.run(`
      const big = randn(1001, 1000);
      check(() => { big.g = ones(1001, 1000); return big.sum(); }, { big }, { differences: "all" });`);
    expect(error).toMatchObject({ name: "LimitError" });
    expect(error?.message).toContain(
      "these are 1,001,001 central differences, a check makes at most 1,000,000",
    );
  });

  it("moves a bias of zeros while it checks, and puts it back with the gradients", async () => {
    expect(
      await live.print("b1.g = null; check(() => forward_and_backward(), { w1, b1 }); print(b1, b1.g)"),
    ).toEqual(["tensor([0, 0, 0, 0, 0, 0, 0, 0]) null"]);
  });

  it("says what it cannot check", async () => {
    expect((await live.fail("check(() => x, { x })")).message).toContain("must be one number");
    expect((await live.fail("check(() => 3 as any, { x })")).message).toContain("must return the loss");
    expect((await live.fail("check(() => x.mean(), { x: 1 as any })")).message).toContain("x is no tensor");
    expect(
      (await live.fail("check(() => { time(() => x.add(1)); return x.mean(); }, { x })")).message,
    ).toContain("inside of");
    const big = await live.fail("const big = ones(8000, 8000).mul(2); check(() => big.mean(), { big })");
    expect(big.message).toContain("fewer rows");
    await live.print("const bigger = 0; var big = null as any;");
  });

  it("goes on after a function that throws", async () => {
    expect((await live.fail('check(() => { throw new RangeError("mine"); }, { w1 })')).message).toBe("mine");
    expect(await live.print("print(time(() => x.add(1)).method)")).toEqual(["program"]);
  });
});

describe("checkLayer", () => {
  const layer = (backward: string): string =>
    `class Lin { constructor(readonly w: Tensor, readonly b: Tensor) {}
      forward(inp: Tensor) { return inp.matmul(this.w).add(this.b); }
      backward(out: Tensor, inp: Tensor) { ${backward} } }
    checkLayer(new Lin(w1, b1), [x]);`;

  it("finds a right layer right with a random gradient, one row, and an output used twice", async () => {
    const reports = reportsOf(
      await live.run(
        layer(
          "inp.g = out.g!.matmul(this.w.t()); this.w.g = inp.t().matmul(out.g!); this.b.g = out.g!.sum({ dim: 0 });",
        ),
      ),
    );
    // Among them one of zeros.
    expect(reports.map(({ passed }) => passed)).toEqual([true, true, true, true, true]);
    expect(reports[0]?.gradients.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["input0", "w", "b"]),
    );
  });

  it("finds a bias that is averaged instead of summed", async () => {
    const result = await live.run(
      layer(
        "inp.g = out.g!.matmul(this.w.t()); this.w.g = inp.t().matmul(out.g!); this.b.g = out.g!.mean({ dim: 0 });",
      ),
    );
    const [report] = reportsOf(result);
    expect(report.gradients.filter(({ verdict }) => verdict === "wrong")).toMatchObject([
      { name: "b", place: { line: 3 } },
    ]);
    expect(result.error?.kind).toBe("check");
  });
});

describe("a check of what is not a number", () => {
  it("judges no gradient, and says from where on it is NaN", async () => {
    const result = await live.run(
      "var z = tensor([1, -1, 2]);\ncheck(() => {\n  const logs = z.log().square();\n  z.g = z.mul(0).add(1 / 3);\n  return logs.mean();\n}, { z });",
      "broken",
    );
    const [report] = reportsOf(result);
    expect(report).toMatchObject({
      passed: false,
      loss: NaN,
      gradients: [{ name: "z", verdict: "not judged" }],
    });
    expect(report.notes).toEqual([
      "The forward pass is NaN or infinite from the result of .log() (cell broken, line 3) on; gradients behind it cannot be judged.",
      "Central differences cannot prove the reference: the loss is NaN or infinite.",
    ]);
    expect(result.error).toMatchObject({ kind: "check" });
  });
});

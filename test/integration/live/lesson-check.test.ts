import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CellError } from "../../../src/shared/live/cell-result.ts";
import { startKernel, type TestKernel } from "./start-kernel.ts";

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel({ limitMs: 20_000 });
});
afterAll(async () => {
  await live.close();
});

/** Defines what a student wrote, runs a check of it, and gives why it failed; null where it passed. */
async function judged(student: string, check: string, names: readonly string[]): Promise<CellError | null> {
  const { error } = await live.run(student, "mine");
  if (error !== null) return error;
  return (await live.kernel.runCheck({ id: "mine/check", source: check, names })).error;
}

const TWICE =
  'const x = randn(3, 2); equal("twice(x)", twice(x), () => x.mul(2), { mistakes: { "x is squared": x.square() } });';
const twice = (student: string) => judged(student, TWICE, ["twice"]);

describe("a lesson's check", () => {
  it("passes what is right and names what is wrong", async () => {
    expect(await twice("var twice = (x: Tensor) => x.add(x);")).toBeNull();
    const squared = await twice("var twice = (x: Tensor) => x.mul(x);");
    expect(squared).toMatchObject({ kind: "assertion" });
    expect(squared?.message).toContain("exactly what comes out when x is squared");
    expect((await twice("var twice = (x: Tensor) => x.neg();"))?.message).toContain("times −½");
    expect((await twice("var twice = (x: Tensor) => x.mul(2).t();"))?.message).toContain("transposed");
    expect((await twice("var twice = (x: Tensor) => {};"))?.message).toContain("is a return missing?");
    expect((await twice("var twice = (x: Tensor) => x.mul(2).add(3);"))?.message).toContain("too large by 3");
  });

  it("names the student's own line where his code throws", async () => {
    const error = await twice("var twice = (x: Tensor) => {\n  return x.matmul(x);\n};");
    expect(error).toMatchObject({ kind: "shape", frames: [{ cell: "mine", line: 2 }, {}] });
  });

  it("judges gradients that the student's functions set, at the student's lines", async () => {
    const check = `
      const layer = { w: randn(5, 3), forward: (x) => linear(x, layer.w), backward: (out, x) => linear_backwards(x, out, layer.w) };
      checkLayer(layer, [randn(7, 5)]);`;
    const names = ["linear", "linear_backwards"];
    const linear = "var linear = (x: Tensor, w: Tensor) => x.matmul(w);\n";
    const right = `${linear}function linear_backwards(x: Tensor, out: Tensor, w: Tensor) {\n  x.g = out.g!.matmul(w.t());\n  w.g = x.t().matmul(out.g!);\n}`;
    expect(await judged(right, check, names)).toBeNull();
    await live.run(right.replace("x.t()", "x.neg().t()"), "mine");
    const wrong = await live.kernel.runCheck({ id: "mine/check", source: check, names });
    expect(wrong.error).toMatchObject({ kind: "check" });
    const [report] = wrong.outputs.flatMap((output) => (output.kind === "check" ? [output.report] : []));
    const [w] = report.gradients.filter(({ verdict }) => verdict === "wrong");
    expect(w).toMatchObject({ name: "w", place: { cell: "mine", line: 4 } });
    expect(w.explanations[0].text).toContain("sign");
  });

  it("constructs classes, calls their methods, reads and sets their fields", async () => {
    const check = `
      const w = changeable(ones(2)), sgd = new SGD([w], { lr: 0.5 });
      w.g = full([2], 2);
      sgd.step(); sgd.lr = 1; sgd.step();
      equal("w", w, [-2, -2]);
      equal("lr", sgd.lr, 1);
      equal("a list", sgd.shapes(), [2, 1]);
      equal("a function of the check", apply((a) => a.mul(3), ones(2)), [3, 3]);
      throws("apply", () => apply(() => fail("no"), 1), "no");`;
    const student = `
      class SGD { constructor(public p: Tensor[], public o: { lr: number }) { this.lr = o.lr; } lr = 0;
        step() { for (const p of this.p) p.sub_(p.g!.mul(this.lr)); } shapes() { return [...this.p[0]!.shape, 1]; } }
      const apply = (f: (x: any) => any, x: any) => f(x);`;
    expect(await judged(student, check, ["SGD", "apply"])).toBeNull();
    const kept = await judged(student, check.replace("changeable(ones(2))", "ones(2)"), ["SGD", "apply"]);
    expect(kept?.message).toContain("w is wrong");
  });
});

describe("a hostile student", () => {
  const wrong = "var twice = (x: Tensor) => x.neg();";
  it.each([
    ["a check of his own", `var equal = () => {}; function checkLayer() {} ; ${wrong}`],
    [
      "an assert of his own",
      `(globalThis as any).assert = () => {}; (globalThis as any).check = () => ({ passed: true }); ${wrong}`,
    ],
    [
      "prototypes",
      `Object.defineProperty(Object.prototype, "passed", { value: true, configurable: true, writable: true });
      Array.prototype.map = function () { return [] as any; }; Array.prototype.every = () => true;
      Object.keys = () => []; Number.isFinite = () => true; Math.abs = () => 0; String.prototype.split = () => [];
      Map.prototype.get = () => undefined; Reflect.apply = () => 0 as any; ${wrong}`,
    ],
    ["JSON", `JSON.stringify = () => '{"twins":[],"checking":false,"value":true}'; ${wrong}`],
    [
      "JSON with tensors of his own",
      `JSON.stringify = () => '{"twins":[{"twin":0,"handle":0,"gradient":null}],"checking":false,"value":{"kind":"tensor","twin":0}}'; ${wrong}`,
    ],
    ["the check's own input set to 0", "var twice = (x: Tensor) => { x.zero_(); return x; };"],
    [
      "a way out of the border",
      `var twice = (x: any) => { new (x.constructor.constructor as any)("globalThis.equal = () => {}")(); return x; };`,
    ],
    [
      "an error called stopped",
      `var twice = () => { throw Object.assign(new Error("passed"), { name: "StoppedError" }); };`,
    ],
    ["recursion", "var twice = (x: any): any => twice(x);"],
  ])("cannot pass by %s", async (_what, student) => {
    // The interpreter may have been damaged by an earlier one: each gets a new one.
    await live.kernel.restart();
    expect(await twice(student)).not.toBeNull();
  });

  it("cannot reach the check's world through a function that it hands over", async () => {
    const check = `
      equal("reach(f)", reach((a) => a), 1);
      equal("equal", equal.length > 2 ? 1 : 0, 1);`;
    const student = `const reach = (f: any) => { try { f.constructor("globalThis.equal = () => {}")(); } catch {} return 2; };`;
    expect((await judged(student, check, ["reach"]))?.message).toContain("2 instead of 1");
  });

  it("is stopped in an endless loop, and the check with it", async () => {
    const quick = await startKernel({ limitMs: 700 }, live.engine);
    try {
      await quick.run("var twice = () => { for (;;) {} };", "mine");
      const { error } = await quick.kernel.runCheck({
        id: "mine/check",
        source: 'throws("twice", () => twice(1))',
        names: ["twice"],
      });
      expect(error).toMatchObject({ kind: "stopped" });
    } finally {
      await quick.kernel.close();
    }
  });

  it("leaves a kernel that goes on", async () => {
    await live.kernel.restart();
    expect(await twice("var twice = (x: Tensor) => x.mul(2);")).toBeNull();
    expect(await twice("var twice = (x: Tensor) => x.mul(2);")).toBeNull();
  });
});

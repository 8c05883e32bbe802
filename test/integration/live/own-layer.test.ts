import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PARTS_TEXT } from "../../../src/renderer/live/library/parts-text.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import { startKernel, type TestKernel } from "./start-kernel.ts";

let test: TestKernel;
beforeAll(async () => {
  test = await startKernel();
  await test.print(
    "class Doubled extends nn.Module { forward(x: Tensor) { return x.mul(2); } }\n" +
      "const empty = () => new nn.Sequential();",
  );
});
afterAll(async () => {
  await test.close();
});

describe("ownLayer()", () => {
  it.each([
    ["3 as any", /expected a name and a function, ownLayer\("block", \(n\) => /],
    ["(n) => ((z: Tensor) => z) as any", /ownLayer\("a"\): a function stands in it; define it by activation/],
    ["(n) => new nn.Sequential((z) => z.tanh())", /a function stands in it; define it by activation/],
    ["(n) => null as any", /must return a module, .* and one of its layers is null/],
    ["(n) => 3 as any", /must return a module, .* and one of its layers is number/],
    [
      "(n) => { const l = new nn.Linear(n, n); return new nn.Sequential(l, l); }",
      /the same Linear stands in it twice, and would share its weights/,
    ],
    ["(n) => new nn.Linear(5, 5)", /nn\.Linear takes 5 values where 48 come in/],
    ["(n) => new nn.LayerNorm(5)", /nn\.LayerNorm takes 5 values where 48 come in/],
    ["(n) => new nn.BatchNorm1d(5)", /nn\.BatchNorm1d takes 5 values where 48 come in/],
    [
      "(n) => new nn.Residual(new nn.Residual(new nn.Linear(n, n)))",
      /nn\.Residual stands in an nn\.Residual/,
    ],
    ["(n) => new nn.Residual(empty())", /nn\.Residual holds no layer/],
    ["(n) => new nn.Residual(new nn.Linear(n, 3))", /takes 48 values and gives 3: both must be equal/],
    ["(n) => new nn.Product(empty(), empty())", /nn\.Product holds no layer/],
    [
      "(n) => new nn.Product(empty(), new nn.Linear(n, 3))",
      /multiplies 48 values of its left branch by 3 of its right one/,
    ],
    [
      "(n) => new nn.Product(empty(), new nn.Residual(new nn.Linear(n, n)))",
      /nn\.Residual stands in an nn\.Product, whose branches hold no blocks/,
    ],
    [
      "(n) => new nn.Product(new nn.Product(empty(), new nn.Sigmoid()), empty())",
      /nn\.Product stands in an nn\.Product/,
    ],
    [
      "(n) => new Doubled()",
      /Doubled has a forward of its own\. It can be made of nn\.Linear, .*by the tape/,
    ],
    [
      "(n) => (n > 50 ? new nn.ReLU() : new nn.Sequential(new nn.ReLU(), new nn.ReLU()))",
      /must be the same for every width n/,
    ],
    ["(n) => (n > 50 ? new nn.ReLU() : new nn.Tanh())", /must be the same for every width n/],
    ["(n) => new nn.Dropout(1 / n)", /must be the same for every width n/],
    ["(n) => new nn.Linear(n, n * n)", /fixed numbers, multiples of n, or parts of n rounded down/],
  ])("refuses %s", async (code, message) => {
    const error = await test.fail(`const before = 1;\nownLayer("a", ${code});`);
    expect(error.message).toMatch(message);
    expect(error.frames.at(-1)).toMatchObject({ cell: "cell", line: 2 });
  });

  it.each(["my layer", "2nd", ""])("refuses the name %j", async (name) => {
    const error = await test.fail(`ownLayer("${name}", (n) => new nn.ReLU());`);
    expect(error.message).toContain(`ownLayer("${name}"): `);
  });
});

it("a new notebook for parts of one's own defines one of each, and its check passes", async () => {
  const { document } = readLabDocument("new.lab.ts", PARTS_TEXT);
  const kinds: string[] = [];
  for (const { kind, source } of document.cells) {
    if (kind !== "code") continue;
    const { error, outputs } = await test.run(source);
    expect(error, source).toBeNull();
    kinds.push(...outputs.map((output) => output.kind));
    for (const output of outputs) {
      if (output.kind === "check") expect(output.report.passed).toBe(true);
      if (output.kind === "activation" || output.kind === "loss") expect(output.misfit).toBeNull();
    }
  }
  expect(kinds.filter((kind) => kind !== "check")).toEqual(["activation", "loss", "layer", "layer"]);
  expect(kinds).toContain("check");
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CellOutput } from "../../../src/shared/live/cell-output.ts";
import { startKernel, type TestKernel } from "./start-kernel.ts";

let test: TestKernel;
beforeAll(async () => {
  test = await startKernel();
});
afterAll(async () => {
  await test.close();
});

type Defined = Extract<CellOutput, { kind: "activation" | "loss" }>;

async function defined(source: string): Promise<Defined> {
  const { error, outputs } = await test.run(source);
  expect(error, source).toBeNull();
  const found = outputs.find((output) => output.kind === "activation" || output.kind === "loss");
  if (found === undefined) throw new Error(`nothing was defined by ${source}`);
  return found;
}

describe("activation()", () => {
  it.each([
    ["(z) => z.mul(z.sigmoid())", "z * sigmoid(z)"],
    ["(z) => z.relu()", "maximum(z, 0)"],
    ["(z) => z.clamp({ min: -1, max: 1 })", "maximum(minimum(z, 1), -1)"],
    ["(z) => where(z.gt(0), z, z.exp().sub(1).mul(0.5))", "where(z > 0, z, (exp(z) - 1) * 0.5)"],
    ["(z) => sub(1, z).pow(2).neg()", "-square(1 - z)"],
    ["(z) => z.gt(0).float().mul(z).add(zeros(z.shape)).clone()", "(z > 0) * z + 0"],
    [
      "(z) => { let sum = z; for (let i = 0; i < 3; i++) sum = sum.tanh(); return sum; }",
      "tanh(tanh(tanh(z)))",
    ],
  ])("writes %s as a formula", async (code, formula) => {
    expect(await defined(`activation("mine", ${code});`)).toMatchObject({
      name: "mine",
      forward: formula,
      backward: null,
      misfit: null,
      place: { cell: "cell", line: 1 },
    });
  });

  it("takes helpers, numbers and other activations of the notebook", async () => {
    expect(
      await defined(
        "const alpha = tensor([0.25]).item();\nconst bent = (x: Tensor) => x.maximum(x.mul(alpha));\n" +
          'const soft = activation("soft", (z) => z.tanh());\nactivation("both", (z) => bent(soft(z)));',
      ),
    ).toMatchObject({ name: "soft" });
    const { outputs } = await test.run('activation("both", (z) => bent(soft(z)));', "second");
    expect(outputs[0]).toMatchObject({ forward: "maximum(tanh(z), tanh(z) * 0.25)" });
  });

  it("says where a backward is not the derivative, and what it should be", async () => {
    const right = await defined(
      'activation("a", (z) => z.tanh(), (z, dy) => dy.mul(sub(1, z.tanh().square())));',
    );
    expect(right).toMatchObject({ backward: "dy * (1 - square(tanh(z)))", misfit: null });
    const wrong = await defined('activation("a", (z) => z.square(), (z, dy) => dy.mul(z));');
    expect(wrong).toMatchObject({ derived: "dy * (2 * z)", misfit: { z: 0.31, given: 0.31, derived: 0.62 } });
    expect(
      (await defined('activation("a", (z) => z.relu(), (z, dy) => dy.mul(z.gt(0)));')).misfit,
    ).toBeNull();
  });

  it("is a function of tensors and a layer that checkLayer judges, with or without a backward", async () => {
    expect(
      await test.print(
        'const swish = activation("swish", (z) => z.mul(z.sigmoid()));\n' +
          'const half = activation("half", (z) => z.square(), (z, dy) => dy.mul(z));\n' +
          "print(swish.name, swish.formula, swish.gradient, half.gradient);\n" +
          "print(swish(tensor([0, 2])), checkLayer(swish, { x: randn(6, 4) }).passed);",
      ),
    ).toEqual(["swish z * sigmoid(z) null dy * z", "tensor([0, 1.7616]) true"]);
    const { error, outputs } = await test.run("checkLayer(half, { x: randn(6, 4) });", "wrong");
    expect(error).toMatchObject({ kind: "check" });
    expect(outputs[0]).toMatchObject({ kind: "check", report: { passed: false } });
  });

  it.each([
    ["(z, dy) => dy.mul(z)", 5],
    ["(z, dy) => {\n    const two = dy.mul(2);\n    return two;\n  }", 6],
    // Nothing is computed: the definition is to blame.
    ["(z, dy) => dy", 3],
  ])("is blamed at its own line for a wrong backward: %s", async (backward, line) => {
    const source = `\n\nconst wrong = activation("half",\n  (z) => z.square(),\n  ${backward});`;
    const { outputs } = await test.run(source, "own");
    expect(outputs).toHaveLength(1);
    const checked = await test.run("checkLayer(wrong, { x: randn(6, 4) });", "check");
    expect(checked.outputs[0]).toMatchObject({
      kind: "check",
      report: {
        passed: false,
        place: { cell: "check", line: 1 },
        gradients: [{ verdict: "right" }, { name: "x", verdict: "wrong", place: { cell: "own", line } }],
      },
    });
  });

  it("is shown once, also where it is the last value of its cell", async () => {
    for (const code of [
      'activation("once", (z) => z.tanh())',
      'lossFunction("once", (y, t) => y.sub(t).square())',
      'ownLayer("once", (n) => new nn.Linear(n, n))',
    ]) {
      expect(
        (await test.run(code)).outputs.map(({ kind }) => kind),
        code,
      ).toHaveLength(1);
    }
  });

  it("has its own backward on the tape", async () => {
    expect(
      await test.print(
        'const through = activation("through", (z) => z.sign(), (z, dy) => dy.mul(z.abs().lt(1)));\n' +
          "const x = tensor([-2, 0.5, 3]).requiresGrad_();\nthrough(x).mul(tensor([1, 2, 3])).sum().backward();\n" +
          'const same = activation("same", (z) => z), y = tensor([1, 2]).requiresGrad_();\n' +
          "same(y).sum().backward(); print(x.grad, y.grad);",
      ),
    ).toEqual(["tensor([0, 2, 0]) tensor([1, 1])"]);
  });

  it.each([
    ["(z) => z.sub(z.mean())", /activation\("a"\), forward: \.mean\(\) puts elements together/],
    ["(z) => z.softmax(1)", /\.softmax\(\) puts elements together/],
    ["(z) => z.matmul(zeros(9, 9))", /forward: .*(3, 5).*\(tried with tensors of shape \(3, 5\)\)/],
    ["(z) => z.t()", /\.t\(\) moves or picks elements/],
    ["(z) => z.mul(w)", /the tensor w stands in it, and a formula knows numbers only/],
    ["(z) => z.add(randn(z.shape))", /randn\(\) draws random numbers/],
    ["(z) => z.detach()", /\.detach\(\) has no formula/],
    ["(z) => z.slice(0, 1)", /\.slice\(\) moves or picks elements/],
    ["(z) => z.mul(1 / 0)", /Infinity stands in it/],
    ["(z) => z.div(z.shape[0]!)", /it gives another formula when it is called again, or for another shape/],
    ["(z) => (z.toArray()[0]! > 0 ? z : z.neg())", /a value is read here/],
    ["(z) => { print(z); return z; }", /a value is read here/],
    ["(z) => z.unsqueeze(0).add(ones(2, 1, 1))", /unsqueeze/],
    ["(z) => z.add(zeros(2, 1, 1))", /of z \(3, 5\) it makes \(2, 3, 5\)/],
    ["(z) => tensor(1)", /the tensor .* stands in it/],
    ["(z) => ones(z.shape)", /it does not depend on z/],
    ["(z) => 3 as any", /it must return a tensor, and returned number/],
    ["(z) => { for (let i = 0; i < 65; i++) z = z.tanh(); return z; }", /applies more than 64 functions/],
    ["(z) => { for (let i = 0; i < 20_000; i++) z = z.tanh(); return z; }", /applies more than 64 functions/],
    ["(z) => { for (let i = 0; i < 50; i++) z = z.mul(z); return z; }", /applies more than 64 functions/],
    ["(z) => z, (z, dy) => z", /backward.*it does not depend on dy/],
    ["(z) => activation('b', (x) => x)(z)", /an activation is defined within another one's function/],
    [
      "(z) => { if (z.gt(0)) return z; return z.neg(); }",
      /a tensor is no condition: .* where\(z\.gt\(0\), yes, no\)/,
    ],
    ["(z) => (!z.lt(0) && true ? z : z.neg())", /a tensor is no condition/],
    ["(z) => (z > 0 ? z : z.neg())", /operators .* do not compute with tensors: write .*a\.gt\(b\)/],
    [
      "(z) => z, { backward: 1 } as any",
      /the third argument is its backward, a function \(z, dy\) => …, .*got object/,
    ],
  ])("refuses %s", async (code, message) => {
    const error = await test.fail(`const w = randn(5);\nactivation("a", ${code});`);
    expect(error.message).toMatch(message);
    expect(error.frames.at(-1) ?? error.frames[0]).toMatchObject({ cell: "cell", line: 2 });
  });

  it.each([
    ["relu", /relu is the lab's own activation/],
    ["my swish", /must be a letter and up to 30 letters, digits or _/],
  ])("refuses the name %s", async (name, message) => {
    expect((await test.fail(`activation("${name}", (z) => z.tanh());`)).message).toMatch(message);
  });

  it("leaves the notebook as it was after a refusal", async () => {
    await test.fail('const before = ones(3); activation("a", (z) => z.sum());');
    expect(await test.print("print(before.add(1));")).toEqual(["tensor([2, 2, 2])"]);
  });
});

describe("lossFunction()", () => {
  it.each([
    ["(y, t) => y.sub(t).square()", "square(y - t)"],
    ["(y, t) => y.sub(t).abs().mean()", "abs(y - t)"],
    [
      "(y, t) => where(y.sub(t).abs().lt(1), y.sub(t).square().mul(0.5), y.sub(t).abs().sub(0.5))",
      "where(abs(y - t) < 1, square(y - t) * 0.5, abs(y - t) - 0.5)",
    ],
  ])("writes %s as a formula; the mean at its end is taken by itself", async (code, formula) => {
    expect(await defined(`lossFunction("mine", ${code});`)).toMatchObject({
      kind: "loss",
      forward: formula,
      backward: null,
      misfit: null,
    });
  });

  it("says where a backward is not the slope", async () => {
    const right = await defined('lossFunction("a", (y, t) => y.sub(t).square(), (y, t) => y.sub(t).mul(2));');
    expect(right).toMatchObject({ backward: "(y - t) * 2", derived: "2 * (y - t)", misfit: null });
    const wrong = await defined('lossFunction("a", (y, t) => y.sub(t).square(), (y, t) => y.sub(t));');
    expect(wrong.misfit).toMatchObject({ y: 0.31, t: 0.17 });
  });

  it("is blamed at its own line for a wrong slope", async () => {
    await test.run(
      'const halved = lossFunction("halved", (y, t) => y.sub(t).square(),\n  (y, t) => y.sub(t));',
      "own",
    );
    const { outputs } = await test.run(
      "const y = randn(6, 2), t = randn(6, 2);\ncheck(() => { const loss = halved(y, t); halved.backward(y, t); return loss; }, { y });",
      "check",
    );
    expect(outputs[0]).toMatchObject({
      kind: "check",
      report: {
        passed: false,
        gradients: [{ name: "y", verdict: "wrong", place: { cell: "own", line: 2 } }],
      },
    });
  });

  it("is the mean of tensors, whose gradient check judges, by hand and on the tape", async () => {
    expect(
      await test.print(
        'const squared = lossFunction("squared", (y, t) => y.sub(t).square(), (y, t) => y.sub(t).mul(2));\n' +
          'const soft = lossFunction("soft", (y, t) => y.sub(t).square().add(1).log());\n' +
          "const y = randn(6, 2), t = randn(6, 2), w = tensor([[3, 1]]).requiresGrad_();\n" +
          "for (const of of [squared, soft]) print(check(() => { const loss = of(y, t); of.backward(y, t); return loss; }, { y }).passed);\n" +
          "squared(w, tensor([[1, 1]])).backward(); print(squared(w, tensor([[1, 1]])), w.grad, soft.name, soft.formula);",
      ),
    ).toEqual(["true", "true", "tensor(2) tensor([[2, 0]]) soft log(square(y - t) + 1)"]);
  });

  it.each([
    ["(y, t) => y.sub(t).square().sum()", /lossFunction\("a"\), forward: \.sum\(\) puts elements together/],
    ["(y, t) => y.sub(t).mean().square()", /\.mean\(\) puts elements together/],
    ["(y, t) => t", /it does not depend on y/],
    ["(y, t) => y.squeeze(1).sub(t)", /squeeze/],
  ])("refuses %s", async (code, message) => {
    expect((await test.fail(`lossFunction("a", ${code});`)).message).toMatch(message);
  });
});

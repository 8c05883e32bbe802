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

type Defined = Extract<CellOutput, { kind: "layer" }>;

async function defined(source: string): Promise<Defined> {
  const { error, outputs } = await test.run(source);
  expect(error, source).toBeNull();
  const found = outputs.find((output) => output.kind === "layer");
  if (found === undefined) throw new Error(`no layer was defined by ${source}`);
  return found;
}

const dense = (dw = "dz.t().matmul(x)"): string =>
  `const dense = ownLayer("dense", (n) => new nn.Sequential(new nn.Linear(n, Math.floor(n / 2)), new nn.Tanh()), (layer, x, y) => {
  const lin = layer.layers[0] as nn.Linear;
  const dz = y.g!.mul(sub(1, y.square()));
  x.g = dz.matmul(lin.weight);
  lin.weight.g = ${dw};
  lin.bias.g = dz.sum({ dim: 0 });
});`;

describe("ownLayer() with a backward", () => {
  it("writes down what the function does, in the names of the person and the layout of the lab", async () => {
    expect(await defined(dense())).toMatchObject({
      backward: ["dz = dy * (1 - square(y))", "dx = dz @ t(w1)", "dw1 = t(x) @ dz", "db1 = sum(dz, 0)"],
      misfit: null,
      place: { cell: "cell", line: 1 },
    });
  });

  it("says at once which gradient is not the derivative, and takes it all the same", async () => {
    const { misfit } = await defined(dense("dz.t().matmul(x).mul(0.9)"));
    expect(misfit?.gradient).toBe("dw1");
    expect((misfit?.given ?? NaN) / (misfit?.derived ?? NaN)).toBeCloseTo(0.9, 6);
  });

  it.each([
    [
      "a norm, with its own modules recomputed",
      `ownLayer("a", (n) => new nn.LayerNorm(n), (layer, x, y) => {
        const c = x.sub(x.mean({ dim: 1, keepdim: true }));
        const s = x.variance({ dim: -1, correction: 0, keepdim: true }).add(layer.eps).rsqrt();
        const h = c.mul(s), dh = y.g!.mul(layer.weight);
        x.g = s.mul(dh.sub(dh.mean({ dim: 1, keepdim: true })).sub(h.mul(dh.mul(h).mean({ dim: 1, keepdim: true }))));
        layer.weight.g = y.g!.mul(h).sum({ dim: 0 });
        layer.bias.g = y.g!.sum({ dim: 0 });
      });`,
    ],
    [
      "outer products, and the linear layer called again",
      `ownLayer("a", (n) => new nn.Sequential(new nn.Linear(n, 3), new nn.ReLU(), new nn.Linear(3, n)), (layer, x, y) => {
        const [one, , two] = layer.layers as [nn.Linear, nn.ReLU, nn.Linear];
        const z = one.call(x), a = z.relu();
        two.weight.g = y.g!.unsqueeze(-1).mul(a.unsqueeze(1)).sum({ dim: 0 });
        two.bias.g = y.g!.sum({ dim: 0 });
        const dz = y.g!.matmul(two.weight).mul(z.gt(0));
        one.weight.g = x.t().matmul(dz).t();
        one.bias.g = dz.t().sum({ dim: 1 });
        x.g = dz.matmul(one.weight);
      });`,
    ],
    [
      "a softmax and an activation of one's own",
      `const cubed = activation("cubed", (z) => z.mul(z).mul(z));
      ownLayer("a", (n) => new nn.Sequential(cubed), (layer, x, y) => {
        const p = x.softmax(1).detach().clone();
        x.g = y.g!.mul(x.square()).mul(3).add(p.sub(p));
      });`,
    ],
  ])("takes %s", async (_name, code) => {
    expect((await defined(code)).misfit).toBeNull();
  });

  it("goes back by the function under the tape, and checkLayer judges it", async () => {
    const run = (code: string) =>
      test.print(`${dense(code)}
const layer = dense(6), x = randn(5, 6).requiresGrad_();
const report = checkLayer(layer, { x });
const w = layer.parameters()[0]!, before = w.g;
layer.call(x).square().mean().backward();
const byTape = w.grad!;
const plain = layer.children()[0]!;
layer.zeroGrad();
plain.call(x).square().mean().backward();
print(report.passed, w.g === before, layer.parameters().length, byTape.sub(w.grad!).abs().max().item() < 1e-6);
print(report.gradients.map(({ name }) => name).sort().join());`);
    const right = await run("dz.t().matmul(x)");
    expect(right[0]).toBe("true true 2 true");
    expect(right[1]).toMatch(/layers\[0\]\.bias,layers\[0\]\.weight,.*x$/);
    const wrong = await test.fail(
      `${dense("dz.t().matmul(x).mul(2)")}\ncheckLayer(dense(6), { x: randn(5, 6) });`,
    );
    expect(wrong).toMatchObject({ name: "CheckFailed" });
  });

  const linear = (body: string): string =>
    `ownLayer("a", (n) => new nn.Linear(n, n), (layer, x, y) => { ${body} });`;
  const REST = "layer.weight.g = y.g!.t().matmul(x); layer.bias.g = y.g!.sum({ dim: 0 });";
  it.each([
    [
      linear(REST),
      /backward: it leaves x\.g unset; from y\.g it must set x\.g, layer\.weight\.g, layer\.bias\.g/,
    ],
    [linear(`x.g = y.g!.sum({ dim: 0 }); ${REST}`), /sets x\.g to a tensor of \(48\), and x is \(3, 48\)/],
    [linear(`x.g = y.g!.mul(y.g!.sum().item()); ${REST}`), /a value is read here/],
    [linear(`x.g = y.g!.mul(randn(1)); ${REST}`), /randn\(\) draws random numbers/],
    [linear(`x.g = y.g!.matmul(x); ${REST}`), /\(3, 48\) @ .*the left has 48 columns, the right 3 rows/],
    [
      linear(`x.g = y.g!.div(x.shape[0]!); ${REST}`),
      /another number of rows: "dx = dy \/ 3" here, "dx = dy \/ 7" there.*write \.mean/,
    ],
    [linear(`x.g = y.g!.mul(1 / x.shape[1]!); ${REST}`), /another width or another number of rows/],
    [linear(`x.g = y.g!.reshape(-1, 1).reshape(x.shape); ${REST}`), /\.reshape\(\) names sizes/],
    [
      linear(`x.g = y.g!.mean({ dim: 1, keepdim: true }).expand(x.shape); ${REST}`),
      /\.expand\(\) names sizes/,
    ],
    [
      linear(`x.g = y.g!.slice(0, 1).add(y.g!); ${REST}`),
      /\.slice\(\) is not known to the lab's other views/,
    ],
    [
      `const table = tensor([2, 3]);\n${linear(`x.g = y.g!.mul(table.sum()); ${REST}`)}`,
      /the tensor table stands in it.*table\.item\(\)/,
    ],
    [
      linear(`x.g = y.g!.mul(ones(3).sum()); ${REST}`),
      /\.sum\(\) takes a tensor that holds one number everywhere/,
    ],
    [
      linear(`x.g = y.g!.add(ones(2, 1, 1)).mean({ dim: 0 }); ${REST}`),
      /\.add\(\) takes a tensor that holds one number/,
    ],
    [
      'ownLayer("a", (n) => new nn.Sequential(new nn.Linear(n, n), new nn.Dropout(0.1)), () => {});',
      /is made of nn\.Linear, nn\.LayerNorm and activations.*dropout stands in it/,
    ],
    [
      'ownLayer("a", (n) => new nn.ReLU(), 3 as any);',
      /the third argument is its backward, a function \(layer, x, y\) =>/,
    ],
    [
      'const inner = ownLayer("a", (n) => new nn.ReLU(), (layer, x, y) => { x.g = y.g!.mul(x.gt(0)); });\nownLayer("b", (n) => inner(n));',
      /a layer with a backward of its own stands in it/,
    ],
  ])("refuses %s", async (code, message) => {
    const error = await test.fail(code);
    expect(error.message).toMatch(message);
    expect(error.frames.at(-1)).toMatchObject({ cell: "cell" });
  });
});

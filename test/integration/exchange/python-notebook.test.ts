import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { pythonFile } from "../../../src/sandbox/python/python-notebook.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import { runPython, TORCH_PYTHON } from "./run-python.ts";

it.skipIf(TORCH_PYTHON === null)(
  "an activation of one's own has its own backward in PyTorch, and a product is one of two branches (skipped where no Python can import torch)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "backprop-lab-notebook-"));
    try {
      const cell =
        'const half = activation("half", (z) => z.square(), (z, dy) => dy.mul(z)), soft = activation("soft", (z) => z.tanh());\n' +
        "const x = tensor([1, -3]).requiresGrad_();\nhalf(x).add(soft(x.mul(0))).sum().backward();\nprint(x.grad);\n" +
        'const cut = lossFunction("cut", (y, t) => y.sub(t).square(), (y, t) => y.sub(t)), y = tensor([3, 5]).requiresGrad_();\n' +
        'const loss = cut(y, tensor([1, 1]));\nloss.backward();\nconst plain = lossFunction("plain", (y, t) => y.sub(t).abs()), p = tensor([3, -5]);\n' +
        "plain.backward(p, tensor([1, 1]));\nprint(loss.item(), y.grad, p.g);\n" +
        // x is (1, 2) and all weights are 1: σ(3) · 3, and its slope 2 (3 σ′(3) + σ(3)).
        "const gate = new nn.Linear(2, 2), value = new nn.Linear(2, 2);\n" +
        "for (const one of [gate, value]) { nn.init.ones_(one.weight); nn.init.zeros_(one.bias); }\n" +
        "const glu = new nn.Product(new nn.Sequential(gate, new nn.Sigmoid()), value), v = tensor([[1, 2]]).requiresGrad_();\n" +
        "const gated = glu.call(v);\ngated.sum().backward();\nprint(gated.detach(), v.grad, glu.parameters().length);\n" +
        // Its dW is three times too large, which shows whose backward it is.
        'const byHand = ownLayer("byHand", (n) => new nn.Linear(n, 2), (layer, x, y) => {\n' +
        "  x.g = y.g!.matmul(layer.weight);\n  layer.weight.g = y.g!.t().matmul(x).mul(3);\n  layer.bias.g = y.g!.sum({ dim: 0 });\n});\n" +
        'const plainly = ownLayer("plainly", (n) => new nn.Sequential(new nn.Linear(n, n), new nn.Tanh()));\n' +
        "const hand = byHand(2), [hw, hb] = hand.parameters();\nnn.init.ones_(hw); nn.init.zeros_(hb);\n" +
        "const h = tensor([[1, 2]]).requiresGrad_();\nhand.call(h).sum().backward();\n" +
        "print(h.grad, hw.grad, hb.grad, plainly(3).parameters().length, hw.g === null);";
      const { document } = readLabDocument(
        "a notebook",
        `// lab notebook 1 · title: Own\n// %% code id=a\n${cell}\n`,
      );
      const { text, problems } = pythonFile(document);
      expect(problems).toEqual([]);
      writeFileSync(join(folder, "notebook.py"), text);
      copyFileSync(resolve("resources/python/lab_notebook.py"), join(folder, "lab_notebook.py"));
      const printed = await runPython(TORCH_PYTHON ?? "", ["notebook.py"], folder);
      expect(printed).toContain("tensor([ 1., -3.])");
      expect(printed).toContain("tensor([[2.8577, 2.8577]]) tensor([[2.1762, 2.1762]]) 4");
      expect(printed).toContain(
        "tensor([[2., 2.]]) tensor([[3., 6.],\n        [3., 6.]]) tensor([1., 1.]) 2",
      );
      expect(printed).toContain("10.0 tensor([1., 2.]) tensor([ 0.5000, -0.5000])");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

const CELL = `
const w = tensor([1, 2]).requiresGrad_(), b = tensor([1]).requiresGrad_(), opt = new optim.SGD([w, b], { lr: 1, weightDecay: 0.5 });
opt.zeroGrad();
w.sum().backward();
opt.lr = opt.lr / 4;
opt.step();
print(w.toArray().join(" "), b.toArray().join(" "), opt.lr);
const x = tensor([-1, 0, 2, 3]), m = x.gt(0), [first] = [m, x];
print(m.mean().item(), m.add(m).toArray().join(" "), m.sub(x.lt(0)).sum().item(), m.neg().sum().item(), first.argmax().item(), m.select(0, 2).item());
print(x.slice(-2, 9).toArray().join(" "), where(x.abs(), x, 5).toArray().join(" "));
const big = zeros(400, 25);
nn.init.kaimingNormal_(big, { mode: "fanIn" });
assert(Math.abs(big.std().item() - Math.sqrt(2 / 25)) < 0.02, "the fan in of (out, in) is in");
class Twice {
  w = tensor([[2, 0], [0, 2]]);
  forward(x: Tensor) { return x.matmul(this.w); }
  backward(out: Tensor, x: Tensor) { x.g = out.g!.matmul(this.w.t()); this.w.g = x.t().matmul(out.g!); }
}
const soft = activation("soft2", (z) => z.tanh(), (z, dy) => dy.mul(sub(1, z.tanh().square())));
const wrong = activation("wrong2", (z) => z.tanh(), (z, dy) => dy);
assert(new nn.Sequential(new nn.Tanh(), new nn.ReLU()).layers.length === 2);
const byHand = {
  w: tensor([[2, 0], [0, 3]]),
  forward(x: Tensor) { return x.matmul(this.w); },
  backward(out: Tensor, x: Tensor) { x.g = out.g!.matmul(this.w.t()); this.w.g = x.t().matmul(out.g!); },
};
const kept: { step: number; loss: number }[] = [];
for (let step = 3; step > 0; step--) kept.push({ step, loss: (step * 7) % 5 });
print(checkLayer(byHand, { x: randn(3, 2) }).passed, -7 % 3, Math.round(2.5), kept.map((one) => one.loss).join(" "));
print([...kept].sort((a, b) => a.loss - b.loss)[0]!.step, kept.slice(1).length, kept.at(-1)!.step, kept.find((one) => one.loss > 9) ?? 0);
print(checkLayer(new Twice(), { x: randn(3, 2) }).passed, checkLayer(soft, [randn(3, 2)]).passed, checkLayer(wrong, [randn(3, 2)]).passed);
`;

const PLAIN = `
function tried(x: number, say: boolean) {
  let said = "";
  try {
    if (x > 1) throw new Error("more than " + String(1));
    assert(x > 0, "below");
    said = "fine";
  } catch (error) {
    said = error.message;
    if (say) throw error;
  } finally {
    said = said + "!";
  }
  return said;
}
let rethrown = "";
try { tried(2, true); } catch (e) { rethrown = e.message; }
print(tried(2, false), tried(0, false), tried(1, false), rethrown);
function kind(x: number) {
  switch (x % 4) {
    case 0:
      return "none";
    case 1:
    case 2: {
      const name = "few";
      if (x > 4) return "many";
      return name;
    }
    default:
      break;
  }
  return "rest";
}
let rate = 0;
switch ("adam") {
  case "sgd": rate = 1; break;
  case "adam": rate = 2; break;
  default: rate = 3;
}
print([0, 1, 2, 3, 5].map((x) => kind(x)).join(" "), rate);
const points = [{ a: 1, b: 2 }, { a: 3, b: 4 }];
let total = 0;
for (const { a, b: second } of points) total += a * second;
print(total);
const counts = new Map([["a", 1]]);
for (const word of ["b", "a", "b"]) counts.set(word, (counts.get(word) ?? 0) + 1);
const seen = new Set([3, 1, 3]);
seen.add(2).delete(1);
const lines = [];
for (const [word, count] of counts) lines.push(word + String(count));
counts.forEach((count, word) => lines.push(word + String(10 * count)));
seen.forEach((one) => lines.push(String(one)));
["x", "y"].forEach((one, at) => { lines.push(one + String(at)); });
print(lines.join(" "), counts.size, seen.size, counts.has("c"), seen.has(1), [...counts.keys()].join(""), [...counts].map(([k, v]) => k + String(v)).join(" "));
for (const [at, one] of ["p", "q"].entries()) print(String(at) + one);
print([1].concat([2, 3], 4).join(" "), "a".concat("b", 1));
print((0).toExponential(2), (12345.678).toExponential(2), (2.5).toExponential(0), (-0.000123).toExponential(), (1e21).toExponential(), (9.996).toExponential(2), (-1.25e-7).toExponential(1), (0).toExponential(8));
print((2.5).toFixed(), (-2.5).toFixed(0), (0.125).toFixed(2), (1.005).toFixed(2), (-0.04).toFixed(1), (0).toFixed(8), (1.5e22).toFixed(1), NaN.toFixed(1));
`;

it.skipIf(TORCH_PYTHON === null)(
  "schedules, masks, slices, initialisers and checks of layers do in PyTorch what they do here (skipped where no Python can import torch)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "backprop-lab-notebook-"));
    try {
      const { document } = readLabDocument(
        "a notebook",
        `// lab notebook 1 · title: Own\n// %% code id=a\n${CELL}\n// %% code id=b\n${PLAIN}`,
      );
      const { text, problems } = pythonFile(document);
      expect(problems).toEqual([]);
      writeFileSync(join(folder, "notebook.py"), text);
      copyFileSync(resolve("resources/python/lab_notebook.py"), join(folder, "lab_notebook.py"));
      const printed = (await runPython(TORCH_PYTHON ?? "", ["notebook.py"], folder)).split("\n");
      expect(printed.slice(0, 3)).toEqual([
        "0.625 1.5 1.0 0.25",
        "0.5 0.0 0.0 2.0 2.0 1.0 -2.0 2 1",
        "2.0 3.0 -1.0 5.0 2.0 3.0",
      ]);
      expect(printed).toContain("True -1 3 1 4 2");
      expect(printed).toContain("3 2 1 0");
      expect(printed).toContain("True True False");
      // What Node prints of the same.
      expect(printed.slice(-10, -1)).toEqual([
        "more than 1! below! fine! more than 1",
        "none few few rest many 2",
        "14",
        "a2 b2 a20 b20 3 2 x0 y1 2 2 False False ab a2 b2",
        "0p",
        "1q",
        "1 2 3 4 ab1",
        "0.00e+0 1.23e+4 3e+0 -1.23e-4 1e+21 1.00e+1 -1.2e-7 0.00000000e+0",
        "3 -3 0.13 1.00 -0.0 0.00000000 1.5e+22 NaN",
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

it.skipIf(TORCH_PYTHON === null)(
  "the lab's own notebook runs in PyTorch, its assertions and gradient checks hold (skipped where no Python can import torch)",
  { timeout: 400_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "backprop-lab-notebook-"));
    try {
      const file = resolve("resources/notebooks/backprop.lab.ts");
      const { document } = readLabDocument(file, readFileSync(file, "utf8"));
      const { text, problems } = pythonFile({ ...document, header: { ...document.header, rows: 1_000 } });
      // With all rows its outer products take 8 GB.
      expect(problems).toEqual([]);
      writeFileSync(join(folder, "notebook.py"), text);
      copyFileSync(resolve("resources/python/lab_notebook.py"), join(folder, "lab_notebook.py"));
      process.env["BACKPROP_LAB_MNIST"] = resolve("resources/data/mnist");
      const printed = await runPython(TORCH_PYTHON ?? "", ["notebook.py"], folder);
      expect(printed).toMatch(/^trainMean: 0\.1[23]\d+$/m);
      expect(printed.match(/^passed: /gm)?.length ?? 0).toBeGreaterThan(2);
      expect(printed).not.toContain("FAILED");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

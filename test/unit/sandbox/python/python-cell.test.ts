import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readLabDocument } from "../../../../src/shared/documents/read-lab-document.ts";
import { pythonCell } from "../../../../src/sandbox/python/python-cell.ts";
import { pythonFile, pythonIpynb } from "../../../../src/sandbox/python/python-notebook.ts";
import { FUNCTIONS, PROPERTIES, TENSOR_METHODS } from "../../../../src/sandbox/python/torch-names.ts";

/** Without the lines of TypeScript. */
const python = (source: string): string =>
  pythonCell(source)
    .text.split("\n")
    .filter((line) => !line.startsWith("# ") && line !== "")
    .join("\n");
const DECLARATIONS = readFileSync("src/sandbox/prelude/tensors.d.ts", "utf8");

it("every method and property of a tensor has its twin in torch", () => {
  const [, body = ""] = /declare class Tensor \{([\s\S]*?)\n\}/.exec(DECLARATIONS) ?? [];
  const methods = [...body.matchAll(/^ {2}(\w+)\(/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "constructor");
  expect(methods.length).toBeGreaterThan(50);
  expect(methods.filter((name) => !Object.hasOwn(TENSOR_METHODS, name))).toEqual([]);
  const properties = [...body.matchAll(/^ {2}(?:readonly )?(\w+):/gm)].map(([, name = ""]) => name);
  // Those that torch calls alike need no row.
  expect(properties.filter((name) => !Object.hasOwn(PROPERTIES, name)).sort()).toEqual([
    "dtype",
    "g",
    "grad",
    "ndim",
    "shape",
  ]);
});

it("every function of the language has its twin, but those that only the lab has", () => {
  const functions = [...DECLARATIONS.matchAll(/^declare function (\w+)/gm)].map(([, name = ""]) => name);
  const missing = functions.filter((name) => !Object.hasOwn(FUNCTIONS, name) && name !== "assert");
  expect(missing.filter((name) => !ONLY_HERE.includes(name))).toEqual([]);
});
const ONLY_HERE = ["runs"];

it.each([
  ["const a = randn(2, 3).matmul(b).add(1);", "a = torch.randn(2, 3).matmul(b).add(1)"],
  ["const n: number = x.shape[0]!;", "n = x.shape[0]"],
  [
    "const glu = new nn.Product(new nn.Sequential(gate, new nn.Sigmoid()), value), [a, b] = glu.children();",
    "glu = nn.Product(nn.Sequential(gate, nn.Sigmoid()), value)\na, b, *_ = glu.children()",
  ],
  ["let s = x.sum({ dim: 0, keepdim: true });", "s = x.sum(dim=0, keepdim=True)"],
  ["x.std({ correction: 0 });", "x.std(dim=None, correction=0)"],
  ["x.slice(0, 256).clampMin(0);", "x[0:256].clamp(min=0)"],
  ["x.slice(i - 2, Infinity, 1).slice(0, 3, -2);", "x[:, i - 2:][..., 0:3, :]"],
  [
    "const f = (x: Tensor) => { const y = x.exp(); return (kept = y); };",
    "def f(x):\n    global kept\n    y = x.exp()\n    kept = y\n    return kept",
  ],
  [
    "const a = xs.map(relu), b = xs.map((x, i) => { const y = x * i; return y; });",
    "def _f1(x, i):\n    y = x * i\n    return y\na = [relu(one) for one in xs]\nb = [_f1(one, at) for at, one in enumerate(xs)]",
  ],
  ["x.slice(0, 2, dim);", "slice_along(x, 0, 2, dim)"],
  ["const [rows, , last] = f(x).shape;", "rows, _, last, *_ = f(x).shape"],
  [
    "const [w] = net.parameters(), [a, b] = [1, 2], [c, ...d] = xs;",
    "w, *_ = net.parameters()\na, b = [1, 2]\nc, *d = xs",
  ],
  [
    "const y = where(c, x, 0), z = add(1, x);",
    "y = torch.where((c).bool(), x, 0)\nz = torch.as_tensor(1).add(torch.as_tensor(x))",
  ],
  [
    "print({ a: 1 }, full([2], 3)); checkLayer(l, { x });",
    'print({"a": 1}, torch.full([2], 3, dtype=torch.float32))\ncheck_layer(l, {"x": x})',
  ],
  [
    "for (const draw of [nn.init.kaimingUniform_, nn.init.ones_]) draw(w);",
    "for draw in [nn.init.kaiming_uniform_, nn.init.ones_]:\n    draw(w)",
  ],
  ["w1.g = b1.g = null;", "w1.g = b1.g = None"],
  [
    "const near = (a: Tensor, b: Tensor) => assertClose(a, b, { rtol: 1e-3 });",
    "def near(a, b):\n    return assert_close(a, b, rtol=1e-3)",
  ],
  ["for (let i = 0; i < n; i++) total += i * 2;", "for i in range(n):\n    total += i * 2"],
  ['assert(rows === 1 && !bad, "one");', 'assert (rows == 1) and (not bad), "one"'],
  [
    "const xs = [...Array(n).keys()].map((j) => x.select(0, j));",
    "xs = [x.select(0, j) for j in list(range(n))]",
  ],
  ["const t = time(() => (loss = f(x)));", "def _f1():\n    global loss\n    loss = f(x)\nt = time(_f1)"],
  ["noGrad(() => { w.sub_(w.grad!.mul(lr)); });", "with torch.no_grad():\n    w.sub_(w.grad.mul(lr))"],
  ['nn.init.kaimingNormal_(w1, { mode: "fanOut" });', 'nn.init.kaiming_normal_(w1, mode="fan_out")'],
  [
    "const o = new optim.SGD(m.parameters(), { lr: 0.1, weightDecay: 1e-4 });",
    "o = torch.optim.SGD(m.parameters(), lr=0.1, weight_decay=1e-4)",
  ],
  ["show({ loss, n: `${n} rows` });", 'show({"loss": loss, "n": str(n) + " rows"})'],
  [
    "const range = 3, lambda = 2; show({ range, lambda });",
    'range_ = 3\nlambda_ = 2\nshow({"range": range_, "lambda": lambda_})',
  ],
  [
    "class Net extends nn.Module {\n  constructor(n: number) {\n    super();\n    this.layers = [new nn.Linear(n, 2)];\n  }\n  forward(x: Tensor) {\n    for (const l of this.layers) x = l.call(x);\n    return x;\n  }\n}",
    "class Net(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        self.layers = nn.ModuleList([nn.Linear(n, 2)])\n    def forward(self, x):\n        for l in self.layers:\n            x = l.call(x)\n        return x",
  ],
  [
    "class L {\n  out!: Tensor;\n  k = 3;\n  constructor(readonly w: Tensor) {}\n}",
    "class L:\n    def __init__(self, w):\n        self.k = 3\n        self.w = w",
  ],
  [
    "const o = { a: 1 }, n = o.a ?? 2, r = n % 3; print(`n ` + n, xs.slice(1), xs.at(-1));",
    'o = Record({"a": 1})\nn = _n if (_n := o.a) is not None else 2\nr = remainder(n, 3)\nprint("n " + str(n), xs[1:], xs[-1])',
  ],
  [
    "for (let i = xs.length - 1; i >= 0; i--) k %= i;",
    "for i in range(len(xs) - 1, 0 - 1, -1):\n    k = remainder(k, i)",
  ],
  [
    "const layer = { w, forward(x: Tensor) { return x.matmul(this.w); } };",
    'def _f1(self, x):\n    return x.matmul(self.w)\nlayer = Record({"w": w, "forward": Method(_f1)})',
  ],
  [
    "const ys = Array.from({ length: n }, (_, i) => i * i), z = new Array(3).fill(0), m = Math.round(ys.reduce((s, y) => s + y, 0));",
    "ys = [(lambda _, i: i * i)(None, at) for at in range(n)]\nz = [0] * (3)\nm = math.floor(reduce(lambda s, y: s + y, ys, 0) + 0.5)",
  ],
  // A class's own method of a name that lists have.
  [
    "class Bag {\n  find(k: number) { return k; }\n}\nnew Bag().find(3);",
    "class Bag:\n    def find(self, k):\n        return k\nBag().find(3)",
  ],
])("%s", (typescript, expected) => {
  expect(python(typescript)).toBe(expected);
});

it("what has no twin stays as a comment, and is named", () => {
  const { text, problems } = pythonCell("const m = new WeakMap();\nconst a = 1;");
  expect(text).toBe("# const m = new WeakMap();\n# not in Python: new WeakMap\n\n# const a = 1;\na = 1");
  expect(problems).toEqual(["line 1: new WeakMap"]);
});

it("what reads a name without a twin has none either, in later cells too, until the name is given anew", () => {
  const { document } = readLabDocument(
    "seen.lab.ts",
    "// lab notebook 1 · title: Seen\n// %% code id=a\nconst seen = new WeakSet();\nseen.add(1);\nfunction has(one: number) {\n  return seen.has(one);\n}\n" +
      "const own = (seen: number) => seen + 1;\n// %% code id=b\nprint(has(1));\nprint(own(2));\n// %% code id=c\nconst seen = [1];\nprint(seen);\n",
  );
  const { text, problems } = pythonFile(document);
  expect(problems.map((problem) => problem.replace(/^.*?line (?=\d)/, "line "))).toEqual([
    "line 1: new WeakSet",
    "line 2: seen, whose own line has no twin in Python",
    "line 3: seen, whose own line has no twin in Python",
    "line 1: has, whose own line has no twin in Python",
  ]);
  expect(text).toContain("print(own(2))\n");
  expect(text).toMatch(/\nprint\(seen\)\n$/);
});

it.each([
  ['const f = activation("f", (z) => z.exp());\nprint(f.gradient);', ".gradient, which the lab writes"],
  ["xs.sort();", ".sort() with 0 arguments"],
  ["const a = JSON.stringify(o);", "JSON.stringify()"],
  ["const a = structuredClone(o);", "structuredClone"],
  ["const a = x instanceof Net;", "the operator instanceof"],
  ["a ??= 2;", "the operator ??="],
  ["switch (a) { case 1: b(); case 2: c(); }", "a case of a switch that goes on into the next"],
  ["switch (a) { case 1: if (b) break; c(); }", "a break in the middle of a case"],
  ["try { f(); } catch (e) { print(e); }", "of an error anything but its message"],
  ["try { f(); } catch (e) { print(`${e}`); }", "of an error anything but its message"],
  ["try { f(); } catch ({ message }) { print(message); }", "an error that is taken apart"],
  ["for (const { a: [b] } of xs) print(b);", "taking an object apart so"],
  ["const b = (1.5).toPrecision(2);", ".toPrecision() with 1 argument"],
])("%s is named as having no twin", (typescript, problem) => {
  expect(pythonCell(typescript).problems.join()).toContain(problem);
});

it("the lab's own notebook is translated whole, as a file and as a Jupyter notebook", () => {
  const { document } = readLabDocument(
    "backprop.lab.ts",
    readFileSync("resources/notebooks/backprop.lab.ts", "utf8"),
  );
  const { text, problems } = pythonFile(document);
  expect(problems).toEqual([]);
  expect(text).toContain(
    "# const train_mean = mnist.xTrain.mean(), train_std = mnist.xTrain.std();\ntrain_mean = mnist.xTrain.mean()\ntrain_std = mnist.xTrain.std()",
  );
  const notebook = JSON.parse(pythonIpynb(document).text) as { cells: { cell_type: string }[] };
  expect(notebook.cells).toHaveLength(document.cells.length + 1);
});

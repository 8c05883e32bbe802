import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cellOutputText } from "../../../src/main/report/cell-output-text.ts";
import { MachineWatch } from "../../../src/main/timing/machine-watch.ts";
import { ToldMachine } from "../../unit/main/timing/told-machine.ts";
import { startKernel, textsOf, type TestKernel } from "./start-kernel.ts";

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel();
});
afterAll(async () => {
  await live.close();
});

describe("cells", () => {
  it("see what cells before them defined, and may define it again", async () => {
    await live.print("const a: number = 2; let b = 1; class C { x = a; } function f() { return a + b; }");
    expect(await live.print("print(f(), new C().x)")).toEqual(["3 2"]);
    await live.print("const a = 10; class C { x = -a; }");
    expect(await live.print("print(f(), new C().x)")).toEqual(["11 -10"]);
  });

  it("show what they print, and the value of their last line", async () => {
    expect(await live.print('print("a", 1, [1, { b: NaN }], null); tensor([1.5, -0.25])')).toEqual([
      "a 1 [1, { b: NaN }] null",
      "tensor([1.5, -0.25])",
    ]);
    expect(await live.print("let unused = 3; unused = 4")).toEqual([]);
  });

  it("last until their promises are settled, and show what these came to", async () => {
    expect(
      await live.print(
        'const late = async () => { await 0; print("late"); return 4; };\nlate();\nconst p = late();\np',
      ),
    ).toEqual(["late", "late", "Promise { 4 }"]);
    expect(await live.print("new Promise(() => 0)")).toEqual(["Promise { pending }"]);
    expect(await live.print("[Promise.resolve(1)]")).toEqual(["[Promise]"]);
  });

  it.each([
    [
      "an async function",
      "const f = async () => {\nawait 0; zeros(2).matmul(zeros(3)); };\nf();\n1",
      "ShapeError",
    ],
    ["a callback", "Promise.resolve().then(() => {\nthrow new RangeError('far'); });\n1", "RangeError"],
    [
      "what is shown",
      "const f = async () => {\nthrow new RangeError('far'); };\nconst p = f();\np",
      "RangeError",
    ],
  ])("fail with what fails in the promise of %s", async (_what, code, name) => {
    const { error } = await live.run(code);
    expect(error?.name).toBe(name);
    expect(error?.frames[0]?.line).toBe(2);
    // Not the next one.
    expect(await live.print("print(1)")).toEqual(["1"]);
  });

  it("do not fail with a promise whose failure they take", async () => {
    expect(
      await live.print(
        "const p = Promise.reject(new Error('no'));\np.catch(({ message }) => print(message));\n1",
      ),
    ).toEqual(["no", "1"]);
  });

  it.each(["a * 2", "2 - a", "a / a", "a > 0", "a + 1", "a == 1", "Math.sqrt(a)"])(
    "are told that %s does not compute with tensors",
    async (code) => {
      const { error } = await live.run(`const a = tensor([1, 2]) as any;\nprint(${code});`);
      expect(error).toMatchObject({ name: "TypeError", frames: [{ line: 2 }] });
      expect(error?.message).toMatch(/do not compute with tensors: write a\.(mul|add)\(b\)/);
    },
  );

  it.each(["if (a.gt(0)) print(1);", "while (!a.eq(1) && true) break;", "assert(a.gt(0));", "a.lt(0) || 1"])(
    "are told that a tensor is no condition: %s",
    async (code) => {
      const { error } = await live.run(`const a = tensor([1, -2]);\n${code}`);
      expect(error).toMatchObject({ name: "TypeError", frames: [{ line: 2 }] });
      expect(error?.message).toMatch(/a tensor is no condition: .* z\.item\(\) > 0/);
    },
  );

  it("may ask numbers, and objects with a gt of their own", async () => {
    const own = "class Own { constructor(readonly n: number) {} gt(o: number) { return this.n > o; } }";
    expect(
      await live.print(
        `${own}\nconst a = tensor([3]);\nprint(new Own(2).gt(1) ? "yes" : "no", new Own(0).gt(1) ? "yes" : "no", a.item() > 2 ? "more" : "less");`,
      ),
    ).toEqual(["yes no more"]);
  });

  it("write tensors into texts", async () => {
    const { error, outputs } = await live.run(
      "const a = tensor([1, 2]);\nprint(`of ${a}`, String(a), [a].join());",
    );
    expect(error).toBeNull();
    expect(outputs).toMatchObject([{ text: "of tensor([1, 2]) tensor([1, 2]) tensor([1, 2])" }]);
  });

  it("give named numbers as they are", async () => {
    const { outputs } = await live.run(
      "show({ loss: tensor([3]).div(2), big: zeros(2, 2), n: 1 / 0, s: 'text' })",
    );
    expect(outputs[0]).toMatchObject({
      kind: "show",
      values: [
        { name: "loss", value: 1.5 },
        { name: "big", value: [0, 0, 0, 0] },
        { name: "n", value: Infinity },
        { name: "s", value: '"text"' },
      ],
    });
  });

  it("are told of a mistake with lines and columns of their own text", async () => {
    const error = await live.fail(
      "function half(x: Tensor, by: number = 2): Tensor {\n  return x.matmul(tensor([[1, 2]] as number[][]));\n}\nconst y: Tensor = half(zeros(3, 4));",
    );
    expect(error).toMatchObject({ kind: "shape", name: "ShapeError" });
    expect(error.message).toContain("(3, 4) @ (1, 2)");
    expect(error.frames.map(({ line, function: name }) => [line, name])).toEqual([
      [2, "half"],
      [4, ""],
    ]);
    expect(error.frames[1]?.column).toBe("const y: Tensor = half(".length);
  });

  it("call tensors by the variables that hold them", async () => {
    const { message } = await live.fail(
      "const inputs = zeros(3, 4);\nconst w1 = zeros(5, 4);\ninputs.matmul(w1);",
    );
    expect(message).toContain("inputs (3, 4)");
    expect(message).toContain("w1 (5, 4)");
    expect(message).toContain(".t()");
  });

  it("are told which name does not exist and which was meant, of other cells' names too", async () => {
    await live.print("function relu_backward(x: Tensor) { return x; }\nconst my_weights = ones(2);");
    for (const [source, message] of [
      [
        "function g() { return relu_bakward(zeros(2)); }\ng()",
        "'relu_bakward' is not defined. Did you mean relu_backward?",
      ],
      ["print(my_wieghts as Tensor)", "'my_wieghts' is not defined. Did you mean my_weights?"],
      ["const y1: Tensor = (my_weights as any)\n  .addd(2)", ".addd is not a function. Did you mean .add?"],
    ] as const) {
      expect((await live.fail(source)).message).toBe(message);
    }
  });

  it("say where a text is no program, and run nothing of it", async () => {
    const error = await live.fail("let ran = 1;\nconst b: string = ;");
    expect(error).toMatchObject({ kind: "syntax", frames: [{ line: 2, column: 19 }] });
    expect(await live.print("print(typeof ran)")).toEqual(["undefined"]);
  });

  it("are told at its line of an operation that cannot be computed at the cell's end", async () => {
    const outside = await live.fail(
      "const table = arange(4).mul(2);\nconst picked =\n  table.take(tensor([0, 9]));\nconst more = picked.add(1);",
    );
    expect(outside).toMatchObject({ name: "IndexError", frames: [{ cell: "cell", line: 3, column: 13 }] });
    const label = await live.fail(
      "const logits = rand(3, 4);\nprint(logits.logSumExp({ dim: 1, keepdim: true }).sub(logits.gather(1, tensor([[0], [4], [1]]))).mean());",
    );
    expect(label).toMatchObject({ name: "IndexError", frames: [{ line: 2 }] });
    const large = await live.fail(
      "const c = zeros(50_000, 1).add(1), d = zeros(50_000).add(1);\n\nconst e = c.sub(d);",
    );
    expect(large.frames).toMatchObject([{ cell: "cell", line: 3 }]);
    await live.print(
      "var c = null as any, d = null as any, e = null as any, picked = null as any, more = null as any;",
    );
  });

  it("assign to no constant of their own, but may define one of an earlier cell again", async () => {
    const error = await live.fail("const fixed = 1;\nprint(fixed);\nfixed = 2;");
    expect(error).toMatchObject({ kind: "syntax", frames: [{ line: 3, column: 1 }] });
    expect(error.message).toContain("Cannot assign to 'fixed' because it is a constant");
    await live.print("const fixed = 1;");
    expect(await live.print("const fixed = 2; print(fixed);")).toEqual(["2"]);
  });

  it("keep what ran before a mistake", async () => {
    const result = await live.run(
      'let before = zeros(2).add(1);\nprint("said");\nthrow new RangeError("mine");',
    );
    expect(result.error).toMatchObject({
      kind: "runtime",
      name: "RangeError",
      message: "mine",
      frames: [{ line: 3 }],
    });
    expect(textsOf(result)).toEqual(["said"]);
    expect(await live.print("print(before)")).toEqual(["tensor([1, 1])"]);
  });

  it("may throw anything", async () => {
    expect(await live.fail('throw "plain"')).toMatchObject({ message: 'the cell threw "plain"' });
    expect((await live.fail("throw { get name() { throw 1 }, get message() { for (;;) {} } }")).kind).toBe(
      "runtime",
    );
    expect((await live.fail("throw undefined")).kind).toBe("runtime");
    expect((await live.fail("throw new Proxy({}, { get() { throw 3 } })")).kind).toBe("runtime");
  });

  it("draw the same numbers whenever the same cell runs, whatever ran before", async () => {
    const source =
      "print(randn(2, 2), rand(3), randperm(4), Math.random(), nn.init.xavierNormal_(zeros(2, 2)))";
    const first = textsOf(await live.run(source, "drawing"));
    const other = textsOf(await live.run(source, "another"));
    expect(textsOf(await live.run(source, "drawing"))).toEqual(first);
    expect(other).not.toEqual(first);
    const fresh = await startKernel({}, live.engine);
    expect(textsOf(await fresh.run(source, "drawing"))).toEqual(first);
    await fresh.close();
    const seeded = await startKernel({ seed: 43 }, live.engine);
    expect(textsOf(await seeded.run(source, "drawing"))).not.toEqual(first);
    await seeded.close();
  });

  it("draw from a seed of their own until they end", async () => {
    const source = "manualSeed(7); print(randn(3))";
    expect(textsOf(await live.run(source, "x"))).toEqual(textsOf(await live.run(source, "y")));
    expect((await live.fail("manualSeed(-1)")).message).toContain("whole number from 0");
  });

  it("see promises to their end", async () => {
    expect(await live.print("Promise.resolve(3).then((x) => print(x)); void 0")).toEqual(["3"]);
  });

  it("warn of a broadcast that is probably not meant", async () => {
    const { outputs } = await live.run("const p = randn(50, 1);\nconst d = p.sub(zeros(50).add(1));");
    expect(outputs).toMatchObject([{ kind: "notice", place: { line: 2 } }]);
    expect(textsOf({ outputs } as never)[0]).toContain(".squeeze(1)");
  });

  it("time what they record, and by the clock what reads", async () => {
    const [recorded, clocked] = await live.print(
      "const m = randn(64, 64); print(time(() => m.matmul(m).add(1))); print(time(() => m.sum().item()));",
    );
    expect(recorded).toContain("2 operations, recorded in");
    expect(clocked).toContain("by the clock");
    const { outputs } = await live.run("show({ t: time(() => { m.exp(); }, { samples: 3 }) })");
    expect(outputs).toMatchObject([
      { values: [{ name: "t", unit: "ms", timing: { method: "program", threads: 2, operations: 1 } }] },
    ]);
  });

  it("say of times what disturbed them", async () => {
    const machine = new ToldMachine();
    machine.battery = true;
    const timed = await startKernel({}, live.engine, new MachineWatch(machine));
    try {
      const { outputs } = await timed.run(
        "const t = time(() => ones(2).add(1)); show({ t, u: time(() => print(1), { samples: 1 }) }); print(t);",
      );
      const shown = outputs.find(({ kind }) => kind === "show")!;
      const warnings = [expect.stringContaining("battery") as string];
      expect(shown).toMatchObject({
        values: [{ timing: { method: "program", warnings } }, { timing: { method: "clock", warnings } }],
      });
      expect(cellOutputText(shown).match(/Warning: .* battery/g)).toHaveLength(1);
      expect(textsOf({ outputs } as never).at(-1)).toMatch(/\nWarning: .* battery/);
    } finally {
      await timed.close();
    }
  });

  it("assert", async () => {
    expect(await live.fail('assert(1 > 2, "no")')).toMatchObject({ kind: "assertion", message: "no" });
    await live.print("assertClose(tensor([1, 2]), tensor([1.0001, 2])); assertClose(zeros(2, 2), 0)");
    const { message } = await live.fail(
      "const a1 = tensor([[1, 2], [3, 4]]);\nassertClose(a1, a1.add(tensor([0, 1])))",
    );
    expect(message).toContain("differ in 2 of 4 elements");
    expect(message).toContain("[0, 1]");
    expect((await live.fail("assertClose(tensor([NaN]), tensor([NaN]))")).kind).toBe("assertion");
  });

  it("draw charts", async () => {
    const { outputs } = await live.run(
      "plot({ a: [1, NaN, 3], b: tensor([1, 2, 3]) }, { title: 'T', log: true }); hist(tensor([0, 1, 1, 2]), { bins: 2 }); image(zeros(2, 784)); heat(eye(100));",
    );
    expect(outputs).toMatchObject([
      {
        kind: "chart",
        title: "T",
        yScale: "log",
        series: [
          { name: "a", y: [1, NaN, 3] },
          { name: "b", y: [1, 2, 3] },
        ],
      },
      { kind: "histogram", lo: 0, hi: 2, counts: [1, 3], elements: 4 },
      { kind: "image", images: [{ rows: 28, columns: 28 }, {}] },
      { kind: "heat", rows: 64, columns: 64, shape: [100, 100] },
    ]);
    await live.print("plot([...Array(50_000).keys()].map((x) => (x === 31_234 ? 9 : Math.sin(x))))");
    const { outputs: thinned } = await live.run(
      "plot([...Array(50_000).keys()].map((x) => (x === 31_234 ? 9 : Math.sin(x))))",
    );
    const [chart] = thinned;
    if (chart.kind !== "chart") throw new Error("no chart");
    expect(chart.series[0].y.length).toBeLessThan(3_001);
    expect(Math.max(...chart.series[0].y)).toBe(9);
  });

  it("have the data sets", async () => {
    expect(
      await live.print(
        "const { xTrain, yTrain, xValid } = data(); print(xTrain.shape, yTrain.shape, xValid.shape, xTrain.max(), yTrain.slice(0, 3))",
      ),
    ).toEqual(["[500, 784] [500] [10000, 784] tensor(0.99609) tensor([5, 0, 4])"]);
    expect((await live.fail('data("nothing").xTrain')).message).toContain("nothing");
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../../thorough.ts";
import { startKernel, textsOf, type TestKernel } from "./start-kernel.ts";

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel();
});
afterAll(async () => {
  await live.close();
});

/** Sets what must still be there afterwards. */
const MARK = "let kept = 41; let held = ones(3);";
const mark = (): Promise<string[]> => live.print(MARK);
const expectKept = async (): Promise<void> => {
  expect(await live.print("print(kept + 1, held)")).toEqual(["42 tensor([1, 1, 1])"]);
};

/** Runs a cell and presses Stop after a while. */
async function stopped(source: string, afterMs = 150) {
  const running = live.run(source);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  live.kernel.stop();
  return running;
}

describe("Stop", () => {
  for (const [what, source] of [
    ["an endless loop", "for (;;) {}"],
    ["a loop that catches everything", "for (;;) { try { for (;;) {} } catch {} }"],
    ["a loop over operations", "let w = held; for (;;) w = held.add(1);"],
    ["a loop over reads", "for (;;) held.sum().item();"],
    ["a catastrophic regular expression", '/(a+)+$/.test("a".repeat(50) + "b")'],
    ["a loop over promises", "const again = () => void Promise.resolve().then(again); again();"],
    [
      "a long computation",
      "const big = randn(1500, 1500); let p = big; for (let i = 0; i < 400; i++) p = p.matmul(big);",
    ],
  ] as const) {
    it(`ends ${what} and keeps the variables`, async () => {
      await mark();
      const { error } = await stopped(source);
      expect(error).toMatchObject({ kind: "stopped" });
      await expectKept();
    });
  }

  it("ends a built-in that cannot be interrupted with its sandbox, and the next cell runs in a new one", async () => {
    await mark();
    const before = live.kernel.generation;
    const { error, generation } = await stopped('new Array(3e8) + ""');
    expect(error?.kind).toBe("lost");
    expect(error?.message).toContain("run the cells above again");
    expect(generation).toBe(before);
    expect(live.kernel.generation).toBe(before + 1);
    expect(live.engine.arena.allocations).toBe(0);
    expect(await live.print("print(typeof kept, zeros(2).add(1))")).toEqual(["undefined tensor([1, 1])"]);
  });

  it("comes by itself at the time limit", async () => {
    const limited = await startKernel({ limitMs: 300 }, live.engine);
    await limited.print("let early = 1");
    const error = await limited.fail("for (;;) {}");
    expect(error.kind).toBe("stopped");
    expect(error.message).toContain("0.3 s");
    expect(await limited.print("print(early)")).toEqual(["1"]);
    await limited.close();
  });
});

describe("limits", () => {
  for (const [what, source, name] of [
    ["endless recursion", "function f(n: number): number { return 1 + f(n + 1); }\nf(0);", "LimitError"],
    [
      "arrays without end",
      "const a: unknown[] = []; for (;;) a.push(new Array(1e5).fill(1));",
      "MemoryError",
    ],
    ["a string of a gigabyte", '"x".repeat(2 ** 30 - 1)', null],
    [
      "strings without end",
      'const chunks: string[] = []; for (;;) chunks.push("x".repeat(1 << 20) + chunks.length);',
      "MemoryError",
    ],
    ["a large array buffer", "new ArrayBuffer(1e9)", null],
    [
      "a million tensors",
      "const xs: Tensor[] = []; for (let i = 0; i < 1_000_000; i++) xs.push(held.reshape(3));",
      "LimitError",
    ],
    [
      "tensors beyond the memory",
      "const xs: Tensor[] = []; for (let i = 0; i < 60; i++) xs.push(ones(5000, 2000).mul(i));",
      "MemoryError",
    ],
    ["a result beyond the memory", "const big = ones(50_000, 1).add(ones(50_000)); big.add(1).item;", null],
    ["reading too much", "ones(3000, 3000).add(1).toArray()", "LimitError"],
  ] as const) {
    it(`${what} is an ordinary error, and the kernel lives on`, async () => {
      await mark();
      const error = await live.fail(source);
      if (name !== null) expect(error).toMatchObject({ kind: "limit", name });
      expect(error.kind).not.toBe("lost");
      await expectKept();
      await live.print(
        "var xs: Tensor[] = []; var a: unknown[] = []; var chunks: string[] = []; var big: unknown = 0;",
      );
      await expectKept();
    });
  }

  it("what a failed cell had still to do is done or cut short with it, and fails no other cell", async () => {
    await live.print("let late = 0;");
    const error = await live.fail(
      "Promise.resolve().then(() => { late = 5; throw new Error('later'); });\nthrow new RangeError('at once');",
    );
    expect(error).toMatchObject({ name: "RangeError" });
    expect(await live.print("print(late)")).toEqual(["5"]);
    // Each waits for the next one, without end.
    await live.fail(
      "const again = () => Promise.resolve().then(again);\nagain();\nthrow new Error('at once');",
    );
    expect(await live.print("print(late)")).toEqual(["5"]);
    await stopped("const more = () => Promise.resolve().then(more); more();", 300);
    expect(await live.print("print(late)")).toEqual(["5"]);
  });

  it("a flood of output ends in one notice", async () => {
    const result = await live.run('for (let i = 0; i < 30_000; i++) print("x".repeat(100));');
    expect(result.error).toBeNull();
    const texts = textsOf(result);
    expect(texts.at(-1)).toContain("the rest is left out");
    expect(texts.join("").length).toBeLessThan(1_100_000);
    expect(result.outputs.filter(({ kind }) => kind === "notice")).toHaveLength(1);
  });

  it("one text of many megabytes, and hundreds of charts, end in a notice", async () => {
    expect(textsOf(await live.run('print("x".repeat(5_000_000))')).at(-1)).toContain("left out");
    const { outputs } = await live.run("for (let i = 0; i < 200; i++) plot([i, 1]);");
    expect(outputs.filter(({ kind }) => kind === "chart")).toHaveLength(50);
  });

  it("sizes that are none are told in words", async () => {
    await mark();
    for (const sizes of [
      "-1",
      "NaN",
      "1e300",
      "2.5",
      "2 ** 40, 2 ** 40",
      "1, 1, 1, 1, 1, 1, 1",
      "undefined as any",
      '"x" as any',
    ]) {
      const error = await live.fail(`zeros(${sizes})`);
      expect([sizes, error.kind]).toEqual([sizes, "shape"]);
    }
    expect((await live.fail("held.reshape(7)")).message).toContain("7");
    expect((await live.fail("tensor([[1, 2], [3]])")).message).toContain("differ in length");
    expect((await live.fail("tensor([1, 2, 3], [2, 2])")).message).toContain("3 numbers");
    expect((await live.fail("held.item()")).message).toContain("one number");
  });
});

describe("the language called in all the wrong ways", () => {
  it("answers with ordinary errors and stays whole", async () => {
    const [text] = await live
      .print(
        `
      const odd: any[] = [-1, 0, 1, 2, 3, 7, NaN, Infinity, -0.5, 1e300, 2 ** 53, "2", "", null, undefined, true, {}, [], [2, 3], [-1], [NaN], () => 1,
        Symbol("s"), ones(2, 3), ones(3), ones(3, 1), tensor(2), { dim: 9 }, { dim: "x" }, { dim: [0, 0] }, { min: NaN }, "ij,jk->ik", new Float32Array(3)];
      const pick = () => odd[Math.floor(Math.random() * odd.length)];
      const names = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => !["constructor", "backward"].includes(name));
      const functions: any[] = [tensor, zeros, ones, full, eye, arange, randn, rand, randperm, cat, stack, pad, einsum, where, add, pow, matmul, manualSeed, data,
        nn.init.kaimingNormal_, nn.init.uniform_, plot, hist, image, heat, show, assertClose, check, checkLayer, time, noGrad];
      var strange: string[] = []; let thrown = 0, fine = 0;
      for (let i = 0; i < ${times(2_400, 6_000)}; i++) {
        const given = Array.from({ length: Math.floor(Math.random() * 4) }, pick);
        try {
          if (i % 3 === 0) functions[Math.floor(Math.random() * functions.length)](...given);
          else {
            const x: any = ones(2, 3).mul(i), name = names[Math.floor(Math.random() * names.length)]!;
            const member = x[name];
            if (typeof member === "function") member.apply(x, given);
          }
          fine++;
        } catch (error: any) {
          thrown++;
          if (!(error instanceof Error) || error.name === "LabError" || error.message === "") strange.push(String(error && error.name) + ": " + String(error && error.message));
        }
      }
      print(JSON.stringify({ strange: [...new Set(strange)].slice(0, 10), both: thrown > 500 && fine > 500 }));`,
      )
      .then((texts) => texts.filter((one) => one.startsWith('{"strange"')));
    expect(JSON.parse(text)).toEqual({ strange: [], both: true });
    expect(await live.print("print(ones(2, 3).sum())")).toEqual(["tensor(6)"]);
  });
});

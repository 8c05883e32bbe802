import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../../thorough.ts";
import { startKernel, type TestKernel } from "./start-kernel.ts";

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel({ rows: 64 });
});
afterAll(async () => {
  await live.close();
});

/** Bytes and allocations of the arena, and tensors and bytes as the sandbox knows them. */
async function held() {
  const { tensors, tensorBytes } = await live.run("void 0");
  const { allocations, usedBytes } = live.engine.arena;
  return { allocations, usedBytes, tensors, tensorBytes };
}

describe("tensors go with the last variable that holds them", () => {
  it("over hundreds of cells of all kinds, also failed and stopped ones", async () => {
    await live.print(
      "var keep = randn(50, 20); var net = new nn.Linear(20, 5); var sgd = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });",
    );
    const cells = [
      "{ const t = keep.add(1).mul(2); t.sum().item(); }",
      "{ const loss = net.call(keep).pow(2).mean(); sgd.zeroGrad(); loss.backward(); sgd.step(); sgd.zeroGrad(); }",
      "{ const unread = net.call(keep).tanh(); }",
      "(() => { const a = randn(10, 10), b = a.matmul(a).add(1); a.g = b; throw new Error('failed'); })()",
      "{ const c = keep.take(tensor([1, 2])); keep.take(tensor([99])).sum().item(); }",
      "print(time(() => keep.exp(), { samples: 2 }));",
      "check(() => { const l = keep.mul(2).pow(2).mean(); keep.g = keep.mul(8).div(keep.numel); return l; }, { keep }); keep.g = null;",
      "{ let p = randn(20, 20); for (let i = 0; i < 700; i++) p = p.mul(0.99).add(0.01); }",
      "hist(keep); heat(keep); assertClose(keep, keep.clone());",
    ];
    for (const cell of cells) await live.run(cell, "warm");
    const before = await held();
    for (let round = 0; round < times(4, 12); round++)
      for (const cell of cells) await live.run(cell, `round ${round}`);
    expect(await held()).toEqual(before);
    await live.print("keep = net = sgd = null as any;");
    expect(await held()).toMatchObject({ allocations: 0, tensors: 0, tensorBytes: 0 });
  });

  it("also in a loop within one cell", async () => {
    await live.print("var w = randn(100, 100);");
    const before = await held();
    await live.print(
      "for (let i = 0; i < 2000; i++) { w = w.mul(0.9).add(0.1); if (i % 100 === 0) w.sum().item(); }",
    );
    expect(await held()).toEqual(before);
  });

  it("a loop that reads its loss computes each step once, by one plan", async () => {
    await live.print(
      "var x = randn(64, 30), y = randn(64, 5), w1 = randn(30, 20).div(6), w2 = randn(20, 5).div(5);",
    );
    const { engine } = live;
    const before = engine.plansReused;
    const result = await live.run(`
      for (let step = 0; step < 60; step++) {
        const h = x.matmul(w1).clampMin(0), wrong = h.matmul(w2).sub(y), loss = wrong.square().mean();
        const g = wrong.mul(2 / 320), gw2 = h.t().matmul(g), gw1 = x.t().matmul(g.matmul(w2.t()).mul(h.gt(0)));
        w1 = w1.sub(gw1.mul(0.1));
        w2 = w2.sub(gw2.mul(0.1));
        loss.item();
      }`);
    expect(result.error).toBeNull();
    // One request to compute and read.
    expect(result.flushes).toBeLessThanOrEqual(62);
    expect(engine.plansReused - before).toBeGreaterThanOrEqual(57);
    await live.print("x = y = w1 = w2 = null as any;");
  });

  it.each([
    // Tensors come back to the same places after some steps.
    ["over batches", "", "step * 16"],
    ["with another learning rate at each step", "opt.lr = 0.01 * 0.97 ** step;", "0"],
  ])("a loop %s has a few programs, which are compiled once", async (_what, first, from) => {
    const { engine } = live;
    const before = engine.plansUnchanged;
    const result = await live.run(`{
      const all = randn(1000, 12), t = randn(1000, 3), net = new nn.Sequential(new nn.Linear(12, 8), new nn.Tanh(), new nn.Linear(8, 3));
      const opt = new optim.Adam(net.parameters(), { lr: 0.01 });
      for (let step = 0; step < 60; step++) {
        ${first}
        const loss = net.call(all.slice(${from}, ${from} + 16)).sub(t.slice(${from}, ${from} + 16)).square().mean();
        opt.zeroGrad();
        loss.backward();
        opt.step();
        loss.item();
      }
    }`);
    expect(result.error).toBeNull();
    expect(engine.plansUnchanged - before).toBeGreaterThanOrEqual(40);
  });

  it("numbers that change give the same bits as numbers that stand in a program of their own", async () => {
    // Of one length a program comes back with another number; of many lengths each is new.
    const [found] = await live.print(`{
      const x = randn(400), numbers = [0.3, -0.7, 2, 0, -0, 1e-30, Infinity, NaN, 0.1, 2.5];
      const functions: ((x: Tensor, n: number) => Tensor)[] = [
        (x, n) => x.add(n), (x, n) => x.sub(n), (x, n) => x.neg().add(n), (x, n) => x.mul(n).mul(3).add(n), (x, n) => x.div(n),
        (x, n) => x.pow(n), (x, n) => x.maximum(n), (x, n) => x.gt(n), (x, n) => where(x.gt(0), x, n).tanh(),
      ];
      let wrong = 0;
      for (const f of functions) {
        numbers.forEach((n, i) => {
          const own = f(x.slice(0, 300 + i), n), again = f(x.slice(0, 300), n);
          const bits = (t: Tensor) => t.slice(0, 300).toArray().map((v) => (Object.is(v, -0) ? "-0" : String(v))).join(" ");
          if (bits(own) !== bits(again)) wrong++;
        });
      }
      print(wrong);
    }`);
    expect(found).toBe("0");
  });

  it("parts of one tensor at many places are read where they are, and copied where they are few, with the same numbers", async () => {
    expect(
      await live.print(`{
        const x = arange(2000), few = [3, 7, 11].map((i) => x.slice(i, i + 5)), many = Array.from({ length: 40 }, (_, i) => x.slice(i, i + 5));
        const total = (parts: Tensor[]) => parts.reduce((sum, part) => sum.add(part.mul(2)), zeros(5)).toArray();
        print(total(few), total(many), x.slice(1999, 2000).item());
      }`),
    ).toEqual(["[42, 48, 54, 60, 66] [1560, 1640, 1720, 1800, 1880] 1999"]);
  });

  it("in cycles when memory is short", async () => {
    await live.print("w = null as any;");
    const result = await live.run(
      "for (let i = 0; i < 40; i++) { const t = ones(5000, 2000).mul(i) as any, u = ones(1).mul(2) as any; t.friend = u; u.friend = t; u.toArray(); }",
    );
    expect(result.error).toBeNull();
  });

  it("with the sandbox", async () => {
    const other = await startKernel({}, live.engine);
    const before = live.engine.arena.allocations;
    await other.print("var a = randn(100, 100); const { xTrain } = data();");
    expect(live.engine.arena.allocations).toBeGreaterThan(before);
    await other.kernel.restart();
    expect(live.engine.arena.allocations).toBe(before);
    expect(other.kernel.generation).toBe(2);
    await other.close();
  });
});

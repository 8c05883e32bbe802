import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startKernel, type TestKernel } from "./start-kernel.ts";

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel();
});
afterAll(async () => {
  await live.close();
});

/** Losses of a (5, 4), b (4,), positive c (5, 4): every derivative rule, broadcasts and tensors used twice. */
const LOSSES = [
  "a.add(b).mul(c).sub(a.mul(0.5)).mean()",
  "sub(1, a).mul(b).div(c).sum()",
  "div(2, c).pow(1.5).add(a.pow(2)).add(c.pow(a)).mul(b).mean()",
  "a.maximum(b).mul(c).add(a.minimum(0.1)).sum()",
  "a.gt(0).where(a.mul(c), b).mul(2).mean()",
  "a.clamp({ min: -0.5, max: 0.7 }).mul(c).sum().add(b.clampMin(0).sum())",
  "a.abs().add(c.sqrt()).add(c.rsqrt()).add(a.square()).mul(b).mean()",
  "a.exp().add(c.log()).add(a.tanh()).mul(a.sigmoid()).add(a.erf()).mul(b).mean()",
  "a.sum({ dim: 0 }).mul(b).mean().add(a.sum({ dim: 1, keepdim: true }).mul(c).mean())",
  "a.mean({ dim: 1 }).exp().sum().add(c.mean().mul(b.sum()))",
  "a.variance().add(c.std({ dim: 0 }).mul(b).sum()).add(a.std({ dim: -1, correction: 0 }).sum())",
  "a.max({ dim: 1 }).mul(2).sum().add(c.min({ dim: 0 }).mul(b).sum())",
  "a.logSumExp({ dim: 1 }).mean().add(c.logSumExp().mul(b.sum()))",
  "a.softmax(1).mul(c).sum().add(a.softmax(0).select(1, 2).mul(b.sum()).sum())",
  "a.matmul(c.t()).tanh().mean().add(a.t().matmul(c).mul(b).mean())",
  "a.reshape(4, 5).mul(c.t()).sum().add(b.unsqueeze(1).matmul(b.unsqueeze(0)).mean())",
  "a.unsqueeze(0).permute(2, 0, 1).squeeze(1).mul(c.t()).exp().mean().add(b.expand(3, 4).square().sum())",
  "a.slice(1, 4).mul(c.slice(0, 3)).sum().add(a.slice(-2, -1, 1).exp().sum()).add(c.select(0, -1).mul(b).sum())",
  "a.take(tensor([4, 0, 4])).mul(c.take(tensor([1, 2, 3]))).sum().add(b.take(tensor([1, 1])).square().sum())",
  "a.gather(1, tensor([[0], [1], [3], [3], [2]])).mul(c.slice(0, 1, 1)).sum().add(b.mean())",
  "cat([a, c]).exp().mean().add(stack([b, b.mul(2)], 1).square().sum()).add(cat([a, c], -1).sum({ dim: 1 }).square().mean())",
  "a.unsqueeze(-1).mul(c.unsqueeze(1)).sum({ dim: 0 }).mul(b).tanh().sum()",
  "a.clone().float().mul(a.detach()).add(b).mul(c).mean()",
];

describe("backward", () => {
  for (const loss of LOSSES) {
    it(`is the float64 derivative of ${loss}`, async () => {
      const result = await live.run(
        `const a = randn(5, 4), b = randn(4), c = rand(5, 4).add(0.5);
        check(() => {
          for (const one of [a, b, c]) one.requiresGrad_();
          const loss = ${loss};
          loss.backward();
          for (const one of [a, b, c]) { one.g = one.grad; noGrad(() => one.requiresGrad_(false)); }
          return loss;
        }, { a, b, c });`,
      );
      const [report] = result.outputs;
      if (report.kind !== "check") throw new Error(JSON.stringify(result.error));
      const wrong = report.report.gradients.filter(({ verdict }) => verdict !== "right");
      expect(wrong).toEqual([]);
      expect(result.error).toBeNull();
    });
  }

  it("adds to what is there, like torch, until it is zeroed", async () => {
    expect(
      await live.print(
        "const v = tensor([2]).requiresGrad_(); v.mul(3).sum().backward(); v.mul(4).sum().backward(); print(v.grad); new optim.SGD([v], { lr: 1 }).zeroGrad(); print(v.grad)",
      ),
    ).toEqual(["tensor([7])", "null"]);
  });

  it("says what is wrong in words", async () => {
    expect((await live.fail("ones(2).requiresGrad_().mul(2).backward()")).message).toContain(
      ".sum() or .mean()",
    );
    expect((await live.fail("ones(2).sum().backward()")).message).toContain("requiresGrad_()");
    expect((await live.fail("ones(2).requiresGrad_().add_(1)")).message).toContain("noGrad");
  });

  it("goes through padding, and through slices that begin before the first element", async () => {
    expect(
      await live.print(
        `const x = tensor([[1, 2], [3, 4]]).requiresGrad_(); pad(x, [[1, 0], [0, 2]], 7).mul(arange(12).reshape(3, 4)).sum().backward(); print(x.grad);
        const y = tensor([1, 2, 3]).requiresGrad_(); y.slice(-5, 2).square().sum().backward(); print(y.grad)`,
      ),
    ).toEqual(["tensor([[4, 5],\n        [8, 9]])", "tensor([2, 4, 0])"]);
  });

  it("powers have PyTorch's gradients at 0", async () => {
    // torch 1.13: x.pow(0), x.pow(z), torch.pow(0, z) with these numbers and .sum().backward().
    expect(
      await live.print(
        `const x = tensor([2, -1, 0]).requiresGrad_(); x.pow(0).sum().backward(); print(x.grad);
        const a = tensor([0, 1, 0, 3]).requiresGrad_(), b = tensor([2, 0, 0, 1]).requiresGrad_(); a.pow(b).sum().backward(); print(a.grad, b.grad);
        const z = tensor([3, 1, 0]).requiresGrad_(); pow(0, z).sum().backward(); print(z.grad)`,
      ),
    ).toEqual(["tensor([0, 0, 0])", "tensor([0, 0, 0, 1]) tensor([0, 0, 0, 3.2958])", "tensor([0, 0, 0])"]);
  });

  it("what is not chosen gets 0 of an infinite gradient, and equal values 0 through std, as PyTorch's", async () => {
    // torch 1.13: the same lines, with torch.maximum and torch.minimum of tensors.
    const losses = [
      "x.relu().sqrt()",
      "x.maximum(0.5).sub(0.5).sqrt()",
      "x.minimum(-0.5).add(0.5).neg().sqrt()",
      "x.clamp({ min: 0.5, max: 2 }).sub(0.5).sqrt()",
    ];
    expect(
      await live.print(
        `for (const f of [${losses.map((loss) => `(x: Tensor) => ${loss}`).join(", ")}]) {
          const x = tensor([-1, 0, 1.5]).requiresGrad_(); f(x).sum().backward(); print(x.grad);
        }
        const c = tensor([[2, 2], [1, 3]]).requiresGrad_(); c.std({ dim: 1, correction: 0 }).sum().backward(); print(c.grad)`,
      ),
    ).toEqual([
      "tensor([0, 0, 0.40825])",
      "tensor([0, 0, 0.5])",
      "tensor([-0.70711, 0, 0])",
      "tensor([0, 0, 0.5])",
      "tensor([[0, 0],\n        [-0.5, 0.5]])",
    ]);
  });

  it("is judged right by check where a gradient is infinite beside what was not chosen", async () => {
    const result = await live.run(
      `const x = tensor([[-1, 0.7, 1.5, 4], [2, 2, 2, 2], [-3, 1, 2, 3]]);
      check(() => {
        const y = x.relu().sqrt(), spread = x.std({ dim: 1 });
        const on = x.gt(0), varies = x.ne(2).sum({ dim: 1, keepdim: true }).gt(0);
        x.g = on.where(div(0.5, y), 0).add(varies.where(x.sub(x.mean({ dim: 1, keepdim: true })).div(spread.unsqueeze(1).mul(3)), 0));
        return y.sum().add(spread.sum());
      }, { x });`,
    );
    const [report] = result.outputs;
    if (report.kind !== "check") throw new Error(JSON.stringify(result.error));
    expect(report.report.gradients.map(({ verdict }) => verdict)).toEqual(["right"]);
  });

  it("says that a part was gone through before, where its gradient would be left out", async () => {
    const shared = "const w = tensor([1, 2]).requiresGrad_(), h = w.exp(), a = h.sum(); ";
    for (const twice of [
      "const b = h.square().sum(); a.backward(); b.backward()",
      "a.backward(); h.square().sum().backward()",
      "a.backward(); a.backward()",
      "a.backward(); h.mul(w).sum().backward()",
    ])
      expect((await live.fail(`{ ${shared}${twice}; }`)).message).toContain("an earlier backward()");
    expect(
      await live.print(
        `{ ${shared}let total = zeros(1); total = total.add(a); a.backward(); total = total.add(a); w.mul(h.detach()).sum().backward(); print(w.grad, total); }`,
      ),
    ).toEqual(["tensor([5.4366, 14.778]) tensor([20.215])"]);
  });

  it("goes through a chain of thousands of operations", async () => {
    expect(
      await live.print(
        "const start = tensor([1]).requiresGrad_(); let end = start; for (let i = 0; i < 3000; i++) end = end.add(1); end.sum().backward(); print(start.grad, end)",
      ),
    ).toEqual(["tensor([1]) tensor([3001])"]);
  });
});

describe("nn and optim", () => {
  it("Adam counts the steps of each parameter by itself", async () => {
    // torch 1.13, torch.optim.Adam([w, b], lr=0.1) with the same loop.
    const [text] = await live.print(
      `const w = tensor([1]).requiresGrad_(), b = tensor([1]).requiresGrad_(), opt = new optim.Adam([w, b], { lr: 0.1 });
      for (let i = 0; i < 5; i++) { opt.zeroGrad(); (i < 3 ? w : w.add(b)).square().sum().backward(); opt.step(); } print(w, b)`,
    );
    expect(text).toBe("tensor([0.50515]) tensor([0.80051])");
  });

  it("refuses what would not be followed: momentum below 0, Nesterov without it, betas of 1", async () => {
    const failing = async (of: string): Promise<string> => (await live.fail(`new optim.${of}`)).message;
    expect(await failing("SGD([ones(1)], { lr: 1, nesterov: true })")).toContain("give both");
    expect(await failing("SGD([ones(1)], { lr: 1, momentum: -1 })")).toContain("momentum must be at least 0");
    expect(await failing("Adam([ones(1)], { betas: [0.9, 1] })")).toContain(
      "betas[1] must be at least 0 and below 1",
    );
    expect(await failing("Adam([ones(1)], { weightDecay: -1 })")).toContain("weightDecay must be at least 0");
  });

  it("SGD, with momentum and Nesterov, and Adam take the steps of their formulas", async () => {
    const target = 3;
    const run = async (optimiser: string): Promise<number[]> => {
      const [text] = await live.print(
        `const w = tensor([1]).requiresGrad_(); const opt = new optim.${optimiser}; const path: number[] = [];
        for (let i = 0; i < 5; i++) { const loss = w.sub(${target}).pow(2).sum(); opt.zeroGrad(); loss.backward(); opt.step(); path.push(w.item()); }
        print(path)`,
      );
      return JSON.parse(text) as number[];
    };
    const reference = (step: (g: number, t: number) => number): number[] => {
      let w = 1;
      return [1, 2, 3, 4, 5].map((t) => (w -= step(2 * (w - target), t)));
    };
    let [v, m, s] = [0, 0, 0];
    const near = (found: number[], wanted: number[]): void =>
      found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 5));
    near(
      await run("SGD([w], { lr: 0.1 })"),
      reference((g) => 0.1 * g),
    );
    near(
      await run("SGD([w], { lr: 0.1, momentum: 0.9 })"),
      reference((g) => 0.1 * (v = 0.9 * v + g)),
    );
    v = 0;
    near(
      await run("SGD([w], { lr: 0.1, momentum: 0.9, nesterov: true })"),
      reference((g) => {
        v = 0.9 * v + g;
        return 0.1 * (g + 0.9 * v);
      }),
    );
    near(
      await run("Adam([w], { lr: 0.1 })"),
      reference((g, t) => {
        m = 0.9 * m + 0.1 * g;
        s = 0.999 * s + 0.001 * g * g;
        return (0.1 * (m / (1 - 0.9 ** t))) / (Math.sqrt(s / (1 - 0.999 ** t)) + 1e-8);
      }),
    );
  });

  it("keep no subnormal numbers of what no gradient feeds any more", async () => {
    // A weight at 0 moves by what is left of a mean, once a step of 1e30 times it shows it.
    expect(
      await live.print(`
        for (const make of [
          (w: Tensor) => new optim.SGD([w], { lr: 1, momentum: 0.9, nesterov: true }),
          (w: Tensor) => new optim.Adam([w], { lr: 1, betas: [0.9, 0.9] }),
        ]) {
          const w = ones(5).requiresGrad_(), opt = make(w);
          const step = (slope: number) => { opt.zeroGrad(); w.mul(slope).sum().backward(); opt.step(); };
          step(1);
          for (let n = 0; n < 900; n++) step(0);
          noGrad(() => w.zero_());
          opt.lr = 1e30;
          step(0);
          print(w.toArray().every((value) => value === 0));
        }`),
    ).toEqual(["true", "true"]);
    // √v beside an eps of 1e-30: 1e-22 if v is the subnormal 1e-44, else nothing.
    expect(
      await live.print(`
        const small = zeros(2).requiresGrad_();
        small.mul(1e-21).sum().backward();
        new optim.Adam([small], { lr: 1, eps: 1e-30 }).step();
        print(small.abs().gt(1e8));
        const lost = zeros(2).requiresGrad_();
        lost.mul(NaN).sum().backward();
        for (const opt of [new optim.SGD([lost], { lr: 1, momentum: 0.9 }), new optim.Adam([lost], { lr: 1 })]) {
          noGrad(() => lost.zero_());
          opt.step();
          print(lost);
        }`),
    ).toEqual(["tensor([1, 1], bool)", "tensor([NaN, NaN])", "tensor([NaN, NaN])"]);
  });

  it("a network learns MNIST", async () => {
    const [before, after] = await live.print(
      `const { xTrain, yTrain } = data(); const x = xTrain.sub(0.13).div(0.31), y = yTrain.unsqueeze(1);
      const net = new nn.Sequential(new nn.Linear(784, 30), new nn.BatchNorm1d(30), new nn.Tanh(), new nn.Linear(30, 10)), adam = new optim.Adam(net.parameters(), { lr: 0.02 });
      const right = () => net.call(x).argmax({ dim: 1 }).eq(yTrain).mean().item();
      print(net.parameters().length, right() < 0.5);
      for (let i = 0; i < 15; i++) { const out = net.call(x); const loss = out.logSumExp({ dim: 1, keepdim: true }).sub(out.gather(1, y)).mean(); adam.zeroGrad(); loss.backward(); adam.step(); }
      net.eval(); print(right());`,
    );
    expect(before).toBe("6 true");
    expect(Number(after)).toBeGreaterThan(0.9);
  });

  it("batch norm gives mean 0 and variance 1, and its running averages afterwards", async () => {
    const [text] = await live.print(
      "const bn = new nn.BatchNorm1d(3), z = randn(100, 3).mul(2).add(5); const out = bn.call(z); print([out.mean().item(), out.variance({ correction: 0 }).item(), bn.runningMean.mean().item(), bn.runningVariance.mean().item()]); bn.eval(); print(bn.call(z).mean().item() > 1)",
    );
    const [m, v, rm, rv] = JSON.parse(text) as number[];
    expect(Math.abs(m)).toBeLessThan(1e-5);
    expect(v).toBeCloseTo(1, 3);
    expect(rm).toBeGreaterThan(0.3);
    expect(rv).toBeGreaterThan(1);
  });

  it("initialisers have the std of their formulas", async () => {
    const [text] = await live.print(
      'const w = zeros(300, 200); const std = (t: Tensor) => t.std().item(); print([std(nn.init.kaimingNormal_(w)), std(nn.init.kaimingNormal_(w, { mode: "fanOut" })), std(nn.init.kaimingUniform_(w, { a: 1 })), std(nn.init.xavierNormal_(w)), std(nn.init.xavierUniform_(w)), std(nn.init.normal_(w, 1, 3)), std(nn.init.uniform_(w, -1, 1))])',
    );
    const wanted = [
      Math.sqrt(2 / 200),
      Math.sqrt(2 / 300),
      Math.sqrt(1 / 200),
      Math.sqrt(2 / 500),
      Math.sqrt(2 / 500),
      3,
      1 / Math.sqrt(3),
    ];
    (JSON.parse(text) as number[]).forEach((value, i) => expect(value / wanted[i]).toBeCloseTo(1, 1));
  });
});

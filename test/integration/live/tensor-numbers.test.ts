import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startKernel, type TestKernel } from "./start-kernel.ts";

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel();
  // x (3, 4) with both signs and a zero, p the same but positive, i whole numbers.
  await live.print(
    "var x = tensor([[-1.5, 0, 2, 0.25], [3, -0.125, 0.5, -2], [1, 4, -3, 0.75]]), p = x.abs().add(0.5), row = tensor([1, -2, 0.5, 3]), column = tensor([[2], [-1], [0.5]]);",
  );
});
afterAll(async () => {
  await live.close();
});

const X = [-1.5, 0, 2, 0.25, 3, -0.125, 0.5, -2, 1, 4, -3, 0.75];
const P = X.map((value) => Math.abs(value) + 0.5);
const ROW = [1, -2, 0.5, 3];
const COLUMN = [2, -1, 0.5];
const rows = [0, 1, 2].map((i) => X.slice(4 * i, 4 * i + 4));
const columns = [0, 1, 2, 3].map((j) => rows.map((row) => row[j]));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const variance = (values: readonly number[], correction = 1): number =>
  sum(values.map((value) => (value - mean(values)) ** 2)) / (values.length - correction);
const logSumExp = (values: readonly number[]): number => Math.log(sum(values.map(Math.exp)));
const softmax = (values: readonly number[]): number[] =>
  values.map((value) => Math.exp(value - logSumExp(values)));
const erf = (value: number): number => {
  // Abramowitz and Stegun 7.1.5, more terms than float64 needs here.
  let [term, total] = [value, value];
  for (let n = 1; n < 200; n++) {
    term *= -(value * value) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
};

/** What each expression gives in float64, row by row. */
const CASES: readonly (readonly [expression: string, expected: readonly number[]])[] = [
  ["x.add(row)", X.map((value, i) => value + ROW[i % 4])],
  ["x.sub(column)", X.map((value, i) => value - COLUMN[Math.floor(i / 4)])],
  ["column.mul(row)", COLUMN.flatMap((a) => ROW.map((b) => a * b))],
  ["x.div(p)", X.map((value, i) => value / P[i])],
  ["p.pow(x)", X.map((value, i) => P[i] ** value)],
  ["x.pow(3)", X.map((value) => value ** 3)],
  ["sub(1, x)", X.map((value) => 1 - value)],
  ["div(2, p)", P.map((value) => 2 / value)],
  ["x.maximum(0.5)", X.map((value) => Math.max(value, 0.5))],
  ["x.minimum(row)", X.map((value, i) => Math.min(value, ROW[i % 4]))],
  ["x.clamp({ min: -1, max: 1 })", X.map((value) => Math.min(1, Math.max(-1, value)))],
  ["x.relu()", X.map((value) => Math.max(value, 0))],
  ["x.neg().abs()", X.map(Math.abs)],
  ["x.sign()", X.map(Math.sign)],
  ["p.sqrt()", P.map(Math.sqrt)],
  ["p.rsqrt()", P.map((value) => 1 / Math.sqrt(value))],
  ["x.square()", X.map((value) => value * value)],
  ["x.exp()", X.map(Math.exp)],
  ["p.log()", P.map(Math.log)],
  ["x.tanh()", X.map(Math.tanh)],
  ["x.sigmoid()", X.map((value) => 1 / (1 + Math.exp(-value)))],
  ["x.erf()", X.map(erf)],
  ["x.gt(0)", X.map((value) => Number(value > 0))],
  ["x.le(row)", X.map((value, i) => Number(value <= ROW[i % 4]))],
  ["x.eq(2).add(x.ne(2)).add(x.ge(0)).add(x.lt(0))", X.map(() => 2)],
  ["x.gt(0).where(x, row)", X.map((value, i) => (value > 0 ? value : ROW[i % 4]))],
  ["where(x.gt(0), 1, -1)", X.map((value) => (value > 0 ? 1 : -1))],
  ["x.sum()", [sum(X)]],
  ["x.sum({ dim: 0 })", columns.map(sum)],
  ["x.sum({ dim: -1, keepdim: true })", rows.map(sum)],
  ["x.sum({ dim: [0, 1] })", [sum(X)]],
  ["x.mean({ dim: 1 })", rows.map(mean)],
  ["x.std()", [Math.sqrt(variance(X))]],
  ["tensor(3).variance({ correction: 0 }).add(tensor(3).std({ correction: 0 }))", [0]],
  ["tensor(3).logSumExp()", [3]],
  ["x.variance({ dim: 0, correction: 0 })", columns.map((values) => variance(values, 0))],
  ["x.max()", [4]],
  ["x.min({ dim: 0 })", columns.map((values) => Math.min(...values))],
  ["x.argmax({ dim: 1 })", rows.map((values) => values.indexOf(Math.max(...values)))],
  ["x.argmin()", [X.indexOf(-3)]],
  ["x.logSumExp({ dim: 1 })", rows.map(logSumExp)],
  ["x.mul(100).logSumExp({ dim: 1 })", rows.map((values) => 100 * Math.max(...values))],
  ["x.softmax(1)", rows.flatMap(softmax)],
  ["x.softmax(0).t()", columns.flatMap(softmax)],
  [
    "x.matmul(p.t())",
    rows.flatMap((a) => [0, 1, 2].map((j) => sum(a.map((value, k) => value * P[4 * j + k])))),
  ],
  ["x.t().matmul(column)", columns.map((a) => sum(a.map((value, k) => value * COLUMN[k])))],
  [
    "x.matmul(ones(4, 2)).add(tensor([1, -1])).clampMin(0).sub(0.5)",
    rows.flatMap((a) => [1, -1].map((b) => Math.max(0, sum(a) + b) - 0.5)),
  ],
  [
    "x.unsqueeze(-1).mul(p.unsqueeze(1)).sum({ dim: 0 })",
    [0, 1, 2, 3].flatMap((i) =>
      [0, 1, 2, 3].map((j) => sum([0, 1, 2].map((n) => X[4 * n + i] * P[4 * n + j]))),
    ),
  ],
  ["x.t()", columns.flat()],
  ["x.reshape(2, -1).t()", [0, 1, 2, 3, 4, 5].flatMap((j) => [X[j], X[6 + j]])],
  ["x.unsqueeze(0).permute(2, 0, 1).squeeze()", columns.flat()],
  ["row.expand(2, 4)", [...ROW, ...ROW]],
  ["x.slice(1, 3)", X.slice(4)],
  ["x.slice(1, 3, 1)", rows.flatMap((values) => values.slice(1, 3))],
  ["x.select(1, -1)", columns[3]],
  ["x.take(tensor([2, 0, 2]))", [...rows[2], ...rows[0], ...rows[2]]],
  ["x.gather(1, tensor([[3], [0], [1]]))", [0.25, 3, 4]],
  ["tensor([2, 0]).oneHot(3)", [0, 0, 1, 1, 0, 0]],
  ["cat([x, row.unsqueeze(0)])", [...X, ...ROW]],
  ["cat([x, column], 1)", rows.flatMap((values, i) => [...values, COLUMN[i]])],
  ["stack([row, row.mul(2)], 1)", ROW.flatMap((value) => [value, 2 * value])],
  ["pad(tensor([[1]]), [[1, 0], [0, 2]], 7)", [7, 7, 7, 1, 7, 7]],
  [
    'einsum("ik,jk->ij", x, p)',
    rows.flatMap((a) => [0, 1, 2].map((j) => sum(a.map((value, k) => value * P[4 * j + k])))),
  ],
  ["eye(2)", [1, 0, 0, 1]],
  ["arange(3)", [0, 1, 2]],
  ["arange(1, 2, 0.25)", [1, 1.25, 1.5, 1.75]],
  ["full([2], 2.5)", [2.5, 2.5]],
  ["x.clone().add_(1).mul_(2).sub_(row).div_(2)", X.map((value, i) => ((value + 1) * 2 - ROW[i % 4]) / 2)],
  ["x.clone().copy_(p)", P],
  ["x.clone().zero_()", X.map(() => 0)],
  [
    "x.matmul(ones(4, 3)).matmul(x).tanh().mean()",
    [mean(rows.flatMap((a) => columns.map((b) => Math.tanh(sum(a) * sum(b)))))],
  ],
];

describe("tensors give the numbers of float64", () => {
  for (const [expression, expected] of CASES) {
    it(expression, async () => {
      const { outputs, error } = await live.run(`show({ v: (${expression}).reshape(-1) })`);
      expect(error).toBeNull();
      const output = outputs.at(-1);
      const value = output?.kind === "show" ? output.values[0].value : null;
      const values = typeof value === "number" ? [value] : (value as number[]);
      expect(values).toHaveLength(expected.length);
      expected.forEach((wanted, i) => {
        expect(
          Math.abs(values[i] - wanted),
          `element ${i}: ${values[i]} against ${wanted}`,
        ).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(wanted)));
      });
    });
  }

  it("and draw what they say", async () => {
    const [text] = await live.print(
      "const n = randn(200, 500), u = rand(100_000), q = randperm(1000); print([n.mean().item(), n.std().item(), u.mean().item(), u.min().item(), u.max().item(), q.sum().item(), q.max().item()])",
    );
    const [m, s, um, lo, hi, total, top] = JSON.parse(text) as number[];
    expect(Math.abs(m)).toBeLessThan(0.02);
    expect(Math.abs(s - 1)).toBeLessThan(0.02);
    expect(Math.abs(um - 0.5)).toBeLessThan(0.01);
    expect(lo >= 0 && hi < 1).toBe(true);
    expect([total, top]).toEqual([499_500, 999]);
  });

  it("keep the dtype that the numbers stand for", async () => {
    expect(
      await live.print(
        "print(x.gt(0).dtype, x.argmax().dtype, x.dtype, x.gt(0).float().dtype, x.gt(0).mul(2).dtype, x.numel, x.ndim)",
      ),
    ).toEqual(["bool int32 float32 float32 int32 12 2"]);
  });

  it("leave views as they were when a name gets a new value", async () => {
    expect(
      await live.print(
        "const base = zeros(2, 2); const view = base.select(0, 0); base.add_(1); print(view, base)",
      ),
    ).toEqual(["tensor([0, 0]) tensor([[1, 1],\n        [1, 1]])"]);
    expect((await live.fail("zeros(2).add_(zeros(3, 2))")).message).toContain("keeps its shape");
  });
});

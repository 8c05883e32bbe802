import { describe, expect, it } from "vitest";
import { Product } from "../../../../src/core/autograd/product.ts";
import { Module } from "../../../../src/core/autograd/module.ts";
import { MSELoss } from "../../../../src/core/autograd/losses.ts";
import { Linear } from "../../../../src/core/autograd/linear.ts";
import { Parameter, Tape, Variable } from "../../../../src/core/autograd/tape.ts";
import { ShapeError } from "../../../../src/core/errors.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../../src/core/ops/reference-tensor.ts";

const [N, F, H] = [3, 2, 4];
const values = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + seed));

class Itself extends Module<ReferenceTensor> {
  override forward(x: Variable<ReferenceTensor>): Variable<ReferenceTensor> {
    return x;
  }
}

/** y = (x A + a) ⊙ (x B + b) with the mean of (y − t)² as its loss, and all that it is computed from. */
function bilinear() {
  const ops = new ReferenceOps();
  const tape = new Tape(ops);
  const given = {
    x: values(N * F, 0),
    t: values(N * H, 1),
    A: values(F * H, 2),
    a: values(H, 3),
    B: values(F * H, 4),
    b: values(H, 5),
  };
  const parameter = (name: "A" | "a" | "B" | "b", shape: number[]) =>
    new Parameter(tape, ops.from(name, shape, given[name]));
  const parameters = {
    A: parameter("A", [F, H]),
    a: parameter("a", [H]),
    B: parameter("B", [F, H]),
    b: parameter("b", [H]),
  };
  const x = new Variable(tape, ops.from("x", [N, F], given.x));
  const product = new Product(new Linear(parameters.A, parameters.a), new Linear(parameters.B, parameters.b));
  return { ops, tape, given, parameters, x, product, t: ops.from("t", [N, H], given.t) };
}

describe("Product", () => {
  it("gives f ⊙ g, and df = dy ⊙ g, dg = dy ⊙ f, with both paths in dx", () => {
    const { given, parameters, x, product, t } = bilinear();
    const y = product.forward(x);
    new MSELoss<ReferenceTensor>().forward(y, t).backward();
    const at = (n: number, j: number, W: readonly number[], bias: readonly number[]): number =>
      bias[j] +
      Array.from({ length: F }, (_, i) => given.x[n * F + i] * W[i * H + j]).reduce((s, v) => s + v);
    const [dA, dB] = [new Array<number>(F * H).fill(0), new Array<number>(F * H).fill(0)];
    const [da, db] = [new Array<number>(H).fill(0), new Array<number>(H).fill(0)];
    const dx = new Array<number>(N * F).fill(0);
    for (let n = 0; n < N; n++) {
      for (let j = 0; j < H; j++) {
        const [f, g] = [at(n, j, given.A, given.a), at(n, j, given.B, given.b)];
        expect(y.data.data[n * H + j]).toBeCloseTo(f * g, 14);
        const dy = (2 * (f * g - given.t[n * H + j])) / (N * H);
        da[j] += dy * g;
        db[j] += dy * f;
        for (let i = 0; i < F; i++) {
          dA[i * H + j] += given.x[n * F + i] * dy * g;
          dB[i * H + j] += given.x[n * F + i] * dy * f;
          dx[n * F + i] += dy * g * given.A[i * H + j] + dy * f * given.B[i * H + j];
        }
      }
    }
    const gradients = { ...parameters, x };
    for (const [name, wanted] of Object.entries({ A: dA, a: da, B: dB, b: db, x: dx })) {
      const gradient = gradients[name as keyof typeof gradients].grad?.data ?? [];
      expect(gradient).toHaveLength(wanted.length);
      wanted.forEach((value, i) => {
        expect(gradient[i], `${name}[${i}]`).toBeCloseTo(value, 13);
      });
    }
  });

  it("takes x itself for a branch that does nothing: dx = dy ⊙ g + what comes back through g", () => {
    const ops = new ReferenceOps();
    const tape = new Tape(ops);
    const x = new Variable(tape, ops.from("x", [2, 1], [3, -2]));
    const [w, b] = [
      new Parameter(tape, ops.from("w", [1, 1], [5])),
      new Parameter(tape, ops.from("b", [1], [1])),
    ];
    const y = new Product(new Itself(), new Linear(w, b)).forward(x);
    expect([...y.data.data]).toEqual([3 * 16, -2 * -9]);
    new MSELoss<ReferenceTensor>().forward(y, ops.from("t", [2], [0, 0])).backward();
    // dy = y; d(x (5 x + 1)) = 10 x + 1.
    expect(Array.from(x.grad?.data ?? [])).toEqual([48 * 31, 18 * -19]);
    expect(Array.from(w.grad?.data ?? [])).toEqual([48 * 9 + 18 * 4]);
  });

  it("registers the parameters of both branches, and throws ShapeError when they differ in width", () => {
    const { ops, tape, parameters, x, product } = bilinear();
    expect(product.parameters()).toEqual([parameters.A, parameters.a, parameters.B, parameters.b]);
    const narrow = new Linear(
      new Parameter(tape, ops.from("w", [F, 1], values(F, 6))),
      new Parameter(tape, ops.from("v", [1], [0])),
    );
    expect(() => new Product(narrow, product.left).forward(x)).toThrow(ShapeError);
  });
});

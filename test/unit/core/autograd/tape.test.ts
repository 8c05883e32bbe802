import { describe, expect, it } from "vitest";
import { ReLU } from "../../../../src/core/autograd/activations.ts";
import { Linear } from "../../../../src/core/autograd/linear.ts";
import { MSELoss } from "../../../../src/core/autograd/losses.ts";
import { Module } from "../../../../src/core/autograd/module.ts";
import { Sequential } from "../../../../src/core/autograd/sequential.ts";
import { Tape } from "../../../../src/core/autograd/tape.ts";
import { Parameter, Variable } from "../../../../src/core/autograd/tape.ts";
import { ContractError } from "../../../../src/core/errors.ts";
import type { ReferenceTensor } from "../../../../src/core/ops/reference-tensor.ts";
import { smallNetwork } from "../small-network.ts";

function watched(options: Parameters<typeof smallNetwork>[0] = {}) {
  const { ops, tensors } = smallNetwork(options);
  const tape = new Tape(ops);
  const parameter = (tensor: ReferenceTensor) => new Parameter(tape, tensor);
  const [w1, b1, w2, b2] = [tensors.w1, tensors.b1, tensors.w2, tensors.b2].map(parameter);
  return { tape, tensors, x: new Variable(tape, tensors.x), w1, b1, w2, b2 };
}

const loss = (pred: Variable<ReferenceTensor>, y: ReferenceTensor) =>
  new MSELoss<ReferenceTensor>().forward(pred, y);

describe("Variable.backward()", () => {
  it("gives every parameter a gradient, and skips what the loss does not depend on", () => {
    const { tape, tensors, x, w1, b1, w2, b2 } = watched();
    const model = new Sequential([new Linear(w1, b1), new ReLU<ReferenceTensor>(), new Linear(w2, b2)]);
    const aside = new ReLU<ReferenceTensor>().forward(new Variable(tape, tensors.y));
    loss(model.forward(x), tensors.y).backward();
    expect(model.parameters()).toEqual([w1, b1, w2, b2]);
    for (const { data, grad } of model.parameters()) expect(grad?.shape).toEqual(data.shape);
    expect(x.grad?.shape).toEqual(x.data.shape);
    expect(aside.grad).toBeNull();
  });

  it("throws ContractError for what is not a loss on the tape, also the second time", () => {
    const { tensors, x, w1, b1 } = watched({ hidden: 1 });
    const pred = new Linear(w1, b1).forward(x);
    expect(() => pred.backward()).toThrow(ContractError);
    const end = loss(pred, tensors.y);
    end.backward();
    expect(() => end.backward()).toThrow("is not a loss on this tape");
  });

  it("adds the gradients of a variable that enters two operations", () => {
    const { tensors, x, w1, b1 } = watched({ inFeatures: 1, hidden: 1 });
    const layer = new Linear(w1, b1);
    loss(layer.forward(layer.forward(x)), tensors.y).backward();
    const [w, b] = [w1.data.data[0], b1.data.data[0]];
    // pred = w (w x + b) + b, so dpred/db = w + 1.
    const inputs = Array.from(tensors.x.data);
    const expected = inputs.reduce((sum, value, n) => {
      const pred = w * (w * value + b) + b;
      return sum + ((2 * (pred - tensors.y.data[n])) / inputs.length) * (w + 1);
    }, 0);
    expect(b1.grad?.data[0]).toBeCloseTo(expected, 10);
  });

  it("adds to the gradients of the last pass until zeroGrad()", () => {
    const { tensors, x, w1, b1 } = watched({ hidden: 1 });
    const layer = new Linear(w1, b1);
    const pass = (): number => {
      loss(layer.forward(x), tensors.y).backward();
      return b1.grad?.data[0] ?? NaN;
    };
    const once = pass();
    expect(pass()).toBeCloseTo(2 * once, 10);
    layer.zeroGrad();
    expect(b1.grad).toBeNull();
    expect(pass()).toBeCloseTo(once, 10);
  });
});

describe("Module.parameters()", () => {
  class Listed extends Module<ReferenceTensor> {
    readonly layers: readonly Module<ReferenceTensor>[];
    constructor(layers: readonly Module<ReferenceTensor>[]) {
      super();
      this.layers = layers;
    }
    override forward(x: Variable<ReferenceTensor>): Variable<ReferenceTensor> {
      return this.layers.reduce((value, layer) => layer.forward(value), x);
    }
  }

  it("finds no layer in a plain list, and all of them in Sequential", () => {
    const { w1, b1, w2, b2 } = watched();
    const layers = [new Linear(w1, b1), new ReLU<ReferenceTensor>(), new Linear(w2, b2)];
    expect(new Listed(layers).parameters()).toEqual([]);
    expect(new Listed([]).parameters()).toEqual([]);
    expect(new Sequential(layers).parameters()).toHaveLength(4);
  });
});

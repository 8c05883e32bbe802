import { describe, expect, it } from "vitest";
import { Linear } from "../../../../src/core/autograd/linear.ts";
import { mseLoss } from "../../../../src/core/autograd/mse-loss.ts";
import { ReLU } from "../../../../src/core/autograd/relu.ts";
import { Tape } from "../../../../src/core/autograd/tape.ts";
import { ContractError } from "../../../../src/core/errors.ts";
import { smallNetwork } from "../small-network.ts";

describe("Tape", () => {
  it("backward() gives every parameter a gradient, and skips what the loss does not depend on", () => {
    const { ops, tensors } = smallNetwork();
    const { x, y, w1, b1, w2, b2 } = tensors;
    const tape = new Tape(ops);
    const layers = [new Linear(tape, w1, b1), new ReLU(tape), new Linear(tape, w2, b2)];
    const aside = new ReLU(tape).forward(y);
    const pred = layers.reduce((input, layer) => layer.forward(input), x);
    tape.backward(mseLoss(tape, pred, y));
    const parameters = layers.flatMap((layer) => layer.parameters());
    expect(parameters).toEqual([w1, b1, w2, b2]);
    for (const parameter of parameters) expect(tape.gradientOf(parameter).shape).toEqual(parameter.shape);
    expect(() => tape.gradientOf(aside)).toThrow(ContractError);
  });

  it("backward() throws ContractError for what is not a loss on the tape, also the second time", () => {
    const { ops, tensors } = smallNetwork({ hidden: 1 });
    const tape = new Tape(ops);
    const pred = new Linear(tape, tensors.w1, tensors.b2).forward(tensors.x);
    expect(() => tape.backward(pred)).toThrow(ContractError);
    const loss = mseLoss(tape, pred, tensors.y);
    tape.backward(loss);
    expect(() => tape.backward(loss)).toThrow("is not a loss on this tape");
  });

  it("backward() throws ContractError instead of losing one of two gradients", () => {
    const { ops, tensors } = smallNetwork({ inFeatures: 1, hidden: 1 });
    const tape = new Tape(ops);
    const layer = new Linear(tape, tensors.w1, tensors.b1);
    const loss = mseLoss(tape, layer.forward(layer.forward(tensors.x)), tensors.y);
    expect(() => tape.backward(loss)).toThrow("is an input of two operations");
  });
});

import { describe, expect, it } from "vitest";
import { ContractError, ShapeError } from "../../../../src/core/errors.ts";
import { stage1Functions } from "../../../../src/core/stages/stage-1-functions.ts";
import { stage2LayerClasses } from "../../../../src/core/stages/stage-2-layer-classes.ts";
import { stage3Module } from "../../../../src/core/stages/stage-3-module.ts";
import { stage4Autograd } from "../../../../src/core/stages/stage-4-autograd.ts";
import type { Op, OpName } from "../../../../src/core/ops/op.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../../src/core/ops/reference-tensor.ts";
import { compareGradients, finishComparison } from "../../../../src/core/gradient-check.ts";
import { networkGradients } from "../../../../src/core/reference/network-gradients.ts";
import { relativeDifference, smallNetwork } from "../small-network.ts";

const STAGES = [
  { stage: stage1Functions, shift: 0.5, outerProducts: 2 },
  { stage: stage2LayerClasses, shift: 0.5, outerProducts: 2 },
  { stage: stage3Module, shift: 0.5, outerProducts: 0 },
  { stage: stage4Autograd, shift: 0, outerProducts: 0 },
];

/** Computes as the reference does, but lets a test spoil what an op has written. */
class SpoiledOps extends ReferenceOps {
  readonly names: OpName[] = [];
  readonly #spoil: (op: Op<ReferenceTensor>) => void;

  constructor(spoil: (op: Op<ReferenceTensor>) => void = () => undefined) {
    super();
    this.#spoil = spoil;
  }

  override run(op: Op<ReferenceTensor>): void {
    this.names.push(op.op);
    super.run(op);
    this.#spoil(op);
  }
}

describe.each(STAGES)("stage $stage.name", ({ stage, shift, outerProducts }) => {
  it("build() gives the loss and gradients of the reference", () => {
    const { pass, rows, count, ops, tensors } = smallNetwork({ shift });
    const dx = new Float64Array(rows.x.length);
    const { loss, gradients: found } = networkGradients(pass, rows, { meanOver: count, dx });
    const expected: Readonly<Record<string, Float64Array>> = { ...found, x: dx };
    const built = stage.build(ops, tensors, { shift, chunkRows: 4 });
    expect(relativeDifference(built.forward().data, [loss])).toBeLessThan(1e-12);
    const gradients = built.backward();
    for (const name of ["x", "w1", "b1", "w2", "b2"] as const) {
      expect(gradients[name].shape).toEqual(tensors[name].shape);
      expect(gradients[name].name).toBe(`${name}.g`);
      expect(relativeDifference(gradients[name].data, expected[name]), name).toBeLessThan(1e-12);
    }
  });

  it("forward() and backward() emit their ops when they are called", () => {
    const { tensors } = smallNetwork({ shift });
    const ops = new SpoiledOps();
    const built = stage.build(ops, tensors, { shift, chunkRows: 4 });
    expect(ops.names).toEqual([]);
    built.forward();
    expect(ops.names).toEqual(["matmul", "addBias", "relu", "matmul", "addBias", "mse"]);
    built.backward();
    expect(ops.names.filter((name) => name === "outerProductSum")).toHaveLength(outerProducts);
  });

  it("backward() throws ContractError before forward()", () => {
    const { ops, tensors } = smallNetwork({ shift });
    expect(() => stage.build(ops, tensors, { shift, chunkRows: 4 }).backward()).toThrow(ContractError);
  });

  it("forward() throws ShapeError when the weights do not fit the data", () => {
    const { ops, tensors } = smallNetwork({ shift });
    const wrong = { ...tensors, w1: ops.tensor("w1", [12, 5]) };
    expect(() => stage.build(ops, wrong, { shift, chunkRows: 4 }).forward()).toThrow(ShapeError);
  });

  const spoilers: Record<string, (op: Op<ReferenceTensor>) => void> = {
    "a wrong sign": (op) => {
      if (op.op === "mseBackward") op.dpred.data.forEach((v, i) => (op.dpred.data[i] = -v));
    },
    "a scale that is 1 % off": (op) => {
      if (op.op === "mseBackward") op.dpred.data.forEach((v, i) => (op.dpred.data[i] = 1.01 * v));
    },
    "a relu that lets everything through": (op) => {
      if (op.op === "reluBackward") op.dx.data.set(op.dy.data);
    },
    "a bias gradient without its sum": (op) => {
      if (op.op === "columnSum") op.out.data.set(op.x.data.subarray(0, op.out.data.length));
    },
  };
  it.each(Object.entries(spoilers))("%s is caught by the gradient check", (_name, spoil) => {
    const { pass, rows, count, tensors } = smallNetwork({ shift });
    const dx = new Float64Array(rows.x.length);
    const { gradients: found } = networkGradients(pass, rows, { meanOver: count, dx });
    const expected: Readonly<Record<string, Float64Array>> = { ...found, x: dx };
    const built = stage.build(new SpoiledOps(spoil), tensors, { shift, chunkRows: 4 });
    built.forward();
    const gradients = built.backward();
    const failed = (["x", "w1", "b1", "w2", "b2"] as const).filter(
      (name) => !finishComparison(compareGradients(gradients[name].data, expected[name])).passed,
    );
    expect(failed.length).toBeGreaterThan(0);
  });
});

describe("stage autograd", () => {
  it("build() refuses a shift, which ReLU does not have", () => {
    const { ops, tensors } = smallNetwork();
    expect(() => stage4Autograd.build(ops, tensors, { shift: 0.5, chunkRows: 1 })).toThrow(ContractError);
  });
});

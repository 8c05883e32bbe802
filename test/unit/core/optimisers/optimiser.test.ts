import { describe, expect, it } from "vitest";
import { recordUpdate, stateNames, type Optimiser } from "../../../../src/core/optimisers/optimiser.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";

const SGD = { name: "sgd", lr: 0.1, momentum: 0, nesterov: false, weightDecay: 0 } as const;
const ADAM = { lr: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 } as const;

/** Where torch 1.13 has (1, −2, 0.5) after four steps with gradients (0.3, −1, 0) · t · (−1)ᵗ⁻¹, t = 1 … 4. */
const TORCH: readonly (readonly [Optimiser, readonly number[]])[] = [
  [SGD, [1.06, -2.2, 0.5]],
  [{ ...SGD, momentum: 0.9 }, [1.00843, -2.0281, 0.5]],
  [
    { ...SGD, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    [1.055796104557, -2.202133436383, 0.493945092052],
  ],
  [{ ...SGD, weightDecay: 0.1 }, [1.02119304, -2.12318212, 0.480298005]],
  [{ ...ADAM, name: "adam" }, [0.925540296548, -1.925540294582, 0.5]],
  [{ ...ADAM, name: "adam", weightDecay: 0.1 }, [0.883246697262, -1.899450505027, 0.112915478936]],
  [{ ...ADAM, name: "adamw", weightDecay: 0.1 }, [0.88872110152, -1.849317109617, 0.480298005]],
  [
    { name: "rmsprop", lr: 0.1, alpha: 0.9, eps: 1e-8, weightDecay: 0.05 },
    [0.924540394693, -1.933245467802, 0.007753330431],
  ],
  // By torch's formula, `_single_tensor_adagrad`, in float64.
  [
    { name: "adagrad", lr: 0.1, lrDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, weightDecay: 0 },
    [0.982294020883, -1.982294020867, 0.5],
  ],
  [
    { name: "adagrad", lr: 0.1, lrDecay: 0.05, initialAccumulatorValue: 0.1, eps: 1e-10, weightDecay: 0.05 },
    [0.986479495628, -1.973853159497, 0.471355299874],
  ],
];

describe("recordUpdate()", () => {
  it.each(TORCH)("steps as torch does: %o", (optimiser, expected) => {
    const ops = new ReferenceOps();
    const param = ops.from("w", [3], [1, -2, 0.5]);
    const grad = ops.tensor("w.g", [3]);
    const counter = ops.from("t", [1], [0], "float64");
    const lr = ops.from("lr", [1], [optimiser.lr]);
    const states = stateNames(optimiser).map((name) => ops.from(name, [3], [0, 0, 0]));
    for (let t = 1; t <= 4; t++) {
      const sign = t % 2 === 1 ? 1 : -1;
      grad.data.set([0.3 * t * sign, -t * sign, 0]);
      recordUpdate(ops, optimiser, { param, grad, states, lr, counter });
      ops.run({ op: "advance", counter });
    }
    expected.forEach((value, i) => expect(param.data[i]).toBeCloseTo(value, 10));
  });

  it("throws RangeError when the optimiser has too few states", () => {
    const ops = new ReferenceOps();
    const one = ops.from("w", [1], [1]);
    const tensors = { param: one, grad: one, states: [], lr: one, counter: one };
    expect(() => recordUpdate(ops, { ...ADAM, name: "adam" }, tensors)).toThrow(RangeError);
  });
});

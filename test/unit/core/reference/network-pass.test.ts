import { expect, it } from "vitest";
import type { Activation } from "../../../../src/core/ops/activation.ts";
import { activationMove, activationSlope } from "../../../../src/core/reference/activations.ts";
import { rowLoss, rowLossDifference, rowLossGradient } from "../../../../src/core/reference/row-loss.ts";

const CROSS_ENTROPY = { loss: "crossEntropy", smoothing: 0, delta: 1, weights: null, ownLoss: null } as const;

it.each([18, 40, 90])("loss and gradient keep their digits where a class leads by %i", (lead) => {
  const out = [0, lead, 0];
  const expected = 2 * Math.exp(-lead);
  expect(rowLoss(CROSS_ENTROPY, out, [1]) / expected).toBeCloseTo(1, 6);
  const gradient = rowLossGradient(CROSS_ENTROPY, out, [1]);
  expect(gradient[0] / Math.exp(-lead)).toBeCloseTo(1, 6);
  expect(gradient[1] / -expected).toBeCloseTo(1, 6);
  const moves = { up: [0, 1e-100, 0], down: [0, -1e-100, 0] };
  expect(rowLossDifference(CROSS_ENTROPY, out, [1], moves) / 2e-100 / gradient[1]).toBeCloseTo(1, 6);
});

const ACTIVATIONS: readonly Activation[] = [
  { kind: "leakyRelu", slope: 0.1 },
  { kind: "tanh" },
  { kind: "sigmoid" },
  { kind: "gelu" },
  { kind: "softplus" },
];
it.each(ACTIVATIONS)("$kind moves by its slope, however small the step and far out", (activation) => {
  for (const x of [-30, -3, -0.2, 0.3, 2, 30, 1e5]) {
    for (const d of [1e-9, 1e-100]) {
      const slope = activationSlope(activation, x);
      const move = activationMove(activation, x, d) / d;
      expect(Math.abs(move - slope), `${activation.kind} at ${x}`).toBeLessThanOrEqual(
        1e-6 * Math.abs(slope),
      );
    }
  }
});

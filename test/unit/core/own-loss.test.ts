import { describe, expect, it } from "vitest";
import { lossMisfit, readOwnLoss } from "../../../src/core/expression/own-loss.ts";
import {
  rowLoss,
  rowLossDifference,
  rowLossGradient,
  type Criterion,
} from "../../../src/core/reference/row-loss.ts";
import { networkMisfit, networkOf, NOTEBOOK_NETWORK } from "../../../src/shared/specs/network-spec.ts";

const MSE: Criterion = { loss: "mse", smoothing: 0, delta: 1, weights: null, ownLoss: null };
const own = (forward: string, backward: string | null = null): Criterion => ({
  ...MSE,
  loss: "own",
  ownLoss: { name: "mine", forward, backward },
});

describe("a loss of one's own", () => {
  it("is judged row by row as the built-in twin", () => {
    const [out, targets] = [
      [0.3, -2, 4],
      [1, -1.5, 4.5],
    ];
    const mine = own("(y - t) ** 2");
    expect(rowLoss(mine, out, targets)).toBeCloseTo(rowLoss(MSE, out, targets), 14);
    expect([...rowLossGradient(mine, out, targets)]).toEqual([...rowLossGradient(MSE, out, targets)]);
  });

  it("differs between two close outputs without cancellation", () => {
    const moves = { up: [1e-9], down: [-1e-9] };
    const found = rowLossDifference(own("log((y - t) ** 2 + 1)"), [1.7], [0.2], moves);
    const slope = (2 * 1.5) / (1.5 ** 2 + 1);
    expect(Math.abs(found / (2e-9 * slope) - 1)).toBeLessThan(1e-12);
    // Over the kink it is the difference itself.
    expect(rowLossDifference(own("abs(y - t)"), [1], [1], { up: [0.001], down: [-0.003] })).toBeCloseTo(
      -0.002,
      12,
    );
  });

  it("says where its backward is not the slope, and what it must depend on", () => {
    expect(lossMisfit(readOwnLoss({ forward: "abs(y - t)", backward: "sign(y - t)" }))).toBeNull();
    expect(lossMisfit(readOwnLoss({ forward: "square(y - t)", backward: "y - t" }))).toMatchObject({
      y: 0.31,
      t: 0.17,
    });
    expect(() => readOwnLoss({ forward: "t", backward: null })).toThrow(/does not depend on y/);
    expect(() => readOwnLoss({ forward: "z", backward: null })).toThrow(
      /expected one of y, t, or a function/,
    );
  });

  it("belongs to the loss own of a spec, which is nothing without it", () => {
    const ownLoss = { name: "mine", forward: "(y - t) ** 2" };
    expect(networkMisfit({ ...NOTEBOOK_NETWORK, loss: "own" })).toMatch(/needs its formula/);
    expect(networkMisfit({ ...NOTEBOOK_NETWORK, ownLoss })).toMatch(/belongs to the loss "own"/);
    expect(networkMisfit({ ...NOTEBOOK_NETWORK, loss: "own", ownLoss })).toBe("");
    expect(networkOf({ ...NOTEBOOK_NETWORK, loss: "own", ownLoss }).ownLoss).toEqual({
      ...ownLoss,
      backward: null,
    });
  });
});

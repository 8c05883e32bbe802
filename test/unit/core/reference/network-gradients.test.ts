import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../../src/core/errors.ts";
import { networkGradients, uncertainOf } from "../../../../src/core/reference/network-gradients.ts";
import { referencePass } from "../../../../src/core/reference/network-pass.ts";
import { relativeDifference, smallNetwork } from "../small-network.ts";

/** One input, two hidden units. */
const tiny = (parameters: Readonly<Record<string, Float64Array>>) =>
  referencePass(
    {
      layers: [
        { type: "linear", in: 1, out: 2 },
        { type: "relu", shift: 0.5 },
        { type: "linear", in: 2, out: 1 },
      ],
      loss: "mse",
    },
    parameters,
  );

describe("networkGradients()", () => {
  it("gives the loss and gradients of a network worked out by hand", () => {
    // z = (1·2 + 1, 1·(−3) + 1) = (3, −2), relu − 0.5 = (2.5, −0.5), pred = 2.5·1 + (−0.5)·2 + 0.5 = 2.
    const pass = tiny({
      w1: Float64Array.of(2, -3),
      b1: Float64Array.of(1, 1),
      w2: Float64Array.of(1, 2),
      b2: Float64Array.of(0.5),
    });
    const dx = new Float64Array(1);
    const rows = { x: Float64Array.of(1), y: Float64Array.of(5) };
    const { loss, gradients, kinks } = networkGradients(pass, rows, { meanOver: 1, dx });
    expect(loss).toBe(9);
    expect(kinks).toBe(0);
    expect(gradients).toEqual({
      b2: Float64Array.of(-6),
      w2: Float64Array.of(-15, 3),
      b1: Float64Array.of(-6, 0),
      w1: Float64Array.of(-6, 0),
    });
    expect(Array.from(dx)).toEqual([-12]);
  });

  it("says by how much each gradient may differ where a unit lies at the relu's kink, summed over rows", () => {
    // z = (3, 0) and (−3, 0): the second unit lies at the kink in both rows. pred = 2.5 − 1 + 0.5 = 2, and −0.5 − 1 + 0.5 = −1.
    const pass = tiny({
      w1: Float64Array.of(3, 0),
      b1: Float64Array.of(0, 0),
      w2: Float64Array.of(1, 2),
      b2: Float64Array.of(0.5),
    });
    const dx = new Float64Array(2);
    const rows = { x: Float64Array.of(1, -1), y: Float64Array.of(5, 1) };
    const { kinks, allowances, xAllowances } = networkGradients(pass, rows, { meanOver: 2, dx });
    expect(kinks).toBe(2);
    // dpred = 2 · error / 2 = (−3, −2); dz = w2 · dpred = (−6, −4) for the unit at the kink.
    expect([...uncertainOf(allowances["b1"])]).toEqual([[1, 10]]);
    expect([...uncertainOf(allowances["w1"])]).toEqual([[1, 10]]);
    expect(uncertainOf(allowances["w2"]).size).toBe(0);
    expect(uncertainOf(allowances["b2"]).size).toBe(0);
    // Its weight is 0: x does not feel the side it falls on.
    expect(xAllowances.size).toBe(0);
  });

  it("adds up over blocks of rows", () => {
    const { pass, rows, count } = smallNetwork();
    const dx = new Float64Array(rows.x.length);
    const whole = networkGradients(pass, rows, { meanOver: count, dx });
    const dxParts = new Float64Array(rows.x.length);
    const parts = [
      [0, 20],
      [20, count],
    ].map(([begin, end]) =>
      networkGradients(
        pass,
        { x: rows.x.slice(begin * 13, end * 13), y: rows.y.slice(begin, end) },
        { meanOver: count, dx: dxParts.subarray(begin * 13, end * 13) },
      ),
    );
    expect(parts[0].loss + parts[1].loss).toBeCloseTo(whole.loss, 12);
    for (const [name, expected] of Object.entries(whole.gradients)) {
      const sum = expected.map((_, i) => parts[0].gradients[name][i] + parts[1].gradients[name][i]);
      expect(relativeDifference(sum, expected)).toBeLessThan(1e-12);
    }
    expect(dxParts).toEqual(dx);
  });

  it("throws ShapeError when dx or a weight does not fit", () => {
    const { network, parameters, pass, rows, count } = smallNetwork();
    const options = { meanOver: count, dx: new Float64Array(3) };
    expect(() => networkGradients(pass, rows, options)).toThrow(ShapeError);
    expect(() => referencePass(network, { ...parameters, b1: new Float64Array(1) })).toThrow(ShapeError);
  });
});

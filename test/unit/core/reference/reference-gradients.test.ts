import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../../src/core/errors.ts";
import { referenceGradients } from "../../../../src/core/reference/reference-gradients.ts";
import { relativeDifference, smallNetwork } from "../small-network.ts";

describe("referenceGradients()", () => {
  it("gives the loss and gradients of a network worked out by hand", () => {
    // z = (1·2 + 1, 1·(−3) + 1) = (3, −2), relu − 0.5 = (2.5, −0.5), pred = 2.5·1 + (−0.5)·2 + 0.5 = 2.
    const network = {
      ...{
        w1: Float64Array.of(2, -3),
        b1: Float64Array.of(1, 1),
        w2: Float64Array.of(1, 2),
        b2: Float64Array.of(0.5),
      },
      ...{ inFeatures: 1, hidden: 2, shift: 0.5 },
    };
    const dx = new Float64Array(1);
    const rows = { x: Float64Array.of(1), y: Float64Array.of(5) };
    const result = referenceGradients(network, rows, { meanOver: 1, dx });
    expect(result.loss).toBe(9);
    expect(Array.from(result.b2)).toEqual([-6]);
    expect(Array.from(result.w2)).toEqual([-15, 3]);
    expect(Array.from(result.b1)).toEqual([-6, 0]);
    expect(Array.from(result.w1)).toEqual([-6, 0]);
    expect(Array.from(dx)).toEqual([-12]);
  });

  it("adds up over blocks of rows", () => {
    const { network, rows, count } = smallNetwork();
    const dx = new Float64Array(rows.x.length);
    const whole = referenceGradients(network, rows, { meanOver: count, dx });
    const dxParts = new Float64Array(rows.x.length);
    const parts = [
      [0, 20],
      [20, count],
    ].map(([begin, end]) =>
      referenceGradients(
        network,
        { x: rows.x.slice(begin * 13, end * 13), y: rows.y.slice(begin, end) },
        { meanOver: count, dx: dxParts.subarray(begin * 13, end * 13) },
      ),
    );
    expect(parts[0].loss + parts[1].loss).toBeCloseTo(whole.loss, 12);
    for (const name of ["w1", "b1", "w2", "b2"] as const) {
      const sum = whole[name].map((_, i) => parts[0][name][i] + parts[1][name][i]);
      expect(relativeDifference(sum, whole[name])).toBeLessThan(1e-12);
    }
    expect(dxParts).toEqual(dx);
  });

  it("throws ShapeError when dx or a weight does not fit", () => {
    const { network, rows, count } = smallNetwork();
    const options = { meanOver: count, dx: new Float64Array(rows.x.length) };
    expect(() => referenceGradients(network, rows, { ...options, dx: new Float64Array(3) })).toThrow(
      ShapeError,
    );
    expect(() => referenceGradients({ ...network, b1: new Float64Array(1) }, rows, options)).toThrow(
      ShapeError,
    );
  });
});

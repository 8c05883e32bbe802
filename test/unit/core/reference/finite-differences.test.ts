import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../../src/core/errors.ts";
import { compareGradients, finishComparison } from "../../../../src/core/gradient-check.ts";
import {
  differenceStep,
  finiteDifferences,
  type DifferentiatedTensor,
} from "../../../../src/core/reference/finite-differences.ts";
import { referenceGradients } from "../../../../src/core/reference/reference-gradients.ts";
import type { ReferenceNetwork, ReferenceRows } from "../../../../src/core/reference/reference-network.ts";
import { relativeDifference, smallNetwork } from "../small-network.ts";

const NAMES = ["x", "w1", "b1", "w2", "b2"] as const;

/** The loss, computed from nothing but the formula. */
function lossOf(
  { w1, b1, w2, b2, inFeatures, hidden, shift }: ReferenceNetwork,
  { x, y }: ReferenceRows,
): number {
  let loss = 0;
  for (let row = 0; row < y.length; row++) {
    let pred = b2[0];
    for (let j = 0; j < hidden; j++) {
      let z = b1[j];
      for (let i = 0; i < inFeatures; i++) z += x[row * inFeatures + i] * w1[i * hidden + j];
      pred += (Math.max(z, 0) - shift) * w2[j];
    }
    loss += (pred - y[row]) ** 2 / y.length;
  }
  return loss;
}

/** Central difference by recomputing the whole loss twice. */
function naive(
  network: ReferenceNetwork,
  rows: ReferenceRows,
  tensor: DifferentiatedTensor,
  index: number,
): number {
  const values = tensor === "x" ? rows.x : network[tensor];
  const { up, down, width } = differenceStep(values[index]);
  const at = (step: number): number => {
    const moved = values.slice();
    moved[index] += step;
    return tensor === "x"
      ? lossOf(network, { ...rows, x: moved })
      : lossOf({ ...network, [tensor]: moved }, rows);
  };
  return (at(up) - at(down)) / width;
}

const everything = ({ network, rows }: { network: ReferenceNetwork; rows: ReferenceRows }) => {
  const all = (length: number): number[] => Array.from({ length }, (_, index) => index);
  return {
    x: all(rows.x.length),
    w1: all(network.w1.length),
    b1: all(network.b1.length),
    w2: all(network.w2.length),
    b2: all(1),
  };
};

describe("finiteDifferences()", () => {
  it("equals recomputing the whole loss for every coordinate", () => {
    const small = smallNetwork({ count: 11, inFeatures: 7 });
    const coordinates = everything(small);
    const { derivatives } = finiteDifferences(small.network, small.rows, {
      meanOver: 11,
      firstRow: 0,
      coordinates,
    });
    for (const name of NAMES) {
      const expected = coordinates[name].map((index) => naive(small.network, small.rows, name, index));
      expect(relativeDifference(derivatives[name], expected), name).toBeLessThan(1e-8);
    }
  });

  it("agrees with the backward pass of the reference", () => {
    const small = smallNetwork();
    const { network, rows, count } = small;
    const dx = new Float64Array(rows.x.length);
    const backward = { ...referenceGradients(network, rows, { meanOver: count, dx }), x: dx };
    const found = finiteDifferences(network, rows, {
      meanOver: count,
      firstRow: 0,
      coordinates: everything(small),
    });
    for (const name of NAMES) {
      expect(found.kinks[name].every((kinks) => kinks === 0)).toBe(true);
      expect(relativeDifference(found.derivatives[name], backward[name]), name).toBeLessThan(1e-7);
    }
  });

  it("passes the right backward pass, and catches one that is 1 % off, negated or averaged instead of summed", () => {
    const small = smallNetwork();
    const { network, rows, count } = small;
    const dx = new Float64Array(rows.x.length);
    const backward = { ...referenceGradients(network, rows, { meanOver: count, dx }), x: dx };
    const options = { meanOver: count, firstRow: 0, coordinates: everything(small) };
    const { derivatives } = finiteDifferences(network, rows, options);
    const passes = (name: DifferentiatedTensor, spoil: (g: number) => number): boolean =>
      finishComparison(compareGradients(backward[name].map(spoil), derivatives[name])).passed;
    for (const name of NAMES) {
      expect(
        passes(name, (g) => g),
        name,
      ).toBe(true);
      expect(
        passes(name, (g) => 1.01 * g),
        name,
      ).toBe(false);
      expect(
        passes(name, (g) => -g),
        name,
      ).toBe(false);
      expect(
        passes(name, (g) => g / count),
        name,
      ).toBe(false);
    }
  });

  it("adds up over blocks of rows; x counts from the first row of all the data", () => {
    const small = smallNetwork();
    const { network, rows, count } = small;
    const coordinates = everything(small);
    const whole = finiteDifferences(network, rows, { meanOver: count, firstRow: 0, coordinates });
    const parts = [
      [0, 10],
      [10, 11],
      [11, count],
    ].map(([begin, end]) =>
      finiteDifferences(
        network,
        { x: rows.x.slice(begin * 13, end * 13), y: rows.y.slice(begin, end) },
        { meanOver: count, firstRow: begin, coordinates },
      ),
    );
    for (const name of NAMES) {
      const sum = whole.derivatives[name].map((_, i) =>
        parts.reduce((s, part) => s + part.derivatives[name][i], 0),
      );
      expect(relativeDifference(sum, whole.derivatives[name]), name).toBeLessThan(1e-12);
    }
  });

  it("counts the rows whose step crosses a relu kink", () => {
    const { network, rows } = smallNetwork({ count: 3, inFeatures: 1, hidden: 1 });
    // Row 1 has z = 0 exactly, the others lie far from it.
    const kinked = { ...network, w1: Float64Array.of(1), b1: Float64Array.of(0) };
    const { kinks } = finiteDifferences(
      kinked,
      { ...rows, x: Float64Array.of(2, 0, -3) },
      { meanOver: 3, firstRow: 0, coordinates: { x: [0, 1, 2], w1: [0], b1: [0], w2: [0], b2: [0] } },
    );
    expect(Array.from(kinks.x)).toEqual([0, 1, 0]);
    // x of row 1 is 0, so w1 does not move its z.
    expect([kinks.w1, kinks.b1, kinks.w2, kinks.b2].map(([rowsCrossed]) => rowsCrossed)).toEqual([
      0, 1, 0, 0,
    ]);
  });

  it("throws for coordinates and lengths that do not fit", () => {
    const { network, rows, count } = smallNetwork();
    const none = { x: [], w1: [], b1: [], w2: [], b2: [] };
    const options = { meanOver: count, firstRow: 0 };
    expect(() => finiteDifferences(network, rows, { ...options, coordinates: { ...none, b2: [1] } })).toThrow(
      RangeError,
    );
    expect(() => finiteDifferences(network, rows, { ...options, coordinates: { ...none, x: [-1] } })).toThrow(
      RangeError,
    );
    expect(() =>
      finiteDifferences(network, { ...rows, y: rows.y.slice(1) }, { ...options, coordinates: none }),
    ).toThrow(ShapeError);
  });
});

describe("differenceStep()", () => {
  it.each([0, 0.3, -5, 1e6])("takes a step around %f that float64 holds exactly", (value) => {
    const { up, down, width } = differenceStep(value);
    expect(value + up - (value + down)).toBe(width);
    expect(up / (1e-5 * Math.max(1, Math.abs(value)))).toBeCloseTo(1, 4);
  });
});

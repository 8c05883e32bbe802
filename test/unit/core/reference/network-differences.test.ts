import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../../src/core/errors.ts";
import { compareGradients, finishComparison } from "../../../../src/core/gradient-check.ts";
import type { PlainNetwork } from "../../../../src/core/network/network.ts";
import { normal } from "../../../../src/core/random/normal.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";
import { differenceStep, networkDifferences } from "../../../../src/core/reference/network-differences.ts";
import { networkGradients, type NetworkRows } from "../../../../src/core/reference/network-gradients.ts";
import { referencePass, type ReferencePass } from "../../../../src/core/reference/network-pass.ts";
import { relativeDifference, smallNetwork, type SmallNetwork } from "../small-network.ts";

const NAMES = ["x", "w1", "b1", "w2", "b2"] as const;
type Name = (typeof NAMES)[number];

/** The notebook's loss, computed from nothing but the formula. */
function lossOf({ w1, b1, w2, b2 }: SmallNetwork["parameters"], { x, y }: NetworkRows): number {
  const [hidden, inputs] = [b1.length, w1.length / b1.length];
  let loss = 0;
  for (let row = 0; row < y.length; row++) {
    let pred = b2[0];
    for (let j = 0; j < hidden; j++) {
      let z = b1[j];
      for (let i = 0; i < inputs; i++) z += x[row * inputs + i] * w1[i * hidden + j];
      pred += (Math.max(z, 0) - 0.5) * w2[j];
    }
    loss += (pred - y[row]) ** 2 / y.length;
  }
  return loss;
}

/** Central difference by recomputing the whole loss twice. */
function naive({ parameters, rows }: SmallNetwork, tensor: Name, index: number): number {
  const values = tensor === "x" ? rows.x : parameters[tensor];
  const { up, down, width } = differenceStep(values[index]);
  const at = (step: number): number => {
    const moved = values.slice();
    moved[index] += step;
    return tensor === "x"
      ? lossOf(parameters, { ...rows, x: moved })
      : lossOf({ ...parameters, [tensor]: moved }, rows);
  };
  return (at(up) - at(down)) / width;
}

const all = (length: number): number[] => Array.from({ length }, (_, index) => index);

const everything = (
  parameters: Readonly<Record<string, Float64Array>>,
  { x }: NetworkRows,
): Readonly<Record<string, number[]>> => ({
  x: all(x.length),
  ...Object.fromEntries(Object.entries(parameters).map(([name, { length }]) => [name, all(length)])),
});

function backwardOf(pass: ReferencePass, rows: NetworkRows): Readonly<Record<string, Float64Array>> {
  const dx = new Float64Array(rows.x.length);
  return { ...networkGradients(pass, rows, { meanOver: rows.y.length, dx }).gradients, x: dx };
}

/** A relu that gives 0 where nothing comes through. */
const withoutShift = (layer: PlainNetwork["layers"][number]): PlainNetwork["layers"][number] =>
  layer.type === "relu" ? { ...layer, shift: 0 } : layer;

describe("networkDifferences()", () => {
  it("equals recomputing the whole loss for every coordinate", () => {
    const small = smallNetwork({ count: 11, inFeatures: 7 });
    const coordinates = everything(small.parameters, small.rows);
    const options = { meanOver: 11, firstRow: 0, coordinates };
    const { derivatives } = networkDifferences(small.pass, small.rows, options);
    for (const name of NAMES) {
      const expected = coordinates[name].map((index) => naive(small, name, index));
      expect(relativeDifference(derivatives[name], expected), name).toBeLessThan(1e-8);
    }
  });

  it("agrees with the backward pass of the reference", () => {
    const { pass, parameters, rows, count } = smallNetwork();
    const backward = backwardOf(pass, rows);
    const coordinates = everything(parameters, rows);
    const found = networkDifferences(pass, rows, { meanOver: count, firstRow: 0, coordinates });
    for (const name of NAMES) {
      expect(found.kinks[name].every((kinks) => kinks === 0)).toBe(true);
      expect(relativeDifference(found.derivatives[name], backward[name]), name).toBeLessThan(1e-7);
    }
  });

  it.each(["mse", "mseOneHot", "crossEntropy"] as const)(
    "agrees with it in a deep network with %s",
    (loss) => {
      const out = loss === "mse" ? 1 : 4;
      const network: PlainNetwork = {
        layers: [
          { type: "linear", in: 6, out: 5 },
          { type: "activation", activation: { kind: "tanh" } },
          { type: "linear", in: 5, out: 7 },
          { type: "activation", activation: { kind: "gelu" } },
          { type: "linear", in: 7, out },
        ],
        loss,
      };
      const stream = randomStream(3);
      const parameters = Object.fromEntries(
        Object.entries({ w1: 30, b1: 5, w2: 35, b2: 7, w3: 7 * out, b3: out }).map(([name, length]) => [
          name,
          normal(stream, length),
        ]),
      );
      const rows = { x: normal(stream, 9 * 6), y: Float64Array.from(all(9), (row) => row % 4) };
      const pass = referencePass(network, parameters);
      const backward = backwardOf(pass, rows);
      const coordinates = everything(parameters, rows);
      const { derivatives } = networkDifferences(pass, rows, { meanOver: 9, firstRow: 0, coordinates });
      for (const [name, values] of Object.entries(derivatives)) {
        expect(relativeDifference(values, backward[name]), name).toBeLessThan(1e-7);
      }
    },
  );

  it("passes the right backward pass, and catches one that is 1 % off, negated or averaged instead of summed", () => {
    const { pass, parameters, rows, count } = smallNetwork();
    const backward = backwardOf(pass, rows);
    const options = { meanOver: count, firstRow: 0, coordinates: everything(parameters, rows) };
    const { derivatives } = networkDifferences(pass, rows, options);
    const passes = (name: Name, spoil: (g: number) => number): boolean =>
      finishComparison(compareGradients(backward[name].map(spoil), derivatives[name])).passed;
    const spoilers: readonly (readonly [boolean, (g: number) => number])[] = [
      [true, (g) => g],
      [false, (g) => 1.01 * g],
      [false, (g) => -g],
      [false, (g) => g / count],
    ];
    for (const name of NAMES) {
      for (const [expected, spoil] of spoilers) expect(passes(name, spoil), name).toBe(expected);
    }
  });

  it("adds up over blocks of rows; x counts from the first row of all the data", () => {
    const { pass, parameters, rows, count } = smallNetwork();
    const coordinates = everything(parameters, rows);
    const whole = networkDifferences(pass, rows, { meanOver: count, firstRow: 0, coordinates });
    const parts = [
      [0, 10],
      [10, 11],
      [11, count],
    ].map(([begin, end]) =>
      networkDifferences(
        pass,
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
    const { network, parameters, rows } = smallNetwork({ count: 3, inFeatures: 1, hidden: 1 });
    // Row 1 has z = 0 exactly, the others lie far from it.
    const kinked = referencePass(network, {
      ...parameters,
      w1: Float64Array.of(1),
      b1: Float64Array.of(0),
    });
    const { kinks } = networkDifferences(
      kinked,
      { ...rows, x: Float64Array.of(2, 0, -3) },
      { meanOver: 3, firstRow: 0, coordinates: { x: [0, 1, 2], w1: [0], b1: [0], w2: [0], b2: [0] } },
    );
    expect(Array.from(kinks["x"])).toEqual([0, 1, 0]);
    // x of row 1 is 0, so w1 does not move its z.
    expect(["w1", "b1", "w2", "b2"].map((name) => kinks[name][0])).toEqual([0, 1, 0, 0]);
  });

  it("is the derivative of a loss of one's own where all that is predicted is exactly 0, however small the step", () => {
    const { network, parameters, rows, count } = smallNetwork();
    const ownLoss = { name: "squared", forward: "(y - t) ** 2", backward: null };
    const still = { ...parameters, w2: parameters.w2.map(() => 0), b2: Float64Array.of(0) };
    const options = { meanOver: count, firstRow: 0, coordinates: { b2: [0], w2: [0, 1] }, step: 1e-20 };
    const differences = (loss: PlainNetwork) =>
      networkDifferences(referencePass(loss, still), rows, options).derivatives;
    const plain: PlainNetwork = { ...network, layers: network.layers.map(withoutShift) };
    const own = differences({ ...plain, loss: "own", ownLoss });
    const mse = differences(plain);
    expect(Math.abs(own["b2"][0])).toBeGreaterThan(0.01);
    for (const name of ["b2", "w2"]) {
      expect(relativeDifference(own[name], mse[name]), name).toBeLessThan(1e-12);
    }
  });

  it("throws for coordinates, tensors and lengths that do not fit", () => {
    const { pass, rows, count } = smallNetwork();
    const at = (coordinates: Readonly<Record<string, readonly number[]>>, y = rows.y) =>
      networkDifferences(pass, { ...rows, y }, { meanOver: count, firstRow: 0, coordinates });
    expect(() => at({ b2: [1] })).toThrow(RangeError);
    expect(() => at({ x: [-1] })).toThrow(RangeError);
    expect(() => at({ w3: [0] })).toThrow(RangeError);
    expect(() => at({}, rows.y.slice(1))).toThrow(ShapeError);
  });
});

describe("differenceStep()", () => {
  it.each([0, 0.3, -5, 1e6])("takes a step around %f that float64 holds exactly", (value) => {
    const { up, down, width } = differenceStep(value);
    expect(value + up - (value + down)).toBe(width);
    expect(up / (1e-5 * Math.max(1, Math.abs(value)))).toBeCloseTo(1, 4);
  });
});

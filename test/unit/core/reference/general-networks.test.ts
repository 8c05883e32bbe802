import { describe, expect, it } from "vitest";
import { buildNetwork } from "../../../../src/core/network/build-network.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";
import {
  directionDifferences,
  fullDifference,
  networkDifferences,
} from "../../../../src/core/reference/network-differences.ts";
import { networkGradients, type NetworkRows } from "../../../../src/core/reference/network-gradients.ts";
import { referencePass, type ReferencePass } from "../../../../src/core/reference/network-pass.ts";
import { rowWeight } from "../../../../src/core/reference/row-loss.ts";
import { parameterShapes } from "../../../../src/core/network/network.ts";
import { generalNetwork, type GeneralNetwork } from "../../../integration/lab/general-networks.ts";
import { relativeDifference } from "../small-network.ts";

const NUMBERS = Array.from({ length: 36 }, (_, number) => number);

/** By the ops of the autograd in float64, which the reference shares nothing with. */
function byTape({ network, parameters, x, y, rows, yShape }: GeneralNetwork) {
  const ops = new ReferenceOps();
  const shapes = new Map(parameterShapes(network).map(({ name, shape }) => [name, shape]));
  const built = buildNetwork(
    ops,
    network,
    {
      x: ops.from("x", [rows, x.length / rows], x),
      y: ops.from("y", yShape, y),
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, values]) => [
          name,
          ops.from(name, shapes.get(name) ?? [], values),
        ]),
      ),
    },
    { counter: ops.from("steps", [1], [0], "float64"), seed: 0 },
  );
  const gradients = built.backward();
  return { loss: built.loss.data[0], gradients };
}

const passOf = ({ network, parameters }: GeneralNetwork): ReferencePass =>
  referencePass(
    network,
    Object.fromEntries(Object.entries(parameters).map(([name, list]) => [name, Float64Array.from(list)])),
  );
const meanOverOf = (pass: ReferencePass, { y, rows }: GeneralNetwork): number =>
  Array.from({ length: rows }, (_, n) => rowWeight(pass, [y[n]])).reduce((sum, one) => sum + one, 0);

describe("the reference of networks with norms, dropout and blocks", () => {
  it.each(NUMBERS)("gives the tape's loss and gradients, network %i", (number) => {
    const given = generalNetwork(number);
    const pass = passOf(given);
    const dx = new Float64Array(given.x.length);
    const found = networkGradients(pass, given, { meanOver: meanOverOf(pass, given), dx });
    const expected = byTape(given);
    expect(found.loss / expected.loss, given.title).toBeCloseTo(1, 6);
    const scale = Math.max(
      ...Object.values(expected.gradients).flatMap(({ data }) => Array.from(data, Math.abs)),
    );
    for (const [name, { data }] of Object.entries(expected.gradients)) {
      const ours = name === "x" ? dx : found.gradients[name];
      const difference = Math.max(...Array.from(data, (value, i) => Math.abs(value - ours[i])));
      expect(difference / scale, `${given.title}: ${name}`).toBeLessThan(1e-6);
    }
  });

  it.each(NUMBERS)("is what differences say, along coordinates and directions, network %i", (number) => {
    const given = generalNetwork(number);
    const pass = passOf(given);
    const meanOver = meanOverOf(pass, given);
    const rows: NetworkRows = given;
    const dx = new Float64Array(given.x.length);
    const { gradients } = networkGradients(pass, rows, { meanOver, dx });
    const all: Record<string, Float64Array> = { x: dx, ...gradients };
    const coordinates = Object.fromEntries(
      Object.entries(all).map(([name, { length }]) => [name, [0, length >> 1, length - 1]]),
    );
    const found = networkDifferences(pass, rows, { meanOver, firstRow: 0, coordinates, step: 1e-100 });
    const sizes = Object.values(all).flatMap((list) => Array.from(list, Math.abs));
    const scale = Math.max(...sizes);
    for (const [name, chosen] of Object.entries(coordinates)) {
      chosen.forEach((coordinate, i) => {
        const difference = Math.abs(found.derivatives[name][i] - all[name][coordinate]);
        expect(difference / scale, `${given.title}: ${name}[${coordinate}]`).toBeLessThan(1e-10);
      });
      const values = Float64Array.from(all[name], (_, i) => Math.sin(i + 1));
      const [along] = directionDifferences(pass, rows, [{ tensor: name, step: 1e-100, values }], {
        meanOver,
      });
      const dot = all[name].reduce((sum, value, i) => sum + value * values[i], 0);
      expect(Math.abs(along - dot) / scale, `${given.title}: along ${name}`).toBeLessThan(1e-9);
    }
    const moved = (by: number): ReferencePass => {
      const w1 = Float64Array.from(given.parameters.w1);
      w1[0] += by;
      return passOf({ ...given, parameters: { ...given.parameters, w1: w1 as unknown as Float32Array } });
    };
    const [up, down] = [moved(1e-6), moved(-1e-6)].map((one) => ({ pass: one, x: given.x }));
    const full = fullDifference(up, down, given.y, { meanOver, width: 2e-6 });
    expect(Math.abs(full - all.w1[0]) / scale, `${given.title}: full`).toBeLessThan(1e-4);
  });

  it("bounds what a computation in float32 has rounded", () => {
    for (const number of NUMBERS) {
      const given = generalNetwork(number);
      const pass = passOf(given);
      const dx = new Float64Array(given.x.length);
      const size = given.x.length;
      const [xRounding, xKinks] = [new Float32Array(size), new Float32Array(size)];
      const found = networkGradients(pass, given, {
        meanOver: meanOverOf(pass, given),
        dx,
        rounding: { arithmetic: "engine", xRounding, xKinks },
      });
      const plain = networkGradients(pass, given, { meanOver: meanOverOf(pass, given), dx });
      for (const [name, bounds] of Object.entries(found.rounding)) {
        expect(relativeDifference(found.gradients[name], plain.gradients[name]) || 0).toBe(0);
        expect(
          bounds.every((bound) => Number.isFinite(bound) && bound > 0),
          `${given.title}: ${name}`,
        ).toBe(true);
        // Generous, but no excuse for a mistake of a tenth.
        const norm = (list: Float64Array): number => Math.hypot(...list);
        if (norm(plain.gradients[name]) > 1e-4) {
          expect(norm(bounds) / norm(plain.gradients[name]), `${given.title}: ${name}`).toBeLessThan(0.1);
        }
      }
    }
  });
});

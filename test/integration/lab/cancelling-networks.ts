import type { BuiltInActivation } from "../../../src/core/ops/activation.ts";
import type { LossName, PlainLayer, PlainNetwork } from "../../../src/core/network/network.ts";
import { parameterNames, parameterShapes } from "../../../src/core/network/network.ts";
import { numelOf } from "../../../src/core/ops/recording-ops.ts";
import { normal } from "../../../src/core/random/normal.ts";
import { randomStream, type RandomStream } from "../../../src/core/random/random-stream.ts";
import { networkGradients } from "../../../src/core/reference/network-gradients.ts";
import { forwardRow, referencePass } from "../../../src/core/reference/network-pass.ts";

type Parameters = Record<string, Float32Array>;

/** A correct network whose gradients cancel, vanish, or lie at kinks. */
export interface CancellingNetwork {
  readonly title: string;
  readonly network: PlainNetwork;
  readonly parameters: Parameters;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

const pick = <T>(stream: RandomStream, from: readonly T[]): T =>
  from[Math.floor(stream.next() * from.length)];
const between = (stream: RandomStream, low: number, high: number): number =>
  low + Math.floor(stream.next() * (high - low + 1));

const elementwise = (kind: BuiltInActivation["kind"] | "relu"): PlainLayer =>
  kind === "relu"
    ? { type: "relu", shift: 0 }
    : {
        type: "activation",
        activation: kind === "leakyRelu" ? { kind, slope: 0.1 } : { kind },
      };

const ANY = ["relu", "leakyRelu", "tanh", "sigmoid", "gelu", "softplus"] as const;

function networkOf(
  widths: readonly number[],
  kinds: readonly (typeof ANY)[number][],
  loss: LossName,
): PlainNetwork {
  const layers = widths
    .slice(1)
    .flatMap((out, index): PlainLayer[] => [
      { type: "linear", in: widths[index], out },
      ...(index < widths.length - 2 ? [elementwise(kinds[index % kinds.length])] : []),
    ]);
  return { layers, loss };
}

const filled = (
  network: PlainNetwork,
  valuesOf: (name: string, size: number, fanIn: number) => Float32Array,
): Parameters =>
  Object.fromEntries(
    parameterShapes(network).map(({ name, shape }) => [name, valuesOf(name, numelOf(shape), shape[0])]),
  );

/** Kaiming normal times `factor`, biases 0. */
const drawn = (stream: RandomStream, network: PlainNetwork, factor = 1): Parameters =>
  filled(network, (name, size, fanIn) =>
    name.startsWith("b")
      ? new Float32Array(size)
      : Float32Array.from(normal(stream, size), (value) => value * factor * Math.sqrt(2 / fanIn)),
  );

const passOf = (network: PlainNetwork, parameters: Parameters) =>
  referencePass(
    network,
    Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, Float64Array.from(values)])),
  );

/** Full-batch Adam in float64, rounded at the end: gradients of what has converged are small differences. */
function trained({ network, parameters, x, y }: Omit<CancellingNetwork, "title">, steps: number): Parameters {
  const values = Object.fromEntries(
    Object.entries(parameters).map(([name, list]) => [name, Float64Array.from(list)]),
  );
  const state = Object.fromEntries(
    Object.entries(values).map(([name, { length }]) => [
      name,
      { m: new Float64Array(length), v: new Float64Array(length) },
    ]),
  );
  const dx = new Float64Array(x.length);
  for (let step = 1; step <= steps; step++) {
    const { gradients } = networkGradients(
      referencePass(network, values),
      { x, y },
      { meanOver: y.length, dx },
    );
    const lr = 0.02 * (1 - step / (steps + 1));
    for (const [name, gradient] of Object.entries(gradients)) {
      const { m, v } = state[name];
      gradient.forEach((g, i) => {
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.99 * v[i] + 0.01 * g * g;
        values[name][i] -= (lr * (m[i] / (1 - 0.9 ** step))) / (Math.sqrt(v[i] / (1 - 0.99 ** step)) + 1e-12);
      });
    }
  }
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, Float32Array.from(list)]));
}

/** Moves biases so that one row lies on the kink of a unit of hidden layer `layer`, but for what float32 rounds. */
function atKink(
  given: Omit<CancellingNetwork, "title">,
  layer: number,
  row: number,
  unitOf: (units: number) => number,
): void {
  const { network, parameters, x, y } = given;
  const pass = passOf(network, parameters);
  const inputs = x.length / y.length;
  const values = forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs));
  const z = values[2 * layer + 1];
  const bias = parameters[parameterNames(layer).bias];
  const unit = unitOf(z.length);
  bias[unit] = bias[unit] - z[unit];
}

const KINDS = [
  "constant",
  "zeros",
  "partly zeros",
  "trained to a minimum",
  "saturated",
  "tiny weights",
  "vanishing",
  "rows at kinks",
  "zero rows",
  "plain normal",
  "tiny loss",
  "one row",
] as const;

/** Number `number` of a list without an end: every kind in turn, each different. */
export function cancellingNetwork(number: number): CancellingNetwork {
  const stream = randomStream(14, number);
  const kind = KINDS[number % KINDS.length];
  const loss = pick(stream, ["mse", "mseOneHot", "crossEntropy"] as const);
  const out = loss === "mse" ? 1 : 10;
  const inputs = between(stream, 8, 60);
  const rows = kind === "one row" ? 1 : pick(stream, [3, 16, 64]);
  const hidden = Array.from({ length: between(stream, 1, 4) }, () => between(stream, 2, 24));
  const widths = [inputs, ...hidden, out];
  const kinds = hidden.map(() => pick(stream, ANY));
  const x = Float32Array.from(normal(stream, rows * inputs));
  const y = Float32Array.from({ length: rows }, () => between(stream, 0, 9));
  const made = (network: PlainNetwork, parameters: Parameters, what: string = kind): CancellingNetwork => ({
    title: `${number} ${what}, ${widths.join("-")}, ${kinds.join(" ")}, ${network.loss}, ${rows} rows`,
    network,
    parameters,
    x,
    y,
  });
  const network = networkOf(widths, kinds, loss);
  switch (kind) {
    case "constant":
    case "zeros": {
      const value = kind === "zeros" ? 0 : 0.01;
      return made(
        network,
        filled(network, (name, size) => new Float32Array(size).fill(name.startsWith("b") ? 0 : value)),
      );
    }
    case "partly zeros": {
      const parameters = drawn(stream, network);
      const { weight } = parameterNames(between(stream, 0, hidden.length));
      parameters[weight].fill(pick(stream, [0, 0.01]));
      return made(network, parameters);
    }
    case "trained to a minimum": {
      const start = made(network, drawn(stream, network));
      return made(network, trained(start, 150));
    }
    case "saturated": {
      const factor = pick(stream, [30, 100, 1000]);
      const saturating = networkOf(widths, [pick(stream, ["sigmoid", "tanh", "gelu"] as const)], loss);
      return made(saturating, drawn(stream, saturating, factor), `saturated × ${factor}`);
    }
    case "tiny weights": {
      const factor = pick(stream, [1e-3, 1e-6]);
      return made(network, drawn(stream, network, factor), `tiny weights × ${factor}`);
    }
    case "vanishing": {
      const depth = pick(stream, [10, 30, 100]);
      const deep = networkOf([inputs, ...new Array<number>(depth).fill(8), out], ["sigmoid"], loss);
      return made(deep, drawn(stream, deep), `${depth} sigmoids`);
    }
    case "rows at kinks": {
      const kinked = networkOf(widths, [pick(stream, ["relu", "leakyRelu"] as const)], loss);
      const given = made(kinked, drawn(stream, kinked));
      hidden.forEach((_, layer) => {
        atKink(given, layer, between(stream, 0, rows - 1), (units) => between(stream, 0, units - 1));
      });
      return given;
    }
    case "zero rows": {
      for (let row = 0; row < rows; row += 3) x.fill(0, row * inputs, (row + 1) * inputs);
      const kinked = networkOf(widths, [pick(stream, ["relu", "leakyRelu"] as const)], loss);
      return made(kinked, drawn(stream, kinked));
    }
    case "plain normal":
      return made(
        network,
        filled(network, (name, size) =>
          name.startsWith("b") ? new Float32Array(size) : Float32Array.from(normal(stream, size)),
        ),
      );
    case "tiny loss":
    case "one row": {
      // The last bias answers one row nearly right: cross entropy down to e^-90, squared errors near 1e-8.
      y.fill(y[0]);
      const parameters = drawn(stream, network, 1e-2);
      const pass = passOf(network, parameters);
      const reached = forwardRow(pass, x.subarray(0, inputs))[pass.layers.length];
      const bias = parameters[parameterNames(hidden.length).bias];
      if (loss === "crossEntropy") bias[y[0]] += pick(stream, [18, 40, 90]);
      else
        for (let c = 0; c < out; c++) bias[c] += (out === 1 ? y[0] : Number(c === y[0])) - reached[c] + 1e-4;
      return made(network, parameters);
    }
  }
}

/**
 * Number `number` of networks in which every row lies at a kink of every hidden layer: which side it is on is decided by
 * float32 rounding, in the second layer and deeper by that of the layers before, whose own sides are open, too.
 */
export function deeplyKinkedNetwork(number: number): CancellingNetwork {
  const stream = randomStream(140, number);
  const loss = pick(stream, ["mse", "mseOneHot", "crossEntropy"] as const);
  const kind = pick(stream, ["relu", "leakyRelu"] as const);
  const rows = between(stream, 2, 8);
  const inputs = between(stream, 8, 60);
  const hidden = Array.from({ length: between(stream, 2, 5) }, () => between(stream, rows, 24));
  const widths = [inputs, ...hidden, loss === "mse" ? 1 : 10];
  const network = networkOf(widths, [kind], loss);
  const x = Float32Array.from(normal(stream, rows * inputs));
  const y = Float32Array.from({ length: rows }, () => between(stream, 0, 9));
  const given = { network, parameters: drawn(stream, network), x, y };
  hidden.forEach((_, layer) => {
    // A unit's bias puts one row at its kink.
    for (let row = 0; row < rows; row++) atKink(given, layer, row, () => row);
  });
  return { title: `${number} kinks in ${widths.join("-")}, ${kind}, ${loss}, ${rows} rows`, ...given };
}

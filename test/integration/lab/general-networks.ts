import { withFixedMasks } from "../../../src/core/network/dropout-mask.ts";
import {
  LOSS_NAMES,
  networkTitle,
  parameterShapes,
  type Layer,
  type Network,
} from "../../../src/core/network/network.ts";
import { numelOf } from "../../../src/core/ops/recording-ops.ts";
import { normal } from "../../../src/core/random/normal.ts";
import { randomStream, type RandomStream } from "../../../src/core/random/random-stream.ts";

/** A correct network with dropout, norms, residual blocks and products, and any loss. */
export interface GeneralNetwork {
  readonly title: string;
  readonly network: Network;
  readonly parameters: Record<string, Float32Array>;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly rows: number;
  readonly yShape: readonly number[];
}

const pick = <T>(stream: RandomStream, from: readonly T[]): T =>
  from[Math.floor(stream.next() * from.length)];
const between = (stream: RandomStream, low: number, high: number): number =>
  low + Math.floor(stream.next() * (high - low + 1));

const OWN_LOSSES = [
  { name: "cauchy", forward: "log((y - t) ** 2 + 1)", backward: null },
  { name: "size", forward: "abs(y - t)", backward: "sign(y - t)" },
  { name: "tilted", forward: "maximum(0.7 * (y - t), -0.3 * (y - t)) + 0.1 * tanh(y)", backward: null },
];

function activationOf(stream: RandomStream): Layer {
  const kind = pick(stream, ["relu", "leakyRelu", "tanh", "sigmoid", "gelu", "softplus"] as const);
  if (kind === "relu") return { type: "relu", shift: 0 };
  return { type: "activation", activation: kind === "leakyRelu" ? { kind, slope: 0.1 } : { kind } };
}

const normOf = (stream: RandomStream, features: number): Layer =>
  stream.next() < 0.5
    ? { type: "batchNorm", features, momentum: 0.1, eps: 1e-5 }
    : { type: "layerNorm", features, eps: 1e-5 };

/** A gate of two branches, or of x and one. */
function productOf(stream: RandomStream, width: number): Layer {
  const branch = (): Layer[] => [
    ...(stream.next() < 0.3 ? [normOf(stream, width)] : []),
    { type: "linear", in: width, out: width },
    ...(stream.next() < 0.5 ? [activationOf(stream)] : []),
    ...(stream.next() < 0.3 ? [{ type: "dropout", rate: 0.2 } as const] : []),
  ];
  return { type: "product", left: stream.next() < 0.3 ? [] : branch(), right: branch() };
}

/** Number `number` of a list without an end. */
export function generalNetwork(number: number): GeneralNetwork {
  const stream = randomStream(18, number);
  const [inputs, width] = [between(stream, 2, 20), between(stream, 4, 16)];
  const rows = pick(stream, [4, 16, 40]);
  const loss = LOSS_NAMES[number % LOSS_NAMES.length];
  const classes = loss === "mseOneHot" || loss === "crossEntropy";
  const outputs = classes ? between(stream, 2, 6) : between(stream, 1, 3);
  const middle: Layer[] = [];
  const layers = between(stream, 1, 3);
  for (let i = 0; i < layers; i++) {
    const kind = pick(stream, ["norm", "dropout", "residual", "product", "plain"] as const);
    if (kind === "norm") middle.push(normOf(stream, width));
    if (kind === "dropout") middle.push({ type: "dropout", rate: 0.3 });
    if (kind === "plain") middle.push({ type: "linear", in: width, out: width });
    if (kind === "residual") {
      middle.push({
        type: "residual",
        layers: [
          { type: "linear", in: width, out: width },
          ...(stream.next() < 0.5 ? [normOf(stream, width)] : []),
          activationOf(stream),
          ...(stream.next() < 0.5 ? [{ type: "dropout", rate: 0.2 } as const] : []),
          { type: "linear", in: width, out: width },
        ],
      });
    }
    if (kind === "product") {
      const gates = productOf(stream, width);
      middle.push(stream.next() < 0.5 ? gates : { type: "residual", layers: [normOf(stream, width), gates] });
    }
    middle.push(activationOf(stream));
  }
  const weighted = stream.next() < 0.5 && (loss === "crossEntropy" || loss === "binaryCrossEntropy");
  const network = withFixedMasks(
    {
      layers: [
        ...(stream.next() < 0.2 ? [normOf(stream, inputs)] : []),
        { type: "linear", in: inputs, out: width },
        ...middle,
        { type: "linear", in: width, out: outputs },
      ],
      loss,
      smoothing: loss === "crossEntropy" && stream.next() < 0.5 ? 0.1 : 0,
      delta: pick(stream, [0.3, 1, 5]),
      ...(loss === "own" ? { ownLoss: OWN_LOSSES[number % OWN_LOSSES.length] } : {}),
      ...(weighted ? { classWeights: Array.from({ length: outputs }, () => 0.5 + 2 * stream.next()) } : {}),
    },
    number,
  );
  const parameters = Object.fromEntries(
    parameterShapes(network).map(({ name, shape, begin }) => {
      const drawn = normal(stream, numelOf(shape));
      const values = drawn.map((value, i) => {
        if (name.startsWith("gain")) return 1 + 0.3 * value;
        if (begin !== null && !name.startsWith("shift")) return begin(i);
        return shape.length === 1 ? 0.3 * value : value * Math.sqrt(2 / shape[0]);
      });
      return [name, Float32Array.from(values)];
    }),
  );
  const asClass = classes || (loss === "binaryCrossEntropy" && outputs > 1 && stream.next() < 0.5);
  const perRow = asClass ? 1 : outputs;
  const y = Float32Array.from({ length: rows * perRow }, () => {
    if (asClass) return between(stream, 0, outputs - 1);
    return loss === "binaryCrossEntropy" ? between(stream, 0, 1) : 4 * stream.next() - 2;
  });
  return {
    title: `${number}: ${networkTitle(network)}${weighted ? ", weighted" : ""}, ${rows} rows`,
    network,
    parameters,
    x: Float32Array.from(normal(stream, rows * inputs)),
    y,
    rows,
    yShape: perRow === 1 ? [rows] : [rows, perRow],
  };
}

import type { StageTensors } from "../../../src/core/stages/stage.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../src/core/ops/reference-tensor.ts";
import { normal } from "../../../src/core/random/normal.ts";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import type { NetworkRows } from "../../../src/core/reference/network-gradients.ts";
import { referencePass, type ReferencePass } from "../../../src/core/reference/network-pass.ts";
import type { PlainNetwork } from "../../../src/core/network/network.ts";

type WeightName = "w1" | "b1" | "w2" | "b2";

/** A network of odd sizes on random data, for the stages and for the reference. */
export interface SmallNetwork {
  readonly network: PlainNetwork;
  readonly parameters: Readonly<Record<WeightName, Float64Array>>;
  readonly pass: ReferencePass;
  readonly rows: NetworkRows;
  readonly count: number;
  readonly ops: ReferenceOps;
  readonly tensors: StageTensors<ReferenceTensor>;
}

export function smallNetwork({
  seed = 7,
  count = 37,
  inFeatures = 13,
  hidden = 5,
  shift = 0.5,
} = {}): SmallNetwork {
  const stream = randomStream(seed);
  const x = normal(stream, count * inFeatures);
  const y = normal(stream, count).map((value) => 4 + 2 * value);
  const parameters = {
    w1: normal(stream, inFeatures * hidden).map((value) => value / 2),
    b1: normal(stream, hidden).map((value) => value / 4),
    w2: normal(stream, hidden),
    b2: normal(stream, 1),
  };
  const network: PlainNetwork = {
    layers: [
      { type: "linear", in: inFeatures, out: hidden },
      { type: "relu", shift },
      { type: "linear", in: hidden, out: 1 },
    ],
    loss: "mse",
  };
  const ops = new ReferenceOps();
  const tensors = {
    x: ops.from("x", [count, inFeatures], x),
    y: ops.from("y", [count], y),
    w1: ops.from("w1", [inFeatures, hidden], parameters.w1),
    b1: ops.from("b1", [hidden], parameters.b1),
    w2: ops.from("w2", [hidden, 1], parameters.w2),
    b2: ops.from("b2", [1], parameters.b2),
  };
  const pass = referencePass(network, parameters);
  return { network, parameters, pass, rows: { x, y }, count, ops, tensors };
}

/** max |a − b| / max |b|. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    size = Math.max(size, Math.abs(b[i]));
  }
  return a.length === b.length ? difference / size : NaN;
}

import * as v from "valibot";
import type { Layer, LossName, Network, PlainLayer, PlainNetwork } from "../../core/network/network.ts";
import {
  activationFacts,
  SIMPLE_ACTIVATION_NAMES,
  type SimpleActivation,
} from "../../core/ops/activation.ts";

const wholeNumber = (what: string, min: number, max: number) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.integer(`${what} must be a whole number`),
    v.minValue(min, `${what} must be at least ${min}`),
    v.maxValue(max, `${what} must be at most ${max.toLocaleString("en")}`),
  );
const finiteNumber = (what: string) =>
  v.pipe(v.number(`${what} must be a number`), v.finite(`${what} must be finite`));

/**
 * How a linear layer's weights are drawn; biases are zero, except with `torchLinear`. Fans as in our layout (in, out):
 * torch stores the transpose, so on a tensor of our shape its fan_out is our fan in.
 */
export const INITIALISATIONS = {
  normal: "plain normal, std 1",
  scaledNormal: "normal / √n",
  xavierNormal: "Xavier normal",
  xavierUniform: "Xavier uniform",
  kaimingNormal: "Kaiming normal, fan in",
  kaimingNormalFanOut: "Kaiming normal, fan out",
  kaimingUniform: "Kaiming uniform, fan in",
  kaimingUniformFanOut: "Kaiming uniform, fan out",
  torchLinear: "torch's Linear: a = √5",
  orthogonal: "orthogonal",
  lsuv: "LSUV, tolerance 0.001",
  zeros: "all zeros",
  constant: "constant 0.01",
} as const;
export const initialisationSchema = v.picklist(
  Object.keys(INITIALISATIONS) as (keyof typeof INITIALISATIONS)[],
);
export type Initialisation = v.InferOutput<typeof initialisationSchema>;

/** Factor on a layer's drawn weights, as torch's `gain`; with `normal` it is the standard deviation itself. */
export const gainSchema = v.pipe(
  v.number("gain must be a number"),
  v.minValue(1e-6, "gain must be at least 0.000001"),
  v.maxValue(1_000, "gain must be at most 1,000"),
);

/** One layer that every experiment takes. A linear layer without `init` is drawn by Kaiming normal, fan in. */
const plainLayers = [
  v.strictObject({
    type: v.literal("linear"),
    in: wholeNumber("in", 1, 100_000),
    out: wholeNumber("out", 1, 100_000),
    init: v.optional(initialisationSchema, "kaimingNormal"),
    gain: v.optional(gainSchema),
  }),
  v.strictObject({ type: v.literal("relu"), shift: v.optional(finiteNumber("shift"), 0) }),
  v.strictObject({ type: v.literal("leakyRelu"), slope: v.optional(finiteNumber("slope"), 0.01) }),
  v.strictObject({ type: v.picklist(SIMPLE_ACTIVATION_NAMES) }),
] as const;
export const layerSpecSchema = v.variant("type", plainLayers);
export type LayerSpec = v.InferOutput<typeof layerSpecSchema>;

const eps = v.optional(
  v.pipe(
    v.number("eps must be a number"),
    v.finite("eps must be finite"),
    v.minValue(1e-12, "eps must be at least 1e-12"),
  ),
  1e-5,
);
const share = (what: string) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.minValue(0, `${what} must be at least 0`),
    v.check((value) => value < 1, `${what} must be below 1`),
  );
/** Layers that only training knows, beside the others. */
const trainableLayers = [
  ...plainLayers,
  v.strictObject({ type: v.literal("dropout"), rate: v.optional(share("the dropout rate"), 0.5) }),
  v.strictObject({
    type: v.literal("batchNorm"),
    momentum: v.optional(
      v.pipe(
        v.number("momentum must be a number"),
        v.minValue(0.001, "momentum must be at least 0.001"),
        v.maxValue(1, "momentum must be at most 1"),
      ),
      0.1,
    ),
    eps,
  }),
  v.strictObject({ type: v.literal("layerNorm"), eps }),
] as const;
/** A residual block, x + f(x), holds other layers but no block. */
export const trainLayerSpecSchema = v.variant("type", [
  ...trainableLayers,
  v.strictObject({
    type: v.literal("residual"),
    layers: v.pipe(
      v.array(v.variant("type", trainableLayers)),
      v.minLength(1, "a residual block must hold at least one layer"),
      v.maxLength(50, "a residual block can hold at most 50 layers"),
    ),
  }),
]);
export type TrainLayerSpec = v.InferOutput<typeof trainLayerSpecSchema>;

export const MNIST_PIXELS = 784;
export const MNIST_CLASSES = 10;
const SPLIT_ROWS = { train: 50_000, valid: 10_000 } as const;

/** The first `rows` rows of a split, normalised by the training mean and standard deviation. */
export const dataSpecSchema = v.pipe(
  v.strictObject({
    /** "mnist", or the id of an imported data set. */
    name: v.pipe(
      v.string(),
      v.regex(/^[a-z0-9-]{1,60}$/, "the data set's name must be small letters, digits and -"),
    ),
    split: v.picklist(["train", "valid"]),
    rows: wholeNumber("rows", 1, 1_000_000),
  }),
  v.check(
    ({ name, split, rows }) => name !== "mnist" || rows <= SPLIT_ROWS[split],
    ({ input }) => `the split "${input.split}" has ${SPLIT_ROWS[input.split].toLocaleString("en")} rows`,
  ),
);
export type DataSpec = v.InferOutput<typeof dataSpecSchema>;

/** What is wrong with how the layers follow each other, or "". */
export function networkSpecMisfit({
  layers,
  loss,
}: {
  readonly layers: readonly TrainLayerSpec[];
  readonly loss: LossName;
}): string {
  let width: number = MNIST_PIXELS;
  let linear = 0;
  const misfit = (list: readonly TrainLayerSpec[], where: string): string => {
    for (const [index, layer] of list.entries()) {
      const place = `${where}layer ${index + 1}`;
      if (layer.type === "residual") {
        const before = width;
        const inside = misfit(layer.layers, `${place}, `);
        if (inside !== "") return inside;
        if (width !== before) {
          return `${place}, a residual block, takes ${before} values and gives ${width}: both must be equal`;
        }
      }
      if (layer.type !== "linear") continue;
      linear++;
      if (layer.in !== width) return `${place} takes ${layer.in} values where ${width} come in`;
      width = layer.out;
    }
    return "";
  };
  const found = misfit(layers, "");
  if (found !== "") return found;
  if (linear === 0) return "there must be at least one linear layer";
  const expected = loss === "mse" ? 1 : MNIST_CLASSES;
  return width === expected ? "" : `the loss ${loss} needs ${expected} outputs; the last layer has ${width}`;
}

const layerList = <const S extends typeof layerSpecSchema | typeof trainLayerSpecSchema>(schema: S) =>
  v.pipe(
    v.array(schema),
    v.minLength(1, "there must be at least one layer"),
    v.maxLength(500, "there can be at most 500 layers"),
  );
export const trainLayerList = layerList(trainLayerSpecSchema);

/** Fields of a network with its data and seed, for schemas that say more. */
export const networkSpecEntries = {
  layers: layerList(layerSpecSchema),
  loss: v.picklist(["mse", "mseOneHot", "crossEntropy"]),
  /** Of the cross entropy; the squared errors do not look at it. */
  labelSmoothing: v.optional(share("label smoothing")),
  data: dataSpecSchema,
  seed: wholeNumber("seed", 0, 0xffffffff),
};

/** A network with its data and seed: all that is needed to repeat an experiment. */
export const networkSpecSchema = v.pipe(
  v.strictObject(networkSpecEntries),
  v.check(
    (spec) => networkSpecMisfit(spec) === "",
    ({ input }) => networkSpecMisfit(input),
  ),
);
export type NetworkSpec = v.InferOutput<typeof networkSpecSchema>;

/** Whether a layer is an activation without parameters. */
export const isSimpleActivation = <L extends TrainLayerSpec>(
  layer: L,
): layer is Extract<L, { readonly type: SimpleActivation }> => activationFacts(layer.type) !== null;

function layerOf(spec: LayerSpec): PlainLayer {
  if (isSimpleActivation(spec)) return { type: "activation", activation: { kind: spec.type } };
  switch (spec.type) {
    case "linear":
      return {
        type: "linear",
        in: spec.in,
        out: spec.out,
        ...(spec.gain === undefined ? {} : { gain: spec.gain }),
      };
    case "relu":
      return { type: "relu", shift: spec.shift };
    case "leakyRelu":
      return { type: "activation", activation: { kind: "leakyRelu", slope: spec.slope } };
  }
}

/** The network of a spec as mathematics sees it. */
export const networkOf = ({
  layers,
  loss,
  labelSmoothing = 0,
}: Pick<NetworkSpec, "layers" | "loss"> & {
  readonly labelSmoothing?: number | undefined;
}): PlainNetwork => ({
  layers: layers.map(layerOf),
  loss,
  smoothing: labelSmoothing,
});

/** The same of a network that may have layers which only training knows. */
export function trainNetworkOf({
  layers,
  loss,
  labelSmoothing = 0,
}: {
  readonly layers: readonly TrainLayerSpec[];
  readonly loss: LossName;
  readonly labelSmoothing?: number | undefined;
}): Network {
  let width: number = MNIST_PIXELS;
  const trainLayerOf = (spec: TrainLayerSpec): Layer => {
    if (isSimpleActivation(spec)) return layerOf(spec);
    switch (spec.type) {
      case "dropout":
        return { type: "dropout", rate: spec.rate };
      case "batchNorm":
        return { type: "batchNorm", features: width, momentum: spec.momentum, eps: spec.eps };
      case "layerNorm":
        return { type: "layerNorm", features: width, eps: spec.eps };
      case "residual":
        return { type: "residual", layers: spec.layers.map(trainLayerOf) };
      case "linear":
        width = spec.out;
        return layerOf(spec);
      case "relu":
      case "leakyRelu":
        return layerOf(spec);
    }
  };
  return { layers: layers.map(trainLayerOf), loss, smoothing: labelSmoothing };
}

const linear = (inFeatures: number, out: number): LayerSpec => ({
  type: "linear",
  in: inFeatures,
  out,
  init: "kaimingNormal",
});

/** The notebook's regression of the label: 784→50→1, relu − 0.5, mean squared error. */
export const NOTEBOOK_NETWORK: NetworkSpec = {
  layers: [linear(784, 50), { type: "relu", shift: 0.5 }, linear(50, 1)],
  loss: "mse",
  data: { name: "mnist", split: "train", rows: 1_000 },
  seed: 42,
};

/** A classifier of digits: 784→100→50→10, relu, cross entropy. */
export const DEEP_CLASSIFIER: NetworkSpec = {
  layers: [
    linear(784, 100),
    { type: "relu", shift: 0 },
    linear(100, 50),
    { type: "relu", shift: 0 },
    linear(50, 10),
  ],
  loss: "crossEntropy",
  data: { name: "mnist", split: "train", rows: 1_000 },
  seed: 42,
};

/** The schemes of a spec's linear layers, in order. */
export const schemesOf = ({
  layers,
}: {
  readonly layers: readonly TrainLayerSpec[];
}): readonly Initialisation[] =>
  layers.flatMap((layer) => {
    if (layer.type === "residual") return schemesOf(layer);
    return layer.type === "linear" ? [layer.init] : [];
  });

import * as v from "valibot";
import type { OwnLoss } from "../../core/expression/own-loss.ts";
import { MNIST_DATASET, outputsOf, type Dataset } from "../experiments/dataset.ts";
import {
  judgesClasses,
  LOSS_NAMES,
  type Layer,
  type LossName,
  type Network,
  type PlainLayer,
} from "../../core/network/network.ts";
import { backwardProblem, withBackward } from "../../core/network/own-backward/own-backward.ts";
import { layerMisfit, type LayerMisfit } from "../../core/network/own-backward/layer-misfit.ts";
import { branchesOf, isBlock, mapBranches } from "../../core/network/block.ts";
import { firstInputs, openLayer, openLayers, widthBehind, type OpenLayer } from "./open-layers.ts";
import {
  isSimpleActivation,
  MOST_WIDTH,
  share,
  trainLayerSpecSchema,
  type ComposedLayer,
  type Initialisation,
  type LayerSpec,
  type TrainLayerSpec,
} from "./layer-spec.ts";
import { ownLossSpecSchema, type OwnLossSpec } from "./own-part-spec.ts";
import { wholeNumber } from "./number-schemas.ts";
import { grouped } from "../../core/grouped.ts";

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
    ({ input }) => `the split "${input.split}" has ${grouped(SPLIT_ROWS[input.split])} rows`,
  ),
);
export type DataSpec = v.InferOutput<typeof dataSpecSchema>;

/** The ends that a data set asks of a network: its features, and its classes or numbers. */
export interface DataEnds {
  readonly title: string;
  readonly features: number;
  readonly target: "classes" | "numbers";
  /** Classes, or numbers a row. */
  readonly outputs: number;
}
export const endsOf = (dataset: Pick<Dataset, "title" | "features" | "target">): DataEnds => ({
  title: dataset.title,
  features: dataset.features,
  target: dataset.target.kind,
  outputs: outputsOf(dataset),
});

interface SpecLayers {
  readonly layers: readonly TrainLayerSpec[];
  readonly loss: LossName;
  readonly classWeights?: readonly number[] | undefined;
  readonly ownLoss?: OwnLossSpec | undefined;
}

/** Values that come in and go out; null without a linear layer. */
export function endsOfLayers(
  layers: readonly TrainLayerSpec[],
): { readonly inputs: number; readonly outputs: number } | null {
  const inputs = firstInputs(layers);
  return Number.isNaN(inputs) ? null : { inputs, outputs: widthBehind(layers, inputs) };
}

/** "the left branch's 5 values", "the 5 values that come in". */
const branchGives = (side: string, branch: readonly TrainLayerSpec[], width: number): string =>
  branch.length === 0 ? `the ${width} values that come in` : `the ${side} branch's ${width} values`;

/** What is wrong with how the layers follow each other, and with the loss at their end, or "". */
export function networkSpecMisfit({ layers, loss, classWeights, ownLoss }: SpecLayers): string {
  const ends = endsOfLayers(layers);
  if (ends === null) return "there must be at least one linear layer";
  const early = layers.findIndex(({ type }) => type === "ownLayer");
  if (early >= 0 && endsOfLayers(layers.slice(0, early)) === null) {
    return `layer ${early + 1}, a layer of one's own, must stand behind a linear layer, which says how many values come in`;
  }
  let width = ends.inputs;
  const misfit = (list: readonly TrainLayerSpec[], where: string): string => {
    for (const [index, layer] of list.entries()) {
      const place = `${where}layer ${index + 1}`;
      if (layer.type === "ownLayer") {
        const inputs = width;
        const { layers: opened } = openLayer(layer, inputs);
        const inside = misfit(opened, `${place}, ${layer.name}, `);
        if (inside !== "") return inside;
        const problem = ownBackwardProblem(layer, inputs);
        if (problem !== "") return `${place}, ${layer.name}, its backward: ${problem}`;
        continue;
      }
      if (layer.type === "residual") {
        const before = width;
        const inside = misfit(layer.layers, `${place}, `);
        if (inside !== "") return inside;
        if (width !== before) {
          return `${place}, a residual block, takes ${before} values and gives ${width}: both must be equal`;
        }
      }
      if (layer.type === "product") {
        if (layer.left.length + layer.right.length === 0) {
          return `${place}, a product, holds no layer: give one of its branches at least one`;
        }
        const before = width;
        const left = misfit(layer.left, `${place}, left, `);
        if (left !== "") return left;
        const leftWidth = width;
        width = before;
        const right = misfit(layer.right, `${place}, right, `);
        if (right !== "") return right;
        if (leftWidth !== width) {
          return `${place}, a product, multiplies ${branchGives("left", layer.left, leftWidth)} by ${branchGives("right", layer.right, width)}: both must be as many`;
        }
      }
      if (layer.type !== "linear") continue;
      if (layer.in !== width) return `${place} takes ${layer.in} values where ${width} come in`;
      if (layer.out > MOST_WIDTH) {
        return `${place} gives ${layer.out} values; the most are ${grouped(MOST_WIDTH)}`;
      }
      width = layer.out;
    }
    return "";
  };
  const found = misfit(layers, "");
  if (found !== "") return found;
  if ((loss === "crossEntropy" || loss === "mseOneHot") && width < 2) {
    return `the loss ${loss} needs an output for each class; the last layer has ${width}`;
  }
  if (loss === "own" && ownLoss === undefined) {
    return 'the loss "own" needs its formula: ownLoss, as in {"name": "mine", "forward": "(y - t) ** 2"}';
  }
  if (loss !== "own" && ownLoss !== undefined)
    return `ownLoss belongs to the loss "own"; the loss is ${loss}`;
  if (classWeights === undefined) return "";
  if (loss !== "crossEntropy" && loss !== "binaryCrossEntropy") {
    return `class weights belong to the cross entropies; the loss is ${loss}`;
  }
  return classWeights.length === width
    ? ""
    : `there are ${classWeights.length} class weights for ${width} outputs: one each`;
}

/** Numbers of outputs with which a loss can judge this data, the usual one first; none if it cannot. */
export function outputsFor(loss: LossName, { target, outputs }: DataEnds): readonly number[] {
  if (!judgesClasses(loss)) return [target === "classes" ? 1 : outputs];
  if (target === "numbers") return [];
  return loss === "binaryCrossEntropy" && outputs === 2 ? [1, 2] : [outputs];
}

/** Why layers and loss do not fit a data set, or "". */
export function dataMisfit({ layers, loss }: SpecLayers, data: DataEnds): string {
  const ends = endsOfLayers(layers);
  if (ends === null) return "there must be at least one linear layer";
  if (ends.inputs !== data.features) {
    const index = layers.findIndex((layer) => layer.type === "linear" || isBlock(layer));
    return `layer ${index + 1} takes ${ends.inputs} values where ${data.features} come in`;
  }
  const expected = outputsFor(loss, data);
  if (expected.length === 0) {
    return `the loss ${loss} judges classes; the targets of ${data.title} are numbers: take mse, l1 or huber`;
  }
  if (expected.includes(ends.outputs)) return "";
  return `the loss ${loss} needs ${expected.join(" or ")} outputs; the last layer has ${ends.outputs}`;
}

export const trainLayerList = v.pipe(
  v.array(trainLayerSpecSchema),
  v.minLength(1, "there must be at least one layer"),
  v.maxLength(500, "there can be at most 500 layers"),
);
const positive = (what: string) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.finite(`${what} must be finite`),
    v.check((value) => value > 0, `${what} must be above 0`),
  );

/** Fields of a network with its data and seed, for schemas that say more. */
export const networkSpecEntries = {
  layers: trainLayerList,
  loss: v.picklist(LOSS_NAMES),
  /** Of the cross entropy; the other losses do not look at it. */
  labelSmoothing: v.optional(share("label smoothing")),
  /** Of the Huber loss; 1 without. */
  delta: v.optional(positive("delta")),
  /** Of the loss "own". */
  ownLoss: v.optional(ownLossSpecSchema),
  /** Of the cross entropies: one a class, as torch's weight; of the binary one as its pos_weight, one an output. */
  classWeights: v.optional(
    v.pipe(v.array(positive("a class weight")), v.minLength(1, "give at least one class weight")),
  ),
  data: dataSpecSchema,
  seed: wholeNumber("seed", 0, 0xffffffff),
};

/** Layers and loss fit each other, and MNIST; other data sets are asked where they are known. */
export const networkMisfit = (spec: SpecLayers & { readonly data: DataSpec }): string => {
  const found = networkSpecMisfit(spec);
  return found === "" && spec.data.name === "mnist" ? dataMisfit(spec, endsOf(MNIST_DATASET)) : found;
};

/** Whether a layer is a batch norm, or holds one. */
export const holdsBatchNorm = (layers: readonly TrainLayerSpec[]): boolean =>
  openLayers(layers).some(
    (layer) =>
      layer.type === "batchNorm" || (isBlock(layer) && branchesOf<OpenLayer>(layer).some(holdsBatchNorm)),
  );

/** A network with its data and seed: all that is needed to repeat an experiment. */
export const networkSpecSchema = v.pipe(
  v.strictObject(networkSpecEntries),
  v.check(
    (spec) => networkMisfit(spec) === "",
    ({ input }) => networkMisfit(input),
  ),
  v.check(
    ({ layers, data }) => data.rows > 1 || !holdsBatchNorm(layers),
    "batch norm expects more than 1 value per channel when it trains: take at least 2 rows",
  ),
);
export type NetworkSpec = v.InferOutput<typeof networkSpecSchema>;

/** The network of a training with its data, without how it is trained. */
export const networkPartOf = (training: NetworkSpec): NetworkSpec =>
  v.parse(v.object(networkSpecEntries), training);

function plainLayerOf(spec: LayerSpec): PlainLayer {
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
    case "own": {
      const { name, forward, backward = null } = spec;
      return { type: "activation", activation: { kind: "own", name, forward, backward } };
    }
  }
}

const ownLossOf = ({ name, forward, backward }: OwnLossSpec): OwnLoss => {
  return { name, forward, backward: backward ?? null };
};

/** Layers into which `inputs` values come, as mathematics sees them. */
function coreLayers(layers: readonly TrainLayerSpec[], inputs: number): Layer[] {
  let width = inputs;
  const layerOf = (spec: OpenLayer): Layer => {
    if (isSimpleActivation(spec)) return plainLayerOf(spec);
    switch (spec.type) {
      case "dropout":
        return { type: "dropout", rate: spec.rate };
      case "batchNorm":
        return { type: "batchNorm", features: width, momentum: spec.momentum, eps: spec.eps };
      case "layerNorm":
        return { type: "layerNorm", features: width, eps: spec.eps };
      case "residual":
      case "product": {
        const before = width;
        return mapBranches<OpenLayer, Layer>(spec, (branch) => {
          width = before;
          return branch.map(layerOf);
        });
      }
      case "linear":
        width = spec.out;
        return plainLayerOf(spec);
      case "relu":
      case "leakyRelu":
      case "own":
        return plainLayerOf(spec);
    }
  };
  return layers.flatMap((layer) => {
    if (layer.type !== "ownLayer") return [layerOf(layer)];
    const { name, backward } = layer;
    const opened = openLayer(layer, width).layers.map(layerOf);
    return backward === undefined ? opened : withBackward(opened, name, backward);
  });
}

/** What is wrong with the backward of a layer of one's own into which `inputs` values come, or "". */
export const ownBackwardProblem = (layer: ComposedLayer, inputs: number): string =>
  layer.backward === undefined
    ? ""
    : backwardProblem(coreLayers(openLayer(layer, inputs).layers, inputs), inputs, layer.backward);

/** Where the backward of a layer of one's own, with `inputs` values coming in, is not the derivative; null where it is. */
export const ownBackwardMisfit = (layer: ComposedLayer, inputs: number): LayerMisfit | null =>
  layer.backward === undefined
    ? null
    : layerMisfit(coreLayers(openLayer(layer, inputs).layers, inputs), inputs, layer.backward);

/** The network of a spec as mathematics sees it. */
export function networkOf({
  layers,
  loss,
  labelSmoothing = 0,
  delta,
  classWeights,
  ownLoss,
}: SpecLayers & {
  readonly labelSmoothing?: number | undefined;
  readonly delta?: number | undefined;
}): Network {
  return {
    layers: coreLayers(layers, endsOfLayers(layers)?.inputs ?? 0),
    loss,
    smoothing: labelSmoothing,
    ...(delta === undefined ? {} : { delta }),
    ...(ownLoss === undefined ? {} : { ownLoss: ownLossOf(ownLoss) }),
    ...(classWeights === undefined ? {} : { classWeights }),
  };
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
  openLayers(layers).flatMap((layer) => {
    if (isBlock(layer))
      return branchesOf<OpenLayer>(layer).flatMap((branch) => schemesOf({ layers: branch }));
    return layer.type === "linear" ? [layer.init] : [];
  });

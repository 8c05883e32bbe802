import type { LossName } from "../../core/network/network.ts";
import type { TrainLayerSpec } from "./layer-spec.ts";
import { widthBehind } from "./open-layers.ts";
import { endsOfLayers, outputsFor, type DataEnds } from "./network-spec.ts";

/** Whether a layer can be given another width. */
export const decidesWidth = (layer: TrainLayerSpec): boolean =>
  layer.type === "linear" ||
  (layer.type === "product" && layer.left.some(decidesWidth) && layer.right.some(decidesWidth));

/** The same layers with `out` values at their end, where one of them decides how many. */
function endingWith<L extends TrainLayerSpec>(layers: readonly L[], out: number): L[] {
  const last = layers.findLastIndex(decidesWidth);
  return layers.map((layer, index): L => {
    if (index !== last) return layer;
    if (layer.type === "linear") return { ...layer, out };
    if (layer.type !== "product") return layer;
    return { ...layer, left: endingWith(layer.left, out), right: endingWith(layer.right, out) };
  });
}

/**
 * The same layers with every input as wide as what comes in, `inputs` or what the first layer takes; a residual block
 * keeps its inner widths but the last, the right branch of a product ends as its left one does, or both as x.
 */
export function fitWidths(
  layers: readonly TrainLayerSpec[],
  inputs = endsOfLayers(layers)?.inputs ?? 1,
): TrainLayerSpec[] {
  return fitted(layers, inputs);
}

function fitted<L extends TrainLayerSpec>(layers: readonly L[], inputs: number): L[] {
  let width = inputs;
  return layers.map((layer) => {
    const fit = fittedLayer(layer, width);
    width = widthBehind([fit], width);
    return fit;
  });
}

function fittedLayer<L extends TrainLayerSpec>(layer: L, inputs: number): L {
  if (layer.type === "linear") return { ...layer, in: inputs };
  if (layer.type === "residual")
    return { ...layer, layers: fitted(endingWith(layer.layers, inputs), inputs) };
  if (layer.type !== "product") return layer;
  const free = decidesWidth(layer);
  const left = fitted(free ? layer.left : endingWith(layer.left, inputs), inputs);
  const right = endingWith(layer.right, free ? widthBehind(left, inputs) : inputs);
  return { ...layer, left, right: fitted(right, inputs) };
}

/** Width that comes out of the first `count` layers. */
export const widthAfter = (layers: readonly TrainLayerSpec[], count: number): number =>
  endsOfLayers(layers.slice(0, count))?.outputs ?? endsOfLayers(layers)?.inputs ?? 1;

/** A loss that can judge this data: the given one, or that of its kind. */
export const lossFor = (loss: LossName, data: DataEnds): LossName =>
  outputsFor(loss, data).length > 0 ? loss : "mse";

/** The same layers between the ends of a data set. */
export function fitToData(
  layers: readonly TrainLayerSpec[],
  loss: LossName,
  data: DataEnds,
): TrainLayerSpec[] {
  const fitting = outputsFor(loss, data);
  const outputs = fitting.includes(endsOfLayers(layers)?.outputs ?? 0)
    ? endsOfLayers(layers)?.outputs
    : fitting[0];
  const last = layers.findLastIndex(({ type }) => type === "linear");
  return fitWidths(
    layers.map((layer, index) =>
      index === last && layer.type === "linear" && outputs !== undefined ? { ...layer, out: outputs } : layer,
    ),
    data.features,
  );
}

import type { LossName } from "../../core/network/network.ts";
import type { TrainLayerSpec } from "./layer-spec.ts";
import { openLayer, type OpenLayer } from "./open-layers.ts";
import { endsOfLayers, outputsFor, type DataEnds } from "./network-spec.ts";

type Plain = Exclude<OpenLayer, { type: "residual" }>;

/**
 * The same layers with every input as wide as what comes in, `inputs` or what the first layer takes; a residual block
 * keeps its inner widths but the last.
 */
export function fitWidths(
  layers: readonly TrainLayerSpec[],
  inputs = endsOfLayers(layers)?.inputs ?? 1,
): TrainLayerSpec[] {
  let width = inputs;
  const fit = <L extends TrainLayerSpec>(layer: L): L => {
    if (layer.type === "linear") {
      const fitted = { ...layer, in: width };
      width = layer.out;
      return fitted;
    }
    if (layer.type === "ownLayer") width = openLayer(layer, width).outputs;
    if (layer.type !== "residual") return layer;
    const before = width;
    const lastLinear = layer.layers.findLastIndex(({ type }) => type === "linear");
    const inner = layer.layers.map((one, index): Plain =>
      fit(index === lastLinear && one.type === "linear" ? { ...one, out: before } : one),
    );
    width = before;
    return { ...layer, layers: inner };
  };
  return layers.map((layer) => fit(layer));
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

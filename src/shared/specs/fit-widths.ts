import { MNIST_PIXELS, type TrainLayerSpec } from "./network-spec.ts";

type Plain = Exclude<TrainLayerSpec, { type: "residual" }>;

/** The same layers with every input as wide as what comes in; a residual block keeps its inner widths but the last. */
export function fitWidths(layers: readonly TrainLayerSpec[]): TrainLayerSpec[] {
  let width = MNIST_PIXELS;
  const fit = <L extends TrainLayerSpec>(layer: L): L => {
    if (layer.type === "linear") {
      const fitted = { ...layer, in: width };
      width = layer.out;
      return fitted;
    }
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
export function widthAfter(layers: readonly TrainLayerSpec[], count: number): number {
  return layers
    .slice(0, count)
    .reduce((width, layer) => (layer.type === "linear" ? layer.out : width), MNIST_PIXELS);
}

import type { ComposedLayer, InnerLayer, InnerLayers, InnerWidth, TrainLayerSpec } from "./layer-spec.ts";

/** A layer of the lab: none of a person's own. */
export type OpenLayer = Exclude<TrainLayerSpec, { readonly type: "ownLayer" }>;
type PlainOpenLayer = Exclude<OpenLayer, { readonly type: "residual" }>;

/** ⌊n · times / per⌋ + plus, and at least 1; or the number. */
export const widthFor = (width: InnerWidth, inputs: number): number =>
  typeof width === "number"
    ? width
    : Math.max(1, Math.floor((inputs * width.times) / width.per) + width.plus);

/** The layers that a layer of one's own stands for where `inputs` values come in, and how many come out of it. */
export function openLayer(
  { layers, init, gain }: ComposedLayer,
  inputs: number,
): { readonly layers: OpenLayer[]; readonly outputs: number } {
  let width = inputs;
  const open = (layer: Exclude<InnerLayer, { readonly type: "residual" }>): PlainOpenLayer => {
    if (layer.type !== "linear") return layer;
    const opened = { in: width, out: widthFor(layer.out, inputs), ...(gain === undefined ? {} : { gain }) };
    width = opened.out;
    return { type: "linear", init, ...opened };
  };
  const opened = layers.map((layer): OpenLayer =>
    layer.type === "residual" ? { type: "residual", layers: layer.layers.map(open) } : open(layer),
  );
  return { layers: opened, outputs: width };
}

/** Values that the first linear layer takes; NaN where there is none. */
const firstInputs = (layers: readonly TrainLayerSpec[]): number => {
  for (const layer of layers) {
    if (layer.type === "linear") return layer.in;
    const inside = layer.type === "residual" ? firstInputs(layer.layers) : NaN;
    if (!Number.isNaN(inside)) return inside;
  }
  return NaN;
};

/** The lab's layers that a list of layers stands for: in place of a layer of one's own what it is made of. */
export function openLayers(layers: readonly TrainLayerSpec[]): OpenLayer[] {
  let width = firstInputs(layers);
  return layers.flatMap((layer): OpenLayer[] => {
    if (layer.type === "ownLayer") {
      const opened = openLayer(layer, width);
      width = opened.outputs;
      return opened.layers;
    }
    const last = (layer.type === "residual" ? layer.layers : [layer]).findLast(
      ({ type }) => type === "linear",
    );
    if (last?.type === "linear") width = last.out;
    return [layer];
  });
}

/** "n", "n / 4", "2 n + 1", "10". */
function widthText(width: InnerWidth): string {
  if (typeof width === "number") return String(width);
  const { times, per, plus } = width;
  const part = `${times === 1 ? "n" : `${times} n`}${per === 1 ? "" : ` / ${per}`}`;
  return plus === 0 ? part : `${part} ${plus < 0 ? "−" : "+"} ${Math.abs(plus)}`;
}

/** What a layer of one's own is made of, of n values that come in: "linear n → n / 4, tanh, linear n / 4 → n". */
export function composedText(layers: InnerLayers): string {
  let width = "n";
  const said = (layer: InnerLayer): string => {
    switch (layer.type) {
      case "linear": {
        const from = width;
        width = widthText(layer.out);
        return `linear ${from} → ${width}`;
      }
      case "residual":
        return `x + f(x) with f: ${layer.layers.map(said).join(", ")}`;
      case "own":
        return layer.name;
      case "relu":
        return layer.shift === 0 ? "relu" : `relu − ${layer.shift}`;
      case "leakyRelu":
        return `leaky relu, slope ${layer.slope}`;
      case "dropout":
        return `dropout ${layer.rate}`;
      case "batchNorm":
        return "batch norm";
      case "layerNorm":
        return "layer norm";
      case "tanh":
      case "sigmoid":
      case "gelu":
      case "softplus":
        return layer.type;
    }
  };
  return layers.map(said).join(", ");
}

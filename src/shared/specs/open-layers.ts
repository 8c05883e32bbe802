import { branchesOf, isBlock } from "../../core/network/block.ts";
import type {
  ComposedLayer,
  InnerLayer,
  InnerLayers,
  InnerWidth,
  LayerInBlock,
  SingleLayerSpec,
  TrainLayerSpec,
} from "./layer-spec.ts";

/** A layer of the lab: none of a person's own. */
export type OpenLayer = Exclude<TrainLayerSpec, { readonly type: "ownLayer" }>;

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
  const single = (layer: Exclude<InnerLayer, { readonly type: "residual" | "product" }>): SingleLayerSpec => {
    if (layer.type !== "linear") return layer;
    const opened = { in: width, out: widthFor(layer.out, inputs), ...(gain === undefined ? {} : { gain }) };
    width = opened.out;
    return { type: "linear", init, ...opened };
  };
  const inside = (layer: Exclude<InnerLayer, { readonly type: "residual" }>): LayerInBlock => {
    if (layer.type !== "product") return single(layer);
    const before = width;
    const left = layer.left.map(single);
    width = before;
    return { type: "product", left, right: layer.right.map(single) };
  };
  const opened = layers.map((layer): OpenLayer =>
    layer.type === "residual" ? { type: "residual", layers: layer.layers.map(inside) } : inside(layer),
  );
  return { layers: opened, outputs: width };
}

/** Values that the first linear layer takes; NaN where there is none. */
export const firstInputs = (layers: readonly TrainLayerSpec[]): number => {
  for (const layer of layers) {
    if (layer.type === "linear") return layer.in;
    const inside = isBlock(layer) ? branchesOf<TrainLayerSpec>(layer).map(firstInputs) : [];
    const found = inside.find(Number.isFinite);
    if (found !== undefined) return found;
  }
  return NaN;
};

/** Values that come out of layers into which `inputs` go. */
export const widthBehind = (layers: readonly TrainLayerSpec[], inputs: number): number =>
  layers.reduce((width, layer) => {
    if (layer.type === "linear") return layer.out;
    if (layer.type === "ownLayer") return openLayer(layer, width).outputs;
    // Both branches of a product are as wide: the last says how wide.
    return isBlock(layer) ? widthBehind(branchesOf<TrainLayerSpec>(layer).at(-1) ?? [], width) : width;
  }, inputs);

/** The lab's layers that a list of layers stands for: in place of a layer of one's own what it is made of. */
export function openLayers(layers: readonly TrainLayerSpec[]): OpenLayer[] {
  let width = firstInputs(layers);
  return layers.flatMap((layer): OpenLayer[] => {
    const inputs = width;
    width = widthBehind([layer], inputs);
    return layer.type === "ownLayer" ? openLayer(layer, inputs).layers : [layer];
  });
}

/** "n", "n / 4", "2 n + 1", "10". */
function widthText(width: InnerWidth): string {
  if (typeof width === "number") return String(width);
  const { times, per, plus } = width;
  const part = `${times === 1 ? "n" : `${times} n`}${per === 1 ? "" : ` / ${per}`}`;
  return plus === 0 ? part : `${part} ${plus < 0 ? "−" : "+"} ${Math.abs(plus)}`;
}

/** "(linear n → n, sigmoid) ⊙ (linear n → n)", "x ⊙ (sigmoid)". */
function productText(left: string, right: string): string {
  const [f, g] = [left, right].map((branch) => (branch === "" ? "x" : `(${branch})`));
  return `${f} ⊙ ${g}`;
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
      case "product": {
        const before = width;
        const left = layer.left.map(said).join(", ");
        width = before;
        return productText(left, layer.right.map(said).join(", "));
      }
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

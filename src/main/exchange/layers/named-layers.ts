import {
  normNames,
  parameterNames,
  type Layer,
  type Network,
  type ResidualLayer,
} from "../../../core/network/network.ts";

/** A layer with its place among torch's modules, and the lab's names of its parameters. */
export interface NamedLayer<L extends Layer = Layer> {
  readonly layer: L;
  /** "0", or "3.f.1" inside of a residual block. */
  readonly path: string;
  /** Of a linear layer: w1 and b1; of a norm: gain1, shift1, running1. */
  readonly names: ReturnType<typeof parameterNames> | ReturnType<typeof normNames> | null;
  /** Of a residual block. */
  readonly inside: readonly NamedLayer[];
}

/** All layers of a network in order, those of residual blocks inside of theirs. */
export function namedLayers({ layers }: Pick<Network, "layers">): readonly NamedLayer[] {
  let [linear, norm] = [0, 0];
  const namesOf = (layer: Exclude<Layer, ResidualLayer>): NamedLayer["names"] => {
    if (layer.type === "linear") return parameterNames(linear++);
    return layer.type === "batchNorm" || layer.type === "layerNorm" ? normNames(norm++) : null;
  };
  const named = (list: readonly Layer[], path: string): readonly NamedLayer[] =>
    list.map((layer, index) =>
      layer.type === "residual"
        ? { layer, path: `${path}${index}`, names: null, inside: named(layer.layers, `${path}${index}.f.`) }
        : { layer, path: `${path}${index}`, names: namesOf(layer), inside: [] },
    );
  return named(layers, "");
}

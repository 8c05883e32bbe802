import { isBlock, type Block } from "../../../core/network/block.ts";
import {
  normNames,
  parameterNames,
  type Layer,
  type Network,
  type SingleLayer,
} from "../../../core/network/network.ts";

/** A layer with its place among torch's modules, and the lab's names of its parameters. */
export interface NamedLayer<L extends Layer = Layer> {
  readonly layer: L;
  /** "0", or "3.f.1" inside of a residual block, "3.left.1" of a product. */
  readonly path: string;
  /** Of a linear layer: w1 and b1; of a norm: gain1, shift1, running1. */
  readonly names: ReturnType<typeof parameterNames> | ReturnType<typeof normNames> | null;
  /** Of a block, by branch. */
  readonly branches: readonly (readonly NamedLayer[])[];
}

/** A block's branches with the names that its module in torch has for them. */
const namedBranches = (block: Block<Layer>): readonly (readonly [name: string, branch: readonly Layer[]])[] =>
  block.type === "residual"
    ? [["f", block.layers]]
    : [
        ["left", block.left],
        ["right", block.right],
      ];

/** All layers of a network in order, those of blocks inside of theirs. */
export function namedLayers({ layers }: Pick<Network, "layers">): readonly NamedLayer[] {
  let [linear, norm] = [0, 0];
  const namesOf = (layer: SingleLayer): NamedLayer["names"] => {
    if (layer.type === "linear") return parameterNames(linear++);
    return layer.type === "batchNorm" || layer.type === "layerNorm" ? normNames(norm++) : null;
  };
  const named = (list: readonly Layer[], path: string): readonly NamedLayer[] =>
    list.map((layer, index) => {
      const own = `${path}${index}`;
      if (!isBlock(layer)) return { layer, path: own, names: namesOf(layer), branches: [] };
      const branches = namedBranches(layer).map(([name, branch]) => named(branch, `${own}.${name}.`));
      return { layer, path: own, names: null, branches };
    });
  return named(layers, "");
}

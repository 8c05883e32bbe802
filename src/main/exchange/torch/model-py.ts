import { networkTitle, type Network } from "../../../core/network/network.ts";
import { layerRow } from "../layers/layer-rows.ts";
import { namedLayers, type NamedLayer } from "../layers/named-layers.ts";
import { indented, pythonText } from "./python-text.ts";

const moduleOf = ({ layer, branches }: NamedLayer): string =>
  layerRow(layer).torch(
    layer,
    branches.map((branch) => branch.map(moduleOf)),
  );

/** Modules of our own that torch has not, each written out where a network needs it. */
const HELPERS: Readonly<Record<string, string>> = {
  ShiftedReLU: `class ShiftedReLU(nn.Module):
    """max(x, 0) - shift."""

    def __init__(self, shift):
        super().__init__()
        self.shift = shift

    def forward(self, x):
        return x.relu() - self.shift`,
  Own: `class Own(nn.Module):
    """A function of one's own, element by element; its gradient is autograd's."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, z):
        return self.function(z)`,
  Residual: `class Residual(nn.Module):
    """x + f(x)."""

    def __init__(self, *layers):
        super().__init__()
        self.f = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.f(x)`,
  Product: `class Product(nn.Module):
    """left(x) * right(x), element by element; a branch without layers is x itself."""

    def __init__(self, left, right):
        super().__init__()
        self.left = left
        self.right = right

    def forward(self, x):
        return self.left(x) * self.right(x)`,
};

/** `model.py`: the network as an nn.Module whose state_dict has torch's usual names, "0.weight" and so on. */
export function modelPy(network: Network): string {
  const modules = namedLayers(network).map(moduleOf);
  const text = modules.join("\n");
  const helpers = Object.entries(HELPERS).flatMap(([name, code]) =>
    text.includes(`${name}(`) ? [code] : [],
  );
  const net = `class Net(nn.Sequential):
    def __init__(self):
        super().__init__(
${indented(modules.map((module) => `${module},`).join("\n"), 3)}
        )`;
  const doc = `"""${pythonText(networkTitle(network)).slice(1, -1)}. Exported by Backprop Lab."""`;
  return `${[[doc, "", ...(text.includes("torch.") ? ["import torch"] : []), "from torch import nn"].join("\n"), ...helpers, net].join("\n\n\n")}\n`;
}

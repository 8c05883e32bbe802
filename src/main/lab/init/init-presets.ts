import type { InitPreset } from "../../../shared/experiments/init.ts";
import type { Initialisation } from "../../../shared/specs/layer-spec.ts";
import type { NetworkSpec } from "../../../shared/specs/network-spec.ts";

/** The notebook's network on its validation rows, its first layer drawn by one scheme. */
const firstLayer = (init: Initialisation, shift: number): NetworkSpec => ({
  layers: [
    { type: "linear", in: 784, out: 50, init },
    { type: "relu", shift },
    { type: "linear", in: 50, out: 1, init },
  ],
  loss: "mse",
  data: { name: "mnist", split: "valid", rows: 10_000 },
  seed: 42,
});

const preset = (
  id: InitPreset["id"],
  title: string,
  sentence: string,
  network: NetworkSpec,
  [mean, std]: readonly [number, number],
): InitPreset => ({
  id,
  title,
  sentence,
  position: 2,
  expected: { mean, std },
  settings: { network, otherwise: null, gradients: true, threads: 1 },
});

/** The notebook's four first layers, with the numbers it printed. */
export const INIT_PRESETS: readonly InitPreset[] = [
  preset(
    "cell-12",
    "Cell 12: normal / √n",
    "After one layer and its relu the standard deviation has already fallen: a few layers more, and nothing is left.",
    firstLayer("scaledNormal", 0),
    [0.4472, 0.6187],
  ),
  preset(
    "cell-15",
    "Cell 15: Kaiming",
    "The factor √2 makes up for the half that the relu cuts away.",
    firstLayer("kaimingNormal", 0),
    [0.5595, 0.828],
  ),
  preset(
    "cell-16",
    "Cell 16: kaiming_normal_, fan_out",
    "torch stores the weights transposed, so its fan_out on our (784, 50) tensor is our fan in: the same draw as in cell 15.",
    firstLayer("kaimingNormal", 0),
    [0.5081, 0.7832],
  ),
  preset(
    "cell-18",
    "Cell 18: relu − 0.5",
    "A relu's output is positive on average; half less, and the mean is near zero while the deviation stays.",
    firstLayer("kaimingNormal", 0.5),
    [0.0081, 0.7832],
  ),
];

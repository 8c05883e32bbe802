import { branchesOf, isBlock } from "../../../../src/core/network/block.ts";
import { parameterShapes, type Network } from "../../../../src/core/network/network.ts";
import { SIMPLE_ACTIVATION_NAMES } from "../../../../src/core/ops/activation.ts";
import { trainLayerSpecSchema, type TrainLayerSpec } from "../../../../src/shared/specs/layer-spec.ts";
import { networkOf } from "../../../../src/shared/specs/network-spec.ts";

const linear = (from: number, out: number) =>
  ({ type: "linear", in: from, out, init: "kaimingNormal" }) as const;

/** Every type of layer that a training may have, as its spec names it. */
export const LAYER_TYPES: readonly string[] = trainLayerSpecSchema.options.flatMap(({ entries: { type } }) =>
  "literal" in type ? [type.literal] : [...type.options],
);
/** Types of layers, in blocks too. */
export const typesIn = (layers: readonly TrainLayerSpec[]): string[] =>
  layers.flatMap((layer) => [
    layer.type,
    ...(isBlock(layer) ? branchesOf<TrainLayerSpec>(layer).flatMap(typesIn) : []),
  ]);

/** Layers of every type, blocks among them. */
export const ALL_LAYERS: readonly TrainLayerSpec[] = [
  linear(784, 12),
  { type: "batchNorm", momentum: 0.2, eps: 1e-3 },
  { type: "relu", shift: 0.5 },
  {
    type: "residual",
    layers: [
      linear(12, 12),
      { type: "layerNorm", eps: 1e-5 },
      { type: "leakyRelu", slope: 0.2 },
      { type: "batchNorm", momentum: 0.1, eps: 1e-5 },
    ],
  },
  {
    type: "residual",
    layers: [
      { type: "layerNorm", eps: 1e-5 },
      { type: "product", left: [linear(12, 8), { type: "gelu" }], right: [linear(12, 8)] },
      linear(8, 12),
    ],
  },
  { type: "product", left: [], right: [linear(12, 12), { type: "sigmoid" }] },
  ...SIMPLE_ACTIVATION_NAMES.map((type) => ({ type })),
  { type: "relu", shift: 0 },
  { type: "layerNorm", eps: 1e-4 },
  linear(12, 10),
];
export const ALL_NETWORK = networkOf({ layers: ALL_LAYERS, loss: "crossEntropy" });

/** Parameters that are all different; variances are positive. */
export function someParameters(network: Network): Record<string, Float32Array> {
  let next = 1;
  const draw = (): number => {
    next = (next * 48_271) % 2_147_483_647;
    return next / 2_147_483_647;
  };
  return Object.fromEntries(
    parameterShapes(network).map(({ name, shape }) => {
      const numel = shape.reduce((product, size) => product * size, 1);
      return [
        name,
        Float32Array.from({ length: numel }, () =>
          name.startsWith("running") ? 0.5 + draw() : draw() - 0.5,
        ),
      ];
    }),
  );
}

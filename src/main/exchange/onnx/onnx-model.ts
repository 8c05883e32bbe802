import { flatLayers, linearLayers, networkTitle, type Network } from "../../../core/network/network.ts";
import { layerRow } from "../layers/layer-rows.ts";
import { namedLayers, type NamedLayer } from "../layers/named-layers.ts";
import { MessageWriter } from "../protobuf/message-writer.ts";
import { toTorchState } from "../torch/torch-state.ts";
import type { Normalisation } from "../torch/torch-training.ts";
import { OnnxGraph } from "./onnx-graph.ts";

/** What every runtime of the last years reads; LayerNormalization came with opset 17. */
export const ONNX_VERSION = { ir: 8, opset: 17 } as const;

export interface OnnxOptions {
  /** The model takes values as the data set holds them; without, normalised ones. */
  readonly normalisation: Normalisation | null;
  /** The model gives probabilities instead of logits. */
  readonly softmax: boolean;
}

/**
 * A trained network as ONNX: x (batch, features) float32 → logits (batch, outputs), or probabilities. Dropout is left
 * out, batch norms use their running averages. Parameters have torch's names and orientation.
 *
 * @throws {ContractError} If a parameter is missing.
 */
export function onnxModel(
  network: Network,
  parameters: Readonly<Partial<Record<string, Float32Array>>>,
  { normalisation, softmax }: OnnxOptions,
): Uint8Array {
  const graph = new OnnxGraph();
  for (const [key, { shape, data }] of Object.entries(toTorchState(network, parameters, 0))) {
    if (data instanceof Float32Array) graph.constant(key, shape, data);
  }
  const through = (x: string, { layer, path, branches }: NamedLayer): string =>
    layerRow(layer).onnx(graph, x, layer, {
      name: (suffix) => `${path}.${suffix}`,
      branches: branches.map((branch) => (from) => branch.reduce(through, from)),
    });
  const input = normalisation === null ? "x" : "pixels";
  let x: string = input;
  if (normalisation !== null) {
    const { divisor, offsets, scales } = normalisation;
    const each = (name: string, values: readonly number[]): string =>
      values.length === 1
        ? graph.scalar(values[0] ?? 0)
        : graph.constant(name, [values.length], Float32Array.from(values));
    if (divisor !== 1) x = graph.node("Div", [x, graph.scalar(divisor)]);
    x = graph.node("Sub", [x, each("offset", offsets)]);
    x = graph.node("Mul", [x, each("scale", scales)]);
  }
  x = namedLayers(network).reduce(through, x);
  const output = softmax ? "probabilities" : "logits";
  graph.namedNode(softmax ? "Softmax" : "Identity", x, output);
  const linear = linearLayers(network);
  const features = linear[0]?.in ?? 0;
  const opset = new MessageWriter().text(1, "").integer(2, ONNX_VERSION.opset);
  const dropped = flatLayers(network.layers).some(({ type }) => type === "dropout");
  return new MessageWriter()
    .integer(1, ONNX_VERSION.ir)
    .text(2, "backprop-lab")
    .text(6, `${networkTitle(network)}${dropped ? "; dropout is left out" : ""}`)
    .message(
      7,
      graph.message(
        "network",
        { name: input, features },
        { name: output, features: linear.at(-1)?.out ?? features },
      ),
    )
    .message(8, opset)
    .encode();
}

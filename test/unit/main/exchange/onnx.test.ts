import { expect, it } from "vitest";
import { networkFromOnnx } from "../../../../src/main/exchange/onnx/network-from-onnx.ts";
import { OnnxGraph } from "../../../../src/main/exchange/onnx/onnx-graph.ts";
import { onnxModel } from "../../../../src/main/exchange/onnx/onnx-model.ts";
import { parseOnnx } from "../../../../src/main/exchange/onnx/read-onnx.ts";
import { LAYER_ROWS } from "../../../../src/main/exchange/layers/layer-rows.ts";
import { MessageWriter } from "../../../../src/main/exchange/protobuf/message-writer.ts";
import { flatLayers } from "../../../../src/core/network/network.ts";
import { ALL_LAYERS, ALL_NETWORK, someParameters } from "./lab-networks.ts";

const PLAIN = { normalisation: null, softmax: false };
const read = (bytes: Uint8Array) => networkFromOnnx(parseOnnx("model.onnx", bytes));
const modelOf = (graph: OnnxGraph, output: string): Uint8Array =>
  new MessageWriter()
    .integer(1, 8)
    .message(7, graph.message("network", { name: "x", features: 3 }, { name: output, features: 3 }))
    .message(8, new MessageWriter().text(1, "").integer(2, 17))
    .encode();

it("onnxModel() knows every layer of the lab but dropout, and reads back as the same network with the same bits", () => {
  const single = flatLayers(ALL_NETWORK.layers).map(({ type }) => type);
  const types = new Set([...single, "residual", "product", "dropout"]);
  expect(types).toEqual(new Set(Object.keys(LAYER_ROWS)));
  const parameters = someParameters(ALL_NETWORK);
  const found = read(onnxModel(ALL_NETWORK, parameters, PLAIN));
  // An exported batch norm has no momentum: it only follows while it trains.
  const expected = JSON.parse(
    JSON.stringify(ALL_LAYERS).replaceAll('"momentum":0.2', '"momentum":0.1'),
  ) as unknown;
  expect(found.layers).toEqual(expected);
  expect(Object.keys(found.parameters).sort()).toEqual(Object.keys(parameters).sort());
  for (const [name, values] of Object.entries(parameters))
    expect(found.parameters[name], name).toEqual(values);
});

it("onnxModel() with normalisation and softmax reads back, both named in notes", () => {
  const options = { normalisation: { divisor: 256, offsets: [0.13], scales: [3.5] }, softmax: true };
  const { notes, layers } = read(onnxModel(ALL_NETWORK, someParameters(ALL_NETWORK), options));
  expect(layers).toHaveLength(ALL_LAYERS.length);
  expect(notes.join(" ")).toMatch(/Div by 256.*Sub by 0.13.*Mul by 3.5.*softmax/);
});

it("read takes MatMul and Add, bias left out, and Gemm without transposition", () => {
  const graph = new OnnxGraph();
  const weight = Float32Array.from({ length: 9 }, (_, i) => i);
  graph.constant("w", [3, 3], weight);
  graph.constant("b", [3], Float32Array.of(1, 2, 3));
  const a = graph.node("Add", [graph.node("MatMul", ["x", "w"]), "b"]);
  graph.namedNode("Identity", graph.node("MatMul", [graph.node("Gemm", [a, "w", "b"]), "w"]), "y");
  const { parameters } = read(modelOf(graph, "y"));
  expect(parameters["w1"]).toEqual(weight);
  expect(parameters["w2"]).toEqual(weight);
  expect([...(parameters["b3"] ?? [])]).toEqual([0, 0, 0]);
});

it("read takes torch's SwiGLU: silu from parts as an activation of one's own, and the product", () => {
  const graph = new OnnxGraph();
  graph.constant("w", [3, 3], new Float32Array(9));
  const gate = graph.node("MatMul", ["x", "w"]);
  const silu = graph.node("Mul", [gate, graph.node("Sigmoid", [gate])]);
  const value = graph.node("MatMul", ["x", "w"]);
  graph.namedNode("Identity", graph.node("Mul", [silu, value]), "y");
  const linear = { type: "linear", in: 3, out: 3, init: "kaimingNormal" };
  const own = { type: "own", name: "silu", forward: "z * sigmoid(z)" };
  expect(read(modelOf(graph, "y")).layers).toEqual([
    { type: "product", left: [linear, own], right: [linear] },
  ]);
});

const hostile: Readonly<Record<string, readonly [() => Uint8Array, RegExp]>> = {
  "a circle": [
    () => {
      const graph = new OnnxGraph();
      graph.namedNode("Identity", "b", "a");
      graph.namedNode("Identity", "a", "b");
      graph.namedNode("Identity", "x", "y");
      return modelOf(graph, "a");
    },
    /not on the way|circle|end of the graph/,
  ],
  "a value that nothing gives": [
    () => {
      const graph = new OnnxGraph();
      graph.namedNode("Identity", graph.node("Relu", ["nowhere"]), "y");
      return modelOf(graph, "y");
    },
    /nowhere.*nothing/,
  ],
  "a value that two nodes give": [
    () => {
      const graph = new OnnxGraph();
      graph.namedNode("Identity", "x", "y");
      graph.namedNode("Identity", "x", "y");
      return modelOf(graph, "y");
    },
    /two nodes/,
  ],
  "an operator that the lab has not": [
    () => {
      const graph = new OnnxGraph();
      graph.namedNode("Identity", graph.node("Conv", ["x"]), "y");
      return modelOf(graph, "y");
    },
    /node Conv "conv_1": expected Gemm/,
  ],
  "a shape of 10^18 values": [
    () => {
      const graph = new MessageWriter().message(
        5,
        new MessageWriter().integer(1, 1e9).integer(1, 1e9).integer(2, 1).text(8, "w"),
      );
      return new MessageWriter().message(7, graph).encode();
    },
    /at most .* values for tensor w/,
  ],
  "fewer bytes than the shape says": [
    () => {
      const tensor = new MessageWriter().integer(1, 4).integer(2, 1).text(8, "w").bytes(9, new Uint8Array(8));
      return new MessageWriter().message(7, new MessageWriter().message(5, tensor)).encode();
    },
    /16 bytes for tensor w \(4\), got 8/,
  ],
  "external data that leads out of the folder": [
    () => {
      const entry = new MessageWriter().text(1, "location").text(2, "../../../etc/passwd");
      const tensor = new MessageWriter()
        .integer(1, 1)
        .integer(2, 1)
        .text(8, "w")
        .message(13, entry)
        .integer(14, 1);
      return new MessageWriter().message(7, new MessageWriter().message(5, tensor)).encode();
    },
    /in this file, got external data in "\.\.\/\.\.\/\.\.\/etc\/passwd"/,
  ],
  "a length beyond the end": [
    () => Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 1),
    /at most 7 bytes, got/,
  ],
  "a number that never ends": [() => new Uint8Array(20).fill(0xff), /at most 10 bytes/],
  "a group, which protobuf 3 has not": [() => Uint8Array.of(0x3b), /wire type 3/],
};
it.each(Object.entries(hostile))("read refuses %s", (_title, [bytes, message]) => {
  expect(() => read(bytes())).toThrow(message);
});

it("read is not led into a graph within a graph within a graph", () => {
  let inner = new MessageWriter().text(2, "deep");
  for (let depth = 0; depth < 2_000; depth++) {
    const attribute = new MessageWriter().text(1, "then_branch").message(6, inner);
    inner = new MessageWriter().message(1, new MessageWriter().text(4, "If").message(5, attribute));
    if (inner.encode().length > 1_000_000) break;
  }
  const bytes = new MessageWriter().message(7, inner).encode();
  expect(() => read(bytes)).toThrow(/one input and one output/);
});

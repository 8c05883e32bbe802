import { ownFunctions } from "../../../core/expression/own-activation.ts";
import type { Activation } from "../../../core/ops/activation.ts";
import type { Layer } from "../../../core/network/network.ts";
import { onnxFormula } from "../onnx/onnx-formula.ts";
import type { OnnxGraph } from "../onnx/onnx-graph.ts";
import { indented, pythonNumber } from "../torch/python-text.ts";
import { torchFormula } from "../torch/torch-formula.ts";

/** A parameter of torch's module: what it is made of. */
export interface StateRow {
  /** "weight", "running_mean", … */
  readonly suffix: string;
  /** Which of the layer's names; null for the count of batches. */
  readonly of: "weight" | "bias" | "gain" | "shift" | "running" | null;
  /** torch stores W as (out, in); mean and variance are the rows of `running`. */
  readonly form: "same" | "transposed" | "first half" | "second half" | "batches";
}

/** How a layer of the lab is said elsewhere. */
export interface LayerRow<L> {
  /** The module, as a person writes it. `branches` are the modules of a block, by branch. */
  readonly torch: (layer: L, branches: readonly (readonly string[])[]) => string;
  readonly state: readonly StateRow[];
  /** Adds the layer's nodes; names are those of its parameters in the graph. @returns the output's name. */
  readonly onnx: (
    graph: OnnxGraph,
    x: string,
    layer: L,
    given: {
      readonly name: (suffix: string) => string;
      /** What the branches of a block give for x. */
      readonly branches: readonly ((x: string) => string)[];
    },
  ) => string;
}

interface ActivationRow<A> {
  readonly torch: (activation: A) => string;
  readonly onnx: (graph: OnnxGraph, x: string, activation: A) => string;
}

const plain = (torch: string, operator: string): ActivationRow<unknown> => ({
  torch: () => torch,
  onnx: (graph, x) => graph.node(operator, [x]),
});

/** One row an activation: a missing one does not compile. */
export const ACTIVATION_ROWS: {
  readonly [K in Activation["kind"]]: ActivationRow<Extract<Activation, { readonly kind: K }>>;
} = {
  leakyRelu: {
    torch: ({ slope }) => `nn.LeakyReLU(${pythonNumber(slope)})`,
    onnx: (graph, x, { slope }) => graph.node("LeakyRelu", [x], { alpha: slope }),
  },
  tanh: plain("nn.Tanh()", "Tanh"),
  sigmoid: plain("nn.Sigmoid()", "Sigmoid"),
  gelu: {
    torch: () => "nn.GELU()",
    // x Φ(x), from parts: Gelu itself came with opset 20.
    onnx: (graph, x) => {
      const scaled = graph.node("Mul", [x, graph.scalar(Math.SQRT1_2)]);
      const shifted = graph.node("Add", [graph.node("Erf", [scaled]), graph.scalar(1)]);
      return graph.node("Mul", [graph.node("Mul", [x, graph.scalar(0.5)]), shifted]);
    },
  },
  softplus: plain("nn.Softplus()", "Softplus"),
  own: {
    torch: (activation) => `Own(lambda z: ${torchFormula(ownFunctions(activation).forward)})`,
    onnx: (graph, x, activation) => onnxFormula(graph, x, ownFunctions(activation).forward),
  },
};

/** The row's own activation, whichever it is. */
function activationRow(activation: Activation): {
  torch: () => string;
  onnx: (graph: OnnxGraph, x: string) => string;
} {
  if (activation.kind === "own") {
    const row = ACTIVATION_ROWS.own;
    return { torch: () => row.torch(activation), onnx: (graph, x) => row.onnx(graph, x, activation) };
  }
  if (activation.kind === "leakyRelu") {
    const row = ACTIVATION_ROWS.leakyRelu;
    return { torch: () => row.torch(activation), onnx: (graph, x) => row.onnx(graph, x, activation) };
  }
  const { kind } = activation;
  // The rows of activations without parameters take any of them.
  const row = ACTIVATION_ROWS[kind] as ActivationRow<Activation>;
  return { torch: () => row.torch(activation), onnx: (graph, x) => row.onnx(graph, x, activation) };
}

const AFFINE: readonly StateRow[] = [
  { suffix: "weight", of: "gain", form: "same" },
  { suffix: "bias", of: "shift", form: "same" },
];

/** A module that is given others, one a line. */
const called = (module: string, given: readonly string[]): string =>
  given.length === 0
    ? `${module}()`
    : `${module}(\n${indented(given.map((one) => `${one},`).join("\n"), 1)}\n)`;

/** One row a layer: a missing one does not compile. */
export const LAYER_ROWS: {
  readonly [T in Layer["type"]]: LayerRow<Extract<Layer, { readonly type: T }>>;
} = {
  linear: {
    torch: ({ in: inFeatures, out }) => `nn.Linear(${inFeatures}, ${out})`,
    state: [
      { suffix: "weight", of: "weight", form: "transposed" },
      { suffix: "bias", of: "bias", form: "same" },
    ],
    onnx: (graph, x, _layer, { name }) =>
      graph.node("Gemm", [x, name("weight"), name("bias")], { transB: 1 }),
  },
  relu: {
    torch: ({ shift }) => (shift === 0 ? "nn.ReLU()" : `ShiftedReLU(${pythonNumber(shift)})`),
    state: [],
    onnx: (graph, x, { shift }) => {
      const y = graph.node("Relu", [x]);
      return shift === 0 ? y : graph.node("Sub", [y, graph.scalar(shift)]);
    },
  },
  activation: {
    torch: ({ activation }) => activationRow(activation).torch(),
    state: [],
    onnx: (graph, x, { activation }) => activationRow(activation).onnx(graph, x),
  },
  dropout: {
    torch: ({ rate }) => `nn.Dropout(${pythonNumber(rate)})`,
    state: [],
    // An exported model computes what it has learned: nothing falls out.
    onnx: (_graph, x) => x,
  },
  batchNorm: {
    torch: ({ features, momentum, eps }) =>
      `nn.BatchNorm1d(${features}, eps=${pythonNumber(eps)}, momentum=${pythonNumber(momentum)})`,
    state: [
      ...AFFINE,
      { suffix: "running_mean", of: "running", form: "first half" },
      { suffix: "running_var", of: "running", form: "second half" },
      { suffix: "num_batches_tracked", of: null, form: "batches" },
    ],
    onnx: (graph, x, { eps }, { name }) =>
      graph.node(
        "BatchNormalization",
        [x, name("weight"), name("bias"), name("running_mean"), name("running_var")],
        { epsilon: eps },
      ),
  },
  layerNorm: {
    torch: ({ features, eps }) => `nn.LayerNorm(${features}, eps=${pythonNumber(eps)})`,
    state: AFFINE,
    onnx: (graph, x, { eps }, { name }) =>
      graph.node("LayerNormalization", [x, name("weight"), name("bias")], { axis: -1, epsilon: eps }),
  },
  residual: {
    torch: (_layer, [inside = []]) => called("Residual", inside),
    state: [],
    onnx: (graph, x, _layer, { branches }) => graph.node("Add", [x, ...branches.map((f) => f(x))]),
  },
  product: {
    torch: (_layer, branches) =>
      called(
        "Product",
        branches.map((branch) => called("nn.Sequential", branch)),
      ),
    state: [],
    onnx: (graph, x, _layer, { branches }) =>
      graph.node(
        "Mul",
        branches.map((f) => f(x)),
      ),
  },
};

/** The row of any layer. */
export const layerRow = <L extends Layer>({ type }: L): LayerRow<L> =>
  // TypeScript does not follow the table's key from the layer's type to its row.
  LAYER_ROWS[type] as unknown as LayerRow<L>;

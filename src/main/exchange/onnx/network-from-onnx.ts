import { DataFormatError } from "../../../core/errors.ts";
import type { SingleLayerSpec, TrainLayerSpec } from "../../../shared/specs/layer-spec.ts";
import { transposed } from "../torch/torch-state.ts";
import type { OnnxFile, OnnxNode, OnnxTensor } from "./read-onnx.ts";

/** A network that was read, and its weights by the lab's names. */
export interface ForeignNetwork {
  readonly layers: readonly TrainLayerSpec[];
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** What was left out or understood, in words. */
  readonly notes: readonly string[];
}

const SQRT2 = Math.SQRT2;
const near = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 1e-3 * Math.abs(wanted);

/** Walks a graph from its input to its output and names the lab's layers on the way. */
class GraphWalk {
  readonly #model: OnnxFile;
  readonly #consumers = new Map<string, OnnxNode[]>();
  readonly #used = new Set<OnnxNode>();
  readonly #parameters: Record<string, Float32Array> = {};
  readonly #notes: string[] = [];
  #linear = 0;
  #norm = 0;

  constructor(model: OnnxFile) {
    this.#model = model;
    const given = new Map<string, OnnxNode>();
    for (const node of model.nodes) {
      for (const output of node.outputs) {
        if (given.has(output))
          this.#refuse(node, `a value ${output} that one node gives`, "two nodes that give it");
        given.set(output, node);
      }
    }
    for (const node of model.nodes) {
      for (const input of node.inputs.filter((name) => name !== "")) {
        if (!given.has(input) && !model.constants.has(input) && !model.inputs.includes(input)) {
          this.#refuse(node, `a value ${input} that something gives`, "nothing that gives it");
        }
        this.#consumers.set(input, [...(this.#consumers.get(input) ?? []), node]);
      }
    }
  }

  network(): ForeignNetwork {
    const { file, inputs, outputs, nodes } = this.#model;
    const [input, output] = [inputs[0], outputs[0]];
    if (input === undefined || output === undefined || inputs.length !== 1 || outputs.length !== 1) {
      throw new DataFormatError(
        file,
        { place: "its graph" },
        "one input and one output",
        `${inputs.length} inputs and ${outputs.length} outputs`,
      );
    }
    const layers = this.#chain(input, output);
    const left = nodes.find((node) => !this.#used.has(node));
    if (left !== undefined) {
      this.#refuse(left, "nodes one after another from input to output", "one that is not on the way");
    }
    return { layers, parameters: this.#parameters, notes: this.#notes };
  }

  /**
   * The layers from one value to another, or of a branch that begins with the node `begin`. A graph that leads in circles
   * ends here: no node is used twice.
   */
  #chain(from: string, to: string, begin: OnnxNode | null = null): TrainLayerSpec[] {
    const layers: TrainLayerSpec[] = [];
    let x = from;
    while (x !== to) {
      const one = x === from ? begin : null;
      const activation = one === null ? (this.#gelu(x) ?? this.#silu(x)) : null;
      if (activation !== null) {
        layers.push(activation.layer);
        x = activation.output;
        continue;
      }
      const next =
        one === null ? (this.#consumers.get(x) ?? []).filter((node) => !this.#used.has(node)) : [one];
      const [first, second, third] = next;
      if (first === undefined) {
        throw new DataFormatError(
          this.#model.file,
          { place: `value ${x}` },
          `nodes that lead to ${to}`,
          this.#consumers.has(x) ? "a circle" : "the end of the graph",
        );
      }
      if (second === undefined) x = this.#node(first, x, layers);
      else {
        if (third !== undefined) this.#refuse(first, `one or two paths from ${x} on`, `${next.length} paths`);
        const { block, output } = this.#block(x, first, second);
        layers.push(block);
        x = output;
      }
    }
    return layers;
  }

  /** The residual block or product whose branches begin with these two nodes. */
  #block(x: string, first: OnnxNode, second: OnnxNode): { block: TrainLayerSpec; output: string } {
    const [ofFirst, ofSecond] = [this.#reachedFrom(first), this.#reachedFrom(second)];
    const join = this.#model.nodes.find((node) => ofFirst.has(node) && ofSecond.has(node));
    const [a, b] = join?.inputs ?? [];
    if (join === undefined || a === undefined || b === undefined || !["Add", "Mul"].includes(join.operator)) {
      return this.#refuse(
        first,
        "x + f(x) or f(x) · g(x) where a value is used twice",
        join?.operator ?? "no end",
      );
    }
    this.#use(join);
    const branch = (to: string): TrainLayerSpec[] => {
      if (to === x) return [];
      const begin = [first, second].find(
        (node) => node !== join && [...this.#reachedFrom(node)].some(({ outputs }) => outputs.includes(to)),
      );
      return begin === undefined
        ? this.#refuse(join, `a value that comes from ${x}`, to)
        : this.#chain(x, to, begin);
    };
    const output = this.#output(join);
    const [left, right] = [branch(a), branch(b)];
    if (join.operator === "Mul") {
      return {
        block: { type: "product", left: this.#plain(join, left), right: this.#plain(join, right) },
        output,
      };
    }
    if (left.length > 0 && right.length > 0) {
      this.#refuse(join, "x + f(x) where a value is used twice", "f(x) + g(x)");
    }
    const layers = [...left, ...right].map((layer) =>
      layer.type === "residual" || layer.type === "ownLayer"
        ? this.#refuse(join, "layers and products in a residual block", `a ${layer.type} block`)
        : layer,
    );
    return { block: { type: "residual", layers }, output };
  }

  #plain(join: OnnxNode, branch: readonly TrainLayerSpec[]): SingleLayerSpec[] {
    return branch.map((layer) =>
      layer.type === "residual" || layer.type === "product" || layer.type === "ownLayer"
        ? this.#refuse(join, "layers without blocks in a product's branches", `a ${layer.type} block`)
        : layer,
    );
  }

  /** A node, and all that follow from it and are not used yet. */
  #reachedFrom(begin: OnnxNode): ReadonlySet<OnnxNode> {
    const reached = new Set<OnnxNode>([begin]);
    for (const node of reached) {
      for (const after of node.outputs.flatMap((output) => this.#consumers.get(output) ?? []))
        reached.add(after);
    }
    return reached;
  }

  /** x sigmoid(x), torch's SiLU, as an activation of one's own; null where it is none. */
  #silu(x: string): { layer: TrainLayerSpec; output: string } | null {
    const next = (this.#consumers.get(x) ?? []).filter((node) => !this.#used.has(node));
    const sigmoid = next.find(({ operator }) => operator === "Sigmoid");
    const gate = sigmoid?.outputs[0] ?? "";
    const times = next.find(({ operator, inputs }) => operator === "Mul" && inputs.includes(gate));
    if (sigmoid === undefined || times === undefined || next.length !== 2) return null;
    if (this.#consumers.get(gate)?.length !== 1) return null;
    this.#use(sigmoid);
    this.#use(times);
    return {
      layer: { type: "own", name: "silu", forward: "z * sigmoid(z)" },
      output: this.#output(times),
    };
  }

  /** x Φ(x) from parts, as exporters write it; null where it is none. */
  #gelu(x: string): { layer: TrainLayerSpec; output: string } | null {
    const only = (value: string, operator: string): OnnxNode | null => {
      const found = (this.#consumers.get(value) ?? []).filter((node) => node.operator === operator);
      return found.length === 1 ? (found[0] ?? null) : null;
    };
    const scaled = (this.#consumers.get(x) ?? []).find(({ operator, inputs }) => {
      const factor = this.#scalar(inputs.find((name) => name !== x));
      return (
        factor !== null &&
        ((operator === "Div" && near(factor, SQRT2)) || (operator === "Mul" && near(factor, 1 / SQRT2)))
      );
    });
    if (scaled === undefined) return null;
    const erf = only(this.#output(scaled), "Erf");
    const add = erf === null ? null : only(this.#output(erf), "Add");
    const times = add === null ? null : only(this.#output(add), "Mul");
    if (erf === null || add === null || times === null) return null;
    const half = (node: OnnxNode, value: string): boolean =>
      near(this.#scalar(node.inputs.find((name) => name !== value)) ?? NaN, 0.5);
    const factor = times.inputs.find((name) => name !== this.#output(add)) ?? "";
    const parts = [scaled, erf, add, times];
    if (factor === x) {
      const halved = only(this.#output(times), "Mul");
      if (halved === null || !half(halved, this.#output(times))) return null;
      for (const node of [...parts, halved]) this.#use(node);
      return { layer: { type: "gelu" }, output: this.#output(halved) };
    }
    const halved = (this.#consumers.get(x) ?? []).find(
      (node) => node.outputs[0] === factor && node.operator === "Mul",
    );
    if (halved === undefined || !half(halved, x)) return null;
    for (const node of [...parts, halved]) this.#use(node);
    return { layer: { type: "gelu" }, output: this.#output(times) };
  }

  /** Takes one node; @returns the value it gives. */
  #node(node: OnnxNode, x: string, layers: TrainLayerSpec[]): string {
    this.#use(node);
    const output = this.#output(node);
    const { operator } = node;
    const number = (name: string, otherwise: number): number => {
      const value = node.attributes.get(name);
      return typeof value === "number" ? value : otherwise;
    };
    switch (operator) {
      case "Gemm": {
        if (
          number("alpha", 1) !== 1 ||
          number("beta", 1) !== 1 ||
          number("transA", 0) !== 0 ||
          node.inputs[0] !== x
        ) {
          this.#refuse(node, "Gemm with alpha 1, beta 1 and no transposed A", "another");
        }
        const bias =
          node.inputs[2] === undefined || node.inputs[2] === "" ? null : this.#constant(node, 2, 1);
        layers.push(this.#addLinear(node, this.#constant(node, 1, 2), number("transB", 0) === 1, bias));
        return output;
      }
      case "MatMul": {
        if (node.inputs[0] !== x) this.#refuse(node, "x W", "W x");
        const weight = this.#constant(node, 1, 2);
        const [add, ...more] = this.#consumers.get(output) ?? [];
        const other = add?.inputs.find((name) => name !== output);
        const bias = other === undefined ? undefined : this.#model.constants.get(other);
        if (
          add?.operator !== "Add" ||
          more.length > 0 ||
          bias === undefined ||
          bias.data.length !== weight.shape[1]
        ) {
          layers.push(this.#addLinear(node, weight, false, null));
          return output;
        }
        this.#use(add);
        layers.push(this.#addLinear(node, weight, false, bias));
        return this.#output(add);
      }
      case "Relu": {
        const [sub, ...more] = this.#consumers.get(output) ?? [];
        const shift =
          sub?.operator === "Sub" && sub.inputs[0] === output ? this.#scalar(sub.inputs[1]) : null;
        if (sub === undefined || shift === null || more.length > 0) {
          layers.push({ type: "relu", shift: 0 });
          return output;
        }
        this.#use(sub);
        layers.push({ type: "relu", shift });
        return this.#output(sub);
      }
      case "LeakyRelu":
        layers.push({ type: "leakyRelu", slope: round(number("alpha", 0.01)) });
        return output;
      case "Tanh":
        layers.push({ type: "tanh" });
        return output;
      case "Sigmoid":
        layers.push({ type: "sigmoid" });
        return output;
      case "Softplus":
        layers.push({ type: "softplus" });
        return output;
      case "Gelu":
        layers.push({ type: "gelu" });
        return output;
      case "BatchNormalization": {
        this.#addNorm(node, true);
        // ONNX keeps what is left of the average, torch what is taken of the batch.
        layers.push({
          type: "batchNorm",
          momentum: round(1 - number("momentum", 0.9)),
          eps: round(number("epsilon", 1e-5)),
        });
        return output;
      }
      case "LayerNormalization":
        if (![-1, 1].includes(number("axis", -1))) this.#refuse(node, "axis -1", String(number("axis", -1)));
        this.#addNorm(node, false);
        layers.push({ type: "layerNorm", eps: round(number("epsilon", 1e-5)) });
        return output;
      case "Dropout": {
        const rate =
          node.inputs[1] === undefined || node.inputs[1] === ""
            ? number("ratio", 0.5)
            : this.#scalar(node.inputs[1]);
        layers.push({ type: "dropout", rate: round(rate ?? 0.5) });
        return output;
      }
      case "Softmax":
        if ((this.#consumers.get(output) ?? []).some(({ operator: after }) => after !== "Identity")) {
          this.#refuse(node, "a Softmax at the end only", "one in the middle");
        }
        this.#notes.push("The softmax at its end is left out: the loss cross entropy has one of its own.");
        return output;
      case "Identity":
      case "Flatten":
      case "Reshape":
      case "Cast":
        return output;
      case "Div":
      case "Sub":
      case "Mul":
        if (layers.length > 0 || !node.inputs.some((name) => this.#model.constants.has(name))) break;
        this.#notes.push(
          `Its ${operator} by ${this.#scalar(node.inputs.find((name) => name !== x)) ?? "a constant"} before the first layer is left out: the lab normalises by the data set.`,
        );
        return output;
      default:
        break;
    }
    return this.#refuse(
      node,
      "Gemm, MatMul and Add, Relu, LeakyRelu, Tanh, Sigmoid, Softplus, Gelu, norms, Dropout, x + f(x) or f(x) · g(x)",
      operator,
    );
  }

  #addLinear(
    node: OnnxNode,
    weight: OnnxTensor,
    torchLayout: boolean,
    bias: OnnxTensor | null,
  ): TrainLayerSpec {
    const [rows = 0, columns = 0] = weight.shape;
    const [inFeatures, out] = torchLayout ? [columns, rows] : [rows, columns];
    if (bias !== null && bias.data.length !== out) {
      this.#refuse(node, `a bias of ${out} values`, `${bias.data.length}`);
    }
    const number = ++this.#linear;
    this.#parameters[`w${number}`] = torchLayout ? transposed(weight.data, rows, columns) : weight.data;
    this.#parameters[`b${number}`] = bias?.data ?? new Float32Array(out);
    return { type: "linear", in: inFeatures, out, init: "kaimingNormal" };
  }

  #addNorm(node: OnnxNode, running: boolean): void {
    const number = ++this.#norm;
    const gain = this.#constant(node, 1, 1);
    const shift = node.inputs[2] === undefined ? null : this.#constant(node, 2, 1);
    this.#parameters[`gain${number}`] = gain.data;
    this.#parameters[`shift${number}`] = shift?.data ?? new Float32Array(gain.data.length);
    if (!running) return;
    const averages = Float32Array.of(...this.#constant(node, 3, 1).data, ...this.#constant(node, 4, 1).data);
    this.#parameters[`running${number}`] = averages;
  }

  #constant(node: OnnxNode, index: number, rank: number): OnnxTensor {
    const found = this.#model.constants.get(node.inputs[index] ?? "");
    if (found?.shape.length === rank) return found;
    return this.#refuse(
      node,
      `a constant of ${rank} dimensions as input ${index}`,
      found === undefined ? "a value that is computed" : `(${found.shape.join(", ")})`,
    );
  }

  /** The number that a constant holds; null where it is none. */
  #scalar(name: string | undefined): number | null {
    const found = this.#model.constants.get(name ?? "");
    return found?.data.length === 1 ? round(found.data[0] ?? NaN) : null;
  }

  #use(node: OnnxNode): void {
    if (this.#used.has(node)) this.#refuse(node, "a graph without circles", "a node that leads to itself");
    this.#used.add(node);
  }

  #output(node: OnnxNode): string {
    return node.outputs[0] ?? this.#refuse(node, "an output", "none");
  }

  #refuse(node: OnnxNode, expected: string, got: string): never {
    const named = node.name === "" ? "" : ` "${node.name}"`;
    throw new DataFormatError(this.#model.file, { place: `node ${node.operator}${named}` }, expected, got);
  }
}

/** float32's nearest short decimal: 0.1 instead of 0.10000000149. */
const round = (value: number): number => Number(value.toPrecision(7));

/** A plain network as the lab has it. @throws {DataFormatError} That names the node which it cannot be. */
export const networkFromOnnx = (model: OnnxFile): ForeignNetwork => new GraphWalk(model).network();

import { MessageWriter } from "../protobuf/message-writer.ts";

/** Numbers of the fields are those of onnx.proto. @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const FLOAT = 1;
const ATTRIBUTE_TYPE = { float: 1, integer: 2 } as const;

/** A graph that is written node by node; every value has a name. */
export class OnnxGraph {
  readonly #nodes: MessageWriter[] = [];
  readonly #constants: MessageWriter[] = [];
  readonly #scalars = new Map<number, string>();
  #values = 0;

  /** Adds a node of one output. @returns the output's name. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number>> = {},
  ): string {
    const output = `${operator.toLowerCase()}_${++this.#values}`;
    this.#write(operator, inputs, output, attributes);
    return output;
  }

  /** Gives a value its last name: that of the graph's output. */
  namedNode(operator: "Softmax" | "Identity", input: string, output: string): void {
    this.#write(operator, [input], output, operator === "Softmax" ? { axis: -1 } : {});
  }

  #write(
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, number>>,
  ): void {
    const node = new MessageWriter();
    for (const input of inputs) node.text(1, input);
    node.text(2, output).text(3, output).text(4, operator);
    for (const [name, value] of Object.entries(attributes)) {
      const attribute = new MessageWriter().text(1, name);
      // What ONNX wants as a float is named here; the others are whole numbers.
      if (name === "alpha" || name === "epsilon") attribute.float(2, value).integer(20, ATTRIBUTE_TYPE.float);
      else attribute.integer(3, value).integer(20, ATTRIBUTE_TYPE.integer);
      node.message(5, attribute);
    }
    this.#nodes.push(node);
  }

  /** Adds a float32 tensor. @returns its name. */
  constant(name: string, shape: readonly number[], values: Float32Array): string {
    const tensor = new MessageWriter();
    for (const size of shape) tensor.integer(1, size);
    tensor
      .integer(2, FLOAT)
      .text(8, name)
      .bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#constants.push(tensor);
    return name;
  }

  /** A number that many nodes may share. @returns its name. */
  scalar(value: number): string {
    const known = this.#scalars.get(value);
    if (known !== undefined) return known;
    const name = this.constant(`number_${this.#scalars.size + 1}`, [], Float32Array.of(value));
    this.#scalars.set(value, name);
    return name;
  }

  /** The graph as a message: one input and one output of float32, (batch, features). */
  message(
    name: string,
    input: { readonly name: string; readonly features: number },
    output: { readonly name: string; readonly features: number },
  ): MessageWriter {
    const graph = new MessageWriter();
    for (const node of this.#nodes) graph.message(1, node);
    graph.text(2, name);
    for (const tensor of this.#constants) graph.message(5, tensor);
    return graph.message(11, valueInfo(input)).message(12, valueInfo(output));
  }
}

/** float32 (batch, features), any number of rows. */
function valueInfo({ name, features }: { readonly name: string; readonly features: number }): MessageWriter {
  const shape = new MessageWriter()
    .message(1, new MessageWriter().text(2, "batch"))
    .message(1, new MessageWriter().integer(1, features));
  const tensor = new MessageWriter().integer(1, FLOAT).message(2, shape);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}

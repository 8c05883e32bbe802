import { DataFormatError } from "../../../core/errors.ts";
import { bfloat16s, float16 } from "../../data/half-floats.ts";
import { readRegularFile } from "../../data/regular-file.ts";
import {
  aligned,
  fieldsOf,
  packedDoubles,
  packedFloats,
  packedIntegers,
  realOf,
  textOf,
  wholeOf,
  type Field,
} from "../protobuf/message-reader.ts";

/** A constant of a graph, as float32. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface OnnxNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Numbers and lists of numbers; what a node has beside them is null. */
  readonly attributes: ReadonlyMap<string, number | readonly number[] | OnnxTensor | null>;
}

/** What is read of a model: one graph of nodes with one input that is no constant, and one output. */
export interface OnnxFile {
  readonly file: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A plain network of a gigabyte does not fit into the engine either. */
const MOST_BYTES = 1 << 30;
const MOST_NODES = 10_000;
const MOST_NUMEL = 1 << 28;

type Bytes = Extract<Field, { readonly kind: "bytes" }>;

/** How values of a type lie in `raw_data`; numbers as in onnx.proto's DataType. */
const RAW: Readonly<
  Record<number, { readonly bytes: number; readonly read: (raw: ArrayBuffer) => Float32Array }>
> = {
  1: { bytes: 4, read: (raw) => new Float32Array(raw) },
  6: { bytes: 4, read: (raw) => Float32Array.from(new Int32Array(raw)) },
  7: { bytes: 8, read: (raw) => Float32Array.from(new BigInt64Array(raw), (value) => Number(value)) },
  10: { bytes: 2, read: (raw) => Float32Array.from(new Uint16Array(raw), float16) },
  11: { bytes: 8, read: (raw) => Float32Array.from(new Float64Array(raw)) },
  16: { bytes: 2, read: (raw) => bfloat16s(new Uint16Array(raw)) },
};

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function readTensor(file: string, { value, at }: Bytes): OnnxTensor {
  const shape: number[] = [];
  let [name, type, raw, external]: [string, number, Bytes | null, string | null] = ["", 0, null, null];
  const values: Float32Array[] = [];
  for (const field of fieldsOf(file, value, at)) {
    if (field.number === 1 && field.kind === "integer") shape.push(wholeOf(field.value));
    else if (field.number === 1 && field.kind === "bytes")
      shape.push(...packedIntegers(file, field.value, field.at).map(wholeOf));
    else if (field.number === 2 && field.kind === "integer") type = Number(field.value);
    else if (field.number === 4 && field.kind === "bytes")
      values.push(packedFloats(file, field.value, field.at));
    else if (field.number === 4 && field.kind === "fixed32")
      values.push(Float32Array.of(realOf(field.value)));
    else if (field.number === 7 && field.kind === "bytes")
      values.push(Float32Array.from(packedIntegers(file, field.value, field.at), (one) => Number(one)));
    else if (field.number === 8 && field.kind === "bytes") name = textOf(file, field);
    else if (field.number === 9 && field.kind === "bytes") raw = field;
    else if (field.number === 10 && field.kind === "bytes")
      values.push(Float32Array.from(packedDoubles(file, field.value, field.at)));
    else if (field.number === 13 && field.kind === "bytes")
      external ??= textOf(file, { ...field, value: lastText(file, field) });
    else if (field.number === 14 && field.kind === "integer" && field.value === 1n)
      external ??= "another file";
  }
  const where = `tensor ${name}`;
  // Whatever path is named: no other file is ever opened.
  if (external !== null) {
    throw new DataFormatError(
      file,
      at,
      `the values of ${where} in this file`,
      `external data in ${JSON.stringify(external.slice(0, 100))}; save the model as one file, in PyTorch with external_data=False`,
    );
  }
  const numel = shape.reduce((product, size) => product * size, 1);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || numel > MOST_NUMEL) {
    throw new DataFormatError(
      file,
      at,
      `a shape of at most ${MOST_NUMEL} values for ${where}`,
      `(${shape.join(", ")})`,
    );
  }
  const known = RAW[type];
  if (known === undefined)
    throw new DataFormatError(file, at, `${where} of floats or whole numbers`, `data type ${type}`);
  if (raw !== null && raw.value.length !== known.bytes * numel) {
    throw new DataFormatError(
      file,
      raw.at,
      `${known.bytes * numel} bytes for ${where} (${shape.join(", ")})`,
      `${raw.value.length} bytes`,
    );
  }
  const data = raw === null ? concatenated(values) : known.read(aligned(raw.value));
  if (data.length !== numel) {
    throw new DataFormatError(
      file,
      at,
      `${numel} values for ${where} (${shape.join(", ")})`,
      `${data.length}`,
    );
  }
  return { name, shape, data };
}

/** Where external data says it is: the value of its entry. */
function lastText(file: string, { value, at }: Bytes): Uint8Array {
  let found = value;
  for (const field of fieldsOf(file, value, at)) {
    if (field.number === 2 && field.kind === "bytes") found = field.value;
  }
  return found;
}

function readNode(file: string, { value, at }: Bytes): OnnxNode {
  let [operator, name, domain] = ["", "", ""];
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, number | readonly number[] | OnnxTensor | null>();
  for (const field of fieldsOf(file, value, at)) {
    if (field.kind !== "bytes") continue;
    if (field.number === 1) inputs.push(textOf(file, field));
    else if (field.number === 2) outputs.push(textOf(file, field));
    else if (field.number === 3) name = textOf(file, field);
    else if (field.number === 4) operator = textOf(file, field);
    else if (field.number === 5) attributes.set(...readAttribute(file, field));
    else if (field.number === 7) domain = textOf(file, field);
  }
  return {
    operator: domain === "" || domain === "ai.onnx" ? operator : `${domain}.${operator}`,
    name,
    inputs,
    outputs,
    attributes,
  };
}

function readAttribute(
  file: string,
  { value, at }: Bytes,
): [string, number | readonly number[] | OnnxTensor | null] {
  let [name, found]: [string, number | readonly number[] | OnnxTensor | null] = ["", null];
  const list: number[] = [];
  for (const field of fieldsOf(file, value, at)) {
    if (field.number === 1 && field.kind === "bytes") name = textOf(file, field);
    else if (field.number === 2 && field.kind === "fixed32") found = realOf(field.value);
    else if (field.number === 3 && field.kind === "integer") found = wholeOf(field.value);
    else if (field.number === 5 && field.kind === "bytes") found = readTensor(file, field);
    else if (field.number === 8 && field.kind === "integer") list.push(wholeOf(field.value));
    else if (field.number === 8 && field.kind === "bytes")
      list.push(...packedIntegers(file, field.value, field.at).map(wholeOf));
  }
  return [name, list.length > 0 ? list : found];
}

/**
 * Reads an .onnx file: nodes, constants, names of inputs and outputs. No other file is opened whatever it names, and
 * graphs inside of nodes are not entered.
 *
 * @throws {DataFormatError} If it is not what it claims to be, or holds its values elsewhere.
 */
export async function readOnnx(path: string): Promise<OnnxFile> {
  return parseOnnx(path, await readRegularFile(path, MOST_BYTES));
}

/** The same of the file's bytes. @throws {DataFormatError} */
export function parseOnnx(path: string, bytes: Uint8Array): OnnxFile {
  let [graph, opset]: [Bytes | null, number] = [null, 0];
  for (const field of fieldsOf(path, bytes)) {
    if (field.number === 7 && field.kind === "bytes") graph = field;
    else if (field.number === 8 && field.kind === "bytes") {
      for (const part of fieldsOf(path, field.value, field.at)) {
        if (part.number === 2 && part.kind === "integer") opset = Math.max(opset, wholeOf(part.value));
      }
    }
  }
  if (graph === null) throw new DataFormatError(path, 0, "a model of ONNX with a graph", "none");
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxTensor>();
  const [inputs, outputs]: [string[], string[]] = [[], []];
  for (const field of fieldsOf(path, graph.value, graph.at)) {
    if (field.kind !== "bytes") continue;
    if (field.number === 1) nodes.push(readNode(path, field));
    else if (field.number === 5) {
      const tensor = readTensor(path, field);
      if (constants.has(tensor.name)) {
        throw new DataFormatError(path, field.at, "every constant once", `${tensor.name} twice`);
      }
      constants.set(tensor.name, tensor);
    } else if (field.number === 11) inputs.push(valueName(path, field));
    else if (field.number === 12) outputs.push(valueName(path, field));
    if (nodes.length > MOST_NODES) {
      throw new DataFormatError(path, field.at, `a graph of at most ${MOST_NODES} nodes`, "more");
    }
  }
  // Older exporters write constants as nodes.
  const computed: OnnxNode[] = [];
  for (const node of nodes) {
    const [output] = node.outputs;
    const value = node.attributes.get("value");
    if (
      node.operator === "Constant" &&
      output !== undefined &&
      value !== null &&
      typeof value === "object" &&
      "data" in value
    ) {
      constants.set(output, value);
    } else computed.push(node);
  }
  return {
    file: path,
    opset,
    nodes: computed,
    constants,
    inputs: inputs.filter((name) => !constants.has(name)),
    outputs,
  };
}

function valueName(file: string, { value, at }: Bytes): string {
  for (const field of fieldsOf(file, value, at)) {
    if (field.number === 1 && field.kind === "bytes") return textOf(file, field);
  }
  return "";
}

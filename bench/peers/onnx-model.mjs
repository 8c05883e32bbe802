// Writes ONNX models: the few fields of onnx.proto that a small graph needs, as protobuf.
// See https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the numbers of the fields.

const [VARINT, BYTES] = [0, 2];
const FLOAT32 = 1;
const INTEGER_ATTRIBUTE = 2;
const IR_VERSION = 8;
const OPSET = 17;

const text = new TextEncoder();

/** @param {number} value */
function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

/** @param {number} number @param {number} value */
const integer = (number, value) => Buffer.concat([varint(number * 8 + VARINT), varint(value)]);

/** @param {number} number @param {Uint8Array | string} content */
function bytes(number, content) {
  const body = typeof content === "string" ? text.encode(content) : content;
  return Buffer.concat([varint(number * 8 + BYTES), varint(body.length), body]);
}

/** A node of the graph; its attributes are whole numbers. */
export function node(operator, inputs, outputs, attributes = {}) {
  return Buffer.concat([
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      bytes(5, Buffer.concat([bytes(1, name), integer(3, value), integer(20, INTEGER_ATTRIBUTE)])),
    ),
  ]);
}

/** Declares an input or output of 32-bit floats. */
export function tensorInput(name, shape) {
  const dimensions = shape.map((size) => bytes(1, integer(1, size)));
  const type = Buffer.concat([integer(1, FLOAT32), bytes(2, Buffer.concat(dimensions))]);
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, type))]);
}

/** A constant of the model. */
export function tensorValue({ name, shape, values }) {
  const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([
    ...shape.map((size) => integer(1, size)),
    integer(2, FLOAT32),
    bytes(8, name),
    bytes(9, content),
  ]);
}

/** A whole model of one graph. */
export function modelBytes({ nodes, initializers, inputs, outputs }) {
  const graph = Buffer.concat([
    ...nodes.map((entry) => bytes(1, entry)),
    bytes(2, "bench"),
    ...initializers.map((entry) => bytes(5, entry)),
    ...inputs.map((entry) => bytes(11, entry)),
    ...outputs.map((entry) => bytes(12, entry)),
  ]);
  return Buffer.concat([integer(1, IR_VERSION), bytes(7, graph), bytes(8, integer(2, OPSET))]);
}

import { denseStrides } from "../../ops/strides.ts";
import { describe } from "../shapes.ts";
import type { TensorNode } from "../tensor-node.ts";
import { asView, type ProgramWriter } from "./program-writer.ts";
import type { BufferTensor } from "./lowered.ts";
import type { Strided } from "./strided.ts";

const outsideMessage =
  (node: TensorNode, size: number) =>
  (count: number): string =>
    `.${node.label}(): ${count === 1 ? "an index is" : `${count} indices are`} no whole number from 0 to ${size - 1}; indices came from ${describe(node.inputs.at(-1) ?? node)}.`;

/** Writes take, gather, scatterRows, scatterAlong and oneHot; `viewOf` gives an input as it lies. */
export function writePicking(
  writer: ProgramWriter,
  node: TensorNode,
  viewOf: (input: TensorNode) => Strided,
): BufferTensor {
  const [first] = node.inputs;
  const indices = node.inputs[node.inputs.length - 1];
  const shape = node.shape;
  const repeat = (count: number): number[] => new Array<number>(count).fill(0);
  const at = viewOf(indices);
  const { kind } = node.op;
  if (kind === "take" || kind === "gather") {
    const x = viewOf(first);
    const axis = node.op.kind === "gather" ? node.op.axis : 0;
    const rows = node.op.kind === "take";
    const [axisStride, axisSize] = [x.strides[axis], first.shape[axis]];
    const strides = rows ? [...repeat(indices.shape.length), ...x.strides.slice(1)] : x.strides.with(axis, 0);
    const indexStrides = rows ? [...at.strides, ...repeat(first.shape.length - 1)] : at.strides;
    const outside = writer.fault(node, outsideMessage(node, axisSize));
    const out = writer.allocate(node);
    const picked = { ...asView(x), strides };
    const by = { ...asView(at), strides: indexStrides };
    writer.run({ op: "take", shape, x: picked, axisStride, axisSize, indices: by, out, outside }, node);
    return out;
  }
  if (kind === "scatterRows" || kind === "scatterAlong" || kind === "oneHot") {
    const axis =
      node.op.kind === "scatterAlong" ? node.op.axis : node.op.kind === "oneHot" ? shape.length - 1 : 0;
    const places = denseStrides(shape);
    const [axisStride, axisSize] = [places[axis], shape[axis]];
    const isOneHot = node.op.kind === "oneHot";
    const space = isOneHot ? indices.shape : first.shape;
    const g = isOneHot
      ? { tensor: writer.one(), offset: 0, strides: repeat(space.length) }
      : asView(viewOf(first));
    const ahead = indices.shape.length;
    const rows = node.op.kind === "scatterRows";
    const outStrides = rows
      ? [...repeat(ahead), ...places.slice(1)]
      : isOneHot
        ? places.slice(0, -1)
        : places.with(axis, 0);
    const by = {
      ...asView(at),
      strides: rows ? [...at.strides, ...repeat(space.length - ahead)] : at.strides,
    };
    const outside = writer.fault(node, outsideMessage(node, axisSize));
    const out = writer.allocate(node);
    writer.run(
      { op: "scatterAdd", shape: space, g, indices: by, out, outStrides, axisStride, axisSize, outside },
      node,
    );
    return out;
  }
  throw new TypeError(`writePicking: ${node.op.kind} picks nothing`);
}

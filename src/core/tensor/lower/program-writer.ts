import type { Op } from "../../ops/op.ts";
import { BYTES_PER_ELEMENT, numelOf } from "../../ops/recording-ops.ts";
import type { StridedView } from "../../ops/generic-op.ts";
import { showShape } from "../shapes.ts";
import { TensorSizeError } from "../tensor-error.ts";
import type { TensorNode, TensorStorage } from "../tensor-node.ts";
import type { BufferTensor, Fault, Lowered } from "./lowered.ts";
import { regionOf, type Strided } from "./strided.ts";

/** Elements that one op goes over at most. */
const MAX_STEPS = 2 ** 31;

/** Collects the ops of a program with the buffers that they need. */
export class ProgramWriter {
  readonly #nextBuffer: () => number;
  readonly #ops: Op<BufferTensor>[] = [];
  readonly #buffers: { readonly tensor: BufferTensor; readonly node: TensorNode | null }[] = [];
  readonly #uploads: { readonly tensor: BufferTensor; readonly values: Float32Array }[] = [];
  readonly #stored = new Map<TensorNode, TensorStorage>();
  readonly #faults: Fault[] = [];

  constructor(nextBuffer: () => number) {
    this.#nextBuffer = nextBuffer;
  }

  /** A buffer for all of a node's values. */
  allocate(node: TensorNode): BufferTensor {
    return this.#add(node.name ?? node.label, node.shape, node);
  }

  #add(name: string, shape: readonly number[], node: TensorNode | null): BufferTensor {
    const dense = shape.length === 0 ? [1] : shape;
    const tensor = { name, shape: dense, dtype: "float32", buffer: this.#nextBuffer(), offset: 0 } as const;
    this.#buffers.push({ tensor, node });
    return tensor;
  }

  /** Values that come with the program. */
  upload(values: Float32Array, node: TensorNode): BufferTensor {
    const tensor = this.allocate(node);
    this.#uploads.push({ tensor, values });
    return tensor;
  }

  /** A tensor (1,) that holds 1. */
  one(): BufferTensor {
    const tensor = this.#add("one", [1], null);
    this.#uploads.push({ tensor, values: Float32Array.of(1) });
    return tensor;
  }

  /** A counter of what goes wrong while `node` is computed. */
  fault(node: TensorNode, message: (count: number) => string): BufferTensor {
    const counter = {
      name: `outside ${node.label}`,
      shape: [1],
      dtype: "float64",
      buffer: this.#nextBuffer(),
      offset: 0,
    } as const;
    this.#buffers.push({ tensor: counter, node: null });
    this.#faults.push({ counter, node, message });
    return counter;
  }

  /** @throws {TensorSizeError} If an op would go over more elements than one can. */
  run(op: Op<BufferTensor>, node: TensorNode): void {
    if ("shape" in op && numelOf(op.shape) >= MAX_STEPS) {
      throw new TensorSizeError(
        `.${node.label}(): goes over ${showShape(op.shape)}, ${numelOf(op.shape).toPrecision(3)} elements; at most 2³¹ at a time. ` +
          "Work on parts of the rows, or look for a .squeeze() that is missing.",
        node.line,
      );
    }
    this.#ops.push(op);
  }

  /** Says where a node lies once the program has run; only a contiguous view is a place. */
  store(node: TensorNode, view: Strided): void {
    const region = regionOf(view, node.shape);
    if (region !== null) this.#stored.set(node, { buffer: region.buffer, offset: region.offset });
  }

  finish(): Lowered {
    const held = new Set([...this.#stored.values()].map(({ buffer }) => buffer));
    const buffers = this.#buffers.map(({ tensor, node }) => ({
      tensor,
      node,
      bytes: BYTES_PER_ELEMENT[tensor.dtype] * numelOf(tensor.shape),
      temporary: !held.has(tensor.buffer),
    }));
    return {
      ops: this.#ops,
      buffers,
      uploads: this.#uploads,
      stored: [...this.#stored].map(([node, storage]) => ({ node, storage })),
      faults: this.#faults,
      bytes: buffers.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }
}

/** A view as ops take it. */
export const asView = ({ tensor, offset, strides }: Strided): StridedView<BufferTensor> => ({
  tensor,
  offset,
  strides,
});

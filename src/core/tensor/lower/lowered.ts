import type { Op, TensorLike } from "../../ops/op.ts";
import type { TensorNode, TensorStorage } from "../tensor-node.ts";

/** A dense, row-major tensor in a buffer, from element `offset` on; a number has shape [1]. */
export interface BufferTensor extends TensorLike {
  readonly buffer: number;
  readonly offset: number;
}

/** What is to be computed. */
export interface LowerRequest {
  /** Nodes whose values will be read: they end up dense in a buffer. */
  readonly wanted: readonly TensorNode[];
  /** Nodes that must have been computed: views of computed tensors, and constants, may stay what they are. */
  readonly settled: readonly TensorNode[];
  /** Whether something outside holds the node, so that it is stored when it is computed on the way. */
  readonly kept: (node: TensorNode) => boolean;
  readonly nextBuffer: () => number;
}

/** A buffer that the program needs and that does not exist yet. */
export interface NewBuffer {
  readonly tensor: BufferTensor;
  readonly bytes: number;
  /** Whether nothing refers to it once the program has run. */
  readonly temporary: boolean;
  /** What it holds; null for the program's own helpers. */
  readonly node: TensorNode | null;
}

/** A counter that must be 0 once the program has run. */
export interface Fault {
  /** (1,) float64. */
  readonly counter: BufferTensor;
  readonly node: TensorNode;
  readonly message: (count: number) => string;
}

/** A program of ops, and what must be done before and after it. */
export interface Lowered {
  readonly ops: readonly Op<BufferTensor>[];
  readonly buffers: readonly NewBuffer[];
  /** Values to be copied in before it runs. */
  readonly uploads: readonly { readonly tensor: BufferTensor; readonly values: Float32Array }[];
  /** Where nodes lie once it has run. */
  readonly stored: readonly { readonly node: TensorNode; readonly storage: TensorStorage }[];
  readonly faults: readonly Fault[];
  /** Bytes of all new buffers. */
  readonly bytes: number;
}

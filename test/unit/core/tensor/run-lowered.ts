import type { Op } from "../../../../src/core/ops/op.ts";
import { numelOf } from "../../../../src/core/ops/recording-ops.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../../src/core/ops/reference-tensor.ts";
import { lower } from "../../../../src/core/tensor/lower/lower.ts";
import type { BufferTensor, Lowered } from "../../../../src/core/tensor/lower/lowered.ts";
import type { TensorNode } from "../../../../src/core/tensor/tensor-node.ts";

/** Buffers in float64, and what runs lowered programs on them. */
export class TestMemory {
  readonly buffers = new Map<number, Float64Array>();
  readonly counters = new Map<number, number>();
  #next = 0;

  nextBuffer = (): number => this.#next++;

  /** Lowers and runs; fills in where the nodes lie. */
  compute(
    wanted: readonly TensorNode[],
    {
      settled = [],
      kept = () => false,
    }: { settled?: readonly TensorNode[]; kept?: (node: TensorNode) => boolean } = {},
  ): Lowered {
    const lowered = lower({ wanted, settled, kept, nextBuffer: this.nextBuffer });
    for (const { tensor } of lowered.buffers) {
      this.buffers.set(tensor.buffer, new Float64Array(numelOf(tensor.shape)).fill(NaN));
    }
    for (const { tensor, values } of lowered.uploads) this.#bufferOf(tensor.buffer).set(values);
    const ops = new ReferenceOps();
    for (const op of lowered.ops) ops.run(this.#placed(op));
    for (const { counter, node, message } of lowered.faults) {
      const [count = 0] = this.#bufferOf(counter.buffer);
      if (count !== 0) throw new RangeError(`line ${node.line?.line}: ${message(count)}`);
    }
    for (const { node, storage } of lowered.stored) node.storage = storage;
    for (const { tensor, temporary } of lowered.buffers) if (temporary) this.buffers.delete(tensor.buffer);
    return lowered;
  }

  /** The values of a node that was wanted. */
  read(node: TensorNode): Float64Array {
    if (node.storage === null) throw new Error(`${node.label} has not been computed`);
    const { buffer, offset } = node.storage;
    return this.#bufferOf(buffer).slice(offset, offset + numelOf(node.shape));
  }

  #bufferOf(buffer: number): Float64Array {
    const values = this.buffers.get(buffer);
    if (values === undefined) throw new Error(`buffer ${buffer} does not exist`);
    return values;
  }

  #placed(op: Op<BufferTensor>): Op<ReferenceTensor> {
    const placed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(placed);
      if (typeof value !== "object" || value === null) return value;
      if ("buffer" in value && "offset" in value) {
        const { buffer, offset, ...rest } = value as BufferTensor;
        const data = this.#bufferOf(buffer).subarray(offset, offset + numelOf(rest.shape));
        return { ...rest, data };
      }
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, placed(one)]));
    };
    return placed(op) as Op<ReferenceTensor>;
  }
}

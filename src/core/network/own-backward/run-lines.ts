import type { Op, Ops, TensorLike } from "../../ops/op.ts";
import { lower } from "../../tensor/lower/lower.ts";
import { mapTensors } from "../../tensor/lower/map-tensors.ts";
import type { TensorNode } from "../../tensor/tensor-node.ts";
import type { BackwardLine } from "./read-lines.ts";
import { recordLines } from "./record-lines.ts";

/** A tensor that exists already, by what the lines of a backward call it. */
export function givenNode(name: string, shape: readonly number[], buffer: number): TensorNode {
  return {
    id: buffer,
    op: { kind: "stored" },
    inputs: [],
    shape,
    dtype: "float32",
    label: name,
    line: null,
    name,
    storage: { buffer, offset: 0 },
  };
}

/**
 * Computes the gradients that the lines of a backward pass say, by the ops that notebooks compute with.
 *
 * @param given x, y, dy and the parameters, by what the lines call them.
 * @param names Of the gradients' tensors, by what the lines call them.
 * @returns The gradients in the order of `names`; no two of them, and none of the given, are the same tensor.
 * @throws {ContractError} If shapes do not fit, saying the line.
 */
export function runLines<T extends TensorLike>(
  ops: Ops<T>,
  lines: readonly BackwardLine[],
  given: ReadonlyMap<string, T>,
  names: ReadonlyMap<string, string>,
): T[] {
  const tensors: T[] = [...given.values()];
  const nodes = [...given].map(
    ([name, { shape }], buffer) => [name, givenNode(name, shape, buffer)] as const,
  );
  const shapes = new Map(
    [...names.keys()].map((name) => [name, given.get(name.slice(1))?.shape ?? []] as const),
  );
  const gradients = recordLines(lines, new Map(nodes), shapes);
  let buffers = tensors.length;
  const wanted = [...gradients.values()];
  const lowered = lower({ wanted, settled: [], kept: () => false, nextBuffer: () => buffers++ });
  for (const { tensor, node } of lowered.buffers) {
    const name = node?.name ?? tensor.name;
    tensors[tensor.buffer] = ops.tensor(names.get(name) ?? name, tensor.shape, tensor.dtype);
  }
  for (const op of lowered.ops) {
    // The same op, whose every tensor has been replaced; nothing slices, so each begins where its buffer does.
    ops.run(mapTensors(op, ({ buffer, shape }) => ({ ...tensors[buffer], shape })) as Op<T>);
  }
  const stored = new Map(lowered.stored.map(({ node, storage }) => [node, storage.buffer]));
  const used = new Set(nodes.map((_, buffer) => buffer));
  return [...gradients].map(([name, node]) => {
    const buffer = stored.get(node) ?? node.storage?.buffer ?? NaN;
    const found: T = { ...tensors[buffer], shape: node.shape };
    if (!used.has(buffer)) {
      used.add(buffer);
      return found;
    }
    // Clipping writes over gradients: each is a tensor of its own.
    const copy = ops.tensor(names.get(name) ?? name, node.shape);
    ops.run({ op: "scale", x: found, out: copy, factor: 1 });
    return copy;
  });
}

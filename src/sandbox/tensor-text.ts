import { numelOf } from "../core/ops/recording-ops.ts";
import { showShape } from "../core/tensor/shapes.ts";
import type { TensorNode } from "../core/tensor/tensor-node.ts";
import type { BufferTensor } from "../core/tensor/lower/lowered.ts";

/** Tensors of so many elements are shown whole. */
const MOST_SHOWN = 120;
const FIRST_SHOWN = 6;
/** Lines after the first stand under its numbers. */
const INDENT = "tensor(".length;

/** A float32 in as few digits as tell it apart at a glance. */
function show(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(5))) : value.toExponential(3);
}

function nested(values: ArrayLike<number>, shape: readonly number[], from = 0, depth = 0): string {
  const [size, ...rest] = shape;
  if (size === undefined) return show(values[from] ?? NaN);
  const step = numelOf(rest);
  const items = Array.from({ length: size }, (_item, i) => nested(values, rest, from + i * step, depth + 1));
  return `[${items.join(rest.length === 0 ? ", " : `,\n${" ".repeat(INDENT + depth + 1)}`)}]`;
}

/** What must be read to show a tensor. */
export function shownPart(node: TensorNode, view: BufferTensor): BufferTensor {
  const numel = numelOf(node.shape);
  return { ...view, shape: [numel <= MOST_SHOWN ? numel : FIRST_SHOWN] };
}

/** A tensor as people read it: all numbers of a small one, else its shape and how it begins. */
export function tensorText(node: TensorNode, values: ArrayLike<number>): string {
  const { shape, dtype } = node;
  const type = dtype === "float32" ? "" : `, ${dtype}`;
  if (numelOf(shape) <= MOST_SHOWN) return `tensor(${nested(values, shape)}${type})`;
  const first = Array.from(values).slice(0, FIRST_SHOWN).map(show).join(", ");
  return `tensor of shape ${showShape(shape)}${type}: ${first}, …`;
}

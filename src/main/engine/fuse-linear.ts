import type { Op, OpName } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { overlaps, rangeOf, same } from "./tensor-ranges.ts";

/** Whether they have elements in common: one may be a part of the other. */
const meet = (one: Tensor, other: Tensor): boolean => overlaps(rangeOf(one), rangeOf(other));

/** The op at `index` when it has this name. */
function opAt<K extends OpName>(
  ops: readonly Op<Tensor>[],
  index: number,
  name: K,
): Extract<Op<Tensor>, { op: K }> | null {
  const op = ops[index];
  return op?.op === name ? (op as Extract<Op<Tensor>, { op: K }>) : null;
}

/** matmul and addBias in place, and a relu and the column moments of the result if they follow, as one op; else null. */
function linearAt(ops: readonly Op<Tensor>[], index: number): { op: Op<Tensor>; length: number } | null {
  const product = opAt(ops, index, "matmul");
  const sum = opAt(ops, index + 1, "addBias");
  if (product === null || sum === null || product.transposeA || product.accumulate) return null;
  const { a: x, b: w, out, transposeB: transposeW } = product;
  if (!same(sum.x, out) || !same(sum.out, out) || meet(sum.bias, out)) return null;
  const taken = [out, x, w, sum.bias];
  let length = 2;

  const activation = opAt(ops, index + length, "relu");
  const takesRelu =
    activation !== null && same(activation.x, out) && !taken.some((tensor) => meet(activation.out, tensor));
  const relu = takesRelu ? { out: activation.out, shift: activation.shift } : null;
  if (relu !== null) {
    taken.push(relu.out);
    length++;
  }
  const columns = opAt(ops, index + length, "columnMoments");
  const takesMoments =
    columns !== null &&
    same(columns.x, relu?.out ?? out) &&
    !taken.some((tensor) => meet(columns.out, tensor));
  if (takesMoments) length++;
  const moments = takesMoments ? columns.out : null;
  return { op: { op: "linear", x, w, bias: sum.bias, out, transposeW, relu, moments }, length };
}

/**
 * Puts `linear` where a program multiplies, adds a bias in place, takes the relu and sums columns: all of it happens
 * while the sums are still in registers. Programs say the single steps, which is how people read them.
 */
export function fuseLinear(ops: readonly Op<Tensor>[]): readonly Op<Tensor>[] {
  const fused: Op<Tensor>[] = [];
  for (let index = 0; index < ops.length;) {
    const linear = linearAt(ops, index);
    fused.push(linear?.op ?? ops[index]!);
    index += linear?.length ?? 1;
  }
  return fused;
}

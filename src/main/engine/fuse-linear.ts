import type { Op, OpName } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";

const same = (one: Tensor, other: Tensor): boolean => one.offsetBytes === other.offsetBytes;

/** The op at `index` when it has this name. */
function opAt<K extends OpName>(
  ops: readonly Op<Tensor>[],
  index: number,
  name: K,
): Extract<Op<Tensor>, { op: K }> | null {
  const op = ops[index];
  return op?.op === name ? (op as Extract<Op<Tensor>, { op: K }>) : null;
}

/** matmul and addBias in place, and a relu of the result if one follows, as one op; null when that is not here. */
function linearAt(ops: readonly Op<Tensor>[], index: number): { op: Op<Tensor>; length: number } | null {
  const product = opAt(ops, index, "matmul");
  const sum = opAt(ops, index + 1, "addBias");
  if (product === null || sum === null || product.transposeA || product.accumulate) return null;
  const { a: x, b: w, out, transposeB: transposeW } = product;
  if (!same(sum.x, out) || !same(sum.out, out) || same(sum.bias, out)) return null;
  const relu = opAt(ops, index + 2, "relu");
  const fits =
    relu !== null && same(relu.x, out) && ![out, x, w, sum.bias].some((tensor) => same(relu.out, tensor));
  const fused = { op: "linear", x, w, bias: sum.bias, out, transposeW } as const;
  return fits
    ? { op: { ...fused, relu: { out: relu.out, shift: relu.shift } }, length: 3 }
    : { op: { ...fused, relu: null }, length: 2 };
}

/**
 * Puts `linear` where a program multiplies, adds a bias in place and takes the relu: bias and relu are then applied
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

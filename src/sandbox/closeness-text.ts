import type { Closeness, Tolerance } from "../core/closeness.ts";
import { numelOf } from "../core/ops/recording-ops.ts";
import { showShape } from "../core/tensor/shapes.ts";
import type { TensorNode } from "../core/tensor/tensor-node.ts";
import { grouped } from "../core/grouped.ts";

/** Where a flat index lies in a shape: [3, 17]. */
function indexIn(shape: readonly number[], flat: number): number[] {
  const index: number[] = [];
  let rest = flat;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/** "" where all elements are close, else how many are not, and the worst. */
export function closenessText(
  { outside, worst }: Closeness,
  a: TensorNode,
  b: TensorNode,
  { rtol, atol }: Tolerance,
): string {
  if (outside === 0) return "";
  const numel = numelOf(a.shape);
  const names = `${a.name ?? "the first"} and ${b.name ?? "the second"}, both ${showShape(a.shape)},`;
  const at = worst === null || numel === 1 ? "" : ` at [${indexIn(a.shape, worst.index).join(", ")}]`;
  const worstText =
    worst === null
      ? ""
      : ` The worst${at}: ${Number(worst.a.toPrecision(7))} against ${Number(worst.b.toPrecision(7))}, which differ by ` +
        `${Math.abs(worst.a - worst.b).toExponential(1)}.`;
  return (
    `${names} differ in ${grouped(outside)} of ${grouped(numel)} ${numel === 1 ? "element" : "elements"} by more than ` +
    `atol + rtol · |b| with rtol ${rtol}, atol ${atol}.${worstText}`
  );
}

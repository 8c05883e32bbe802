import { binary, unary, where } from "../elementwise.ts";
import { reduce } from "../reductions.ts";
import type { Recorder, TensorNode } from "../tensor-node.ts";

/** The axes that go, all without `dim`, and whether they stay as ones. */
interface Over {
  readonly dim?: readonly number[];
  readonly keepdim: boolean;
}

/** What a node is made of that no op computes by itself; null where one does. */
export function expandComposite(recorder: Recorder, node: TensorNode): TensorNode | null {
  const [x] = node.inputs;
  if (node.op.kind === "softmax") return softmaxOf(recorder, x, node.op.axis);
  if (node.op.kind !== "reduce") return null;
  const { fn, axes, keepdim, correction } = node.op;
  // A single number has no axes; all of none is asked for without naming any.
  const over = axes.length === 0 ? { keepdim } : { dim: axes, keepdim };
  if (fn === "variance") return varianceOf(recorder, x, { ...over, correction });
  if (fn === "std") {
    return unary(recorder, "sqrt", varianceOf(recorder, x, { ...over, correction }));
  }
  return fn === "logSumExp" ? logSumExpOf(recorder, x, over) : null;
}

/** Σ (x − mean)² / (n − correction), in two passes: E[x²] − E[x]² cancels where the mean is far from 0. */
function varianceOf(
  recorder: Recorder,
  x: TensorNode,
  { keepdim, correction, ...dim }: Over & { readonly correction: number },
): TensorNode {
  const mean = reduce(recorder, "mean", x, { ...dim, keepdim: true });
  const squares = unary(recorder, "square", binary(recorder, "sub", x, mean));
  const average = reduce(recorder, "mean", squares, { ...dim, keepdim });
  const reduced = dim.dim ?? x.shape.map((_, axis) => axis);
  const count = reduced.reduce((product, axis) => product * x.shape[axis], 1);
  return correction === 0 ? average : binary(recorder, "mul", average, count / (count - correction));
}

function softmaxOf(recorder: Recorder, x: TensorNode, axis: number): TensorNode {
  const along = { dim: axis, keepdim: true };
  const powers = unary(recorder, "exp", binary(recorder, "sub", x, reduce(recorder, "max", x, along)));
  return binary(recorder, "div", powers, reduce(recorder, "sum", powers, along));
}

/** max + log Σ exp(x − max); an infinite maximum is not subtracted, since ∞ − ∞ is NaN. */
function logSumExpOf(recorder: Recorder, x: TensorNode, { keepdim, ...dim }: Over): TensorNode {
  const finite = (largest: TensorNode): TensorNode =>
    where(recorder, binary(recorder, "eq", unary(recorder, "abs", largest), Infinity), 0, largest);
  const around = finite(reduce(recorder, "max", x, { ...dim, keepdim: true }));
  const powers = unary(recorder, "exp", binary(recorder, "sub", x, around));
  const logarithm = unary(recorder, "log", reduce(recorder, "sum", powers, { ...dim, keepdim }));
  const shift = keepdim ? around : finite(reduce(recorder, "max", x, { ...dim, keepdim: false }));
  return binary(recorder, "add", logarithm, shift);
}

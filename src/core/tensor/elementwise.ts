import type { BinaryFunction, UnaryFunction } from "../ops/generic-op.ts";
import { numelOf } from "../ops/recording-ops.ts";
import { asNode, isNumber, record } from "./record.ts";
import { broadcastShapes, describe, showBytes, showShape } from "./shapes.ts";
import { TensorSizeError } from "./tensor-error.ts";
import type { Operand, Recorder, TensorDType, TensorNode } from "./tensor-node.ts";

const COMPARISONS: ReadonlySet<string> = new Set<BinaryFunction>(["gt", "ge", "lt", "le", "eq", "ne"]);
/** Functions whose values are whole numbers where their inputs are. */
const WHOLE: ReadonlySet<string> = new Set<UnaryFunction | BinaryFunction>([
  "neg",
  "abs",
  "sign",
  "square",
  "add",
  "sub",
  "mul",
  "maximum",
  "minimum",
]);

/** Whether the function gives 1 or 0. */
export const isComparison = (fn: BinaryFunction): boolean => COMPARISONS.has(fn);

const isWhole = (node: TensorNode): boolean => node.dtype !== "float32";

/** out = fn(x), element by element. */
export function unary(recorder: Recorder, fn: UnaryFunction, x: TensorNode, label: string = fn): TensorNode {
  const dtype: TensorDType = WHOLE.has(fn) && isWhole(x) ? "int32" : "float32";
  return record(recorder, { op: { kind: "unary", fn }, inputs: [x], shape: x.shape, dtype, label });
}

/**
 * out = fn(left, right), element by element, broadcast by NumPy's rules; comparisons give 1 or 0 of type "bool".
 *
 * @throws {TensorShapeError} If the shapes do not fit.
 */
export function binary(
  recorder: Recorder,
  fn: BinaryFunction,
  left: Operand,
  right: Operand,
  label: string = fn,
): TensorNode {
  if (fn === "pow" && right === 2 && typeof left !== "number") return unary(recorder, "square", left, label);
  const [a, b] = [asNode(recorder, left), asNode(recorder, right)];
  const shape = broadcastShapes(label, a, b);
  noticeGrowth(recorder, { label, a, b, shape });
  const dtype = isComparison(fn) ? "bool" : WHOLE.has(fn) && isWhole(a) && isWhole(b) ? "int32" : "float32";
  return record(recorder, { op: { kind: "binary", fn }, inputs: [a, b], shape, dtype, label });
}

/** (N, 1) against (N,) is legal and gives (N, N): seldom what is meant. */
function noticeGrowth(
  recorder: Recorder,
  {
    label,
    a,
    b,
    shape,
  }: {
    readonly label: string;
    readonly a: TensorNode;
    readonly b: TensorNode;
    readonly shape: readonly number[];
  },
): void {
  if (a.shape.length === b.shape.length || isNumber(a) || isNumber(b)) return;
  const count = numelOf(shape);
  if (count <= Math.max(numelOf(a.shape), numelOf(b.shape))) return;
  const [longer, shorter] = a.shape.length > b.shape.length ? [a.shape, b.shape] : [b.shape, a.shape];
  const axis = longer.findIndex(
    (size, place) => size === 1 && longer.toSpliced(place, 1).every((rest, i) => rest === shorter[i]),
  );
  const trap = axis >= 0 && longer.length === shorter.length + 1;
  recorder.notice({
    text: `${label}: ${describe(a)} and ${describe(b)} give ${showShape(shape)}, ${showBytes(4 * count)}.${
      trap ? ` Did you mean .squeeze(${axis})?` : ""
    }`,
    line: recorder.line(),
  });
}

/**
 * yes where the condition is not 0, else no; all three broadcast.
 *
 * @throws {TensorShapeError} If the shapes do not fit.
 */
export function where(recorder: Recorder, condition: TensorNode, yes: Operand, no: Operand): TensorNode {
  const [a, b] = [asNode(recorder, yes), asNode(recorder, no)];
  const values = { name: null, shape: broadcastShapes("where", a, b) };
  const shape = broadcastShapes("where", condition, values);
  const dtype = a.dtype === b.dtype ? a.dtype : isWhole(a) && isWhole(b) ? "int32" : "float32";
  return record(recorder, { op: { kind: "where" }, inputs: [condition, a, b], shape, dtype, label: "where" });
}

/** x, or 0 where |x| < smallest; NaN stays. */
export const settle = (recorder: Recorder, x: TensorNode, smallest: number): TensorNode =>
  where(recorder, binary(recorder, "lt", unary(recorder, "abs", x), smallest), 0, x);

/**
 * max(min(x, max), min).
 *
 * @throws {TensorSizeError} If neither is given, or min is above max.
 */
export function clamp(
  recorder: Recorder,
  x: TensorNode,
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
  label = "clamp",
): TensorNode {
  if (min === undefined && max === undefined) {
    throw new TensorSizeError(`.${label}(): give min, max or both, as in .clamp({ min: 0 }).`);
  }
  if (min !== undefined && max !== undefined && min > max) {
    throw new TensorSizeError(`.${label}(): min ${min} is above max ${max}.`);
  }
  const below = max === undefined ? x : binary(recorder, "minimum", x, max, label);
  return min === undefined ? below : binary(recorder, "maximum", below, min, label);
}

import { ContractError } from "../../errors.ts";
import type { BinaryFunction, UnaryFunction } from "../../ops/generic-op.ts";
import { operandsOf } from "../../ops/generic-op.ts";
import { binary, unary, where } from "../../tensor/elementwise.ts";
import { matmul } from "../../tensor/products.ts";
import { asNode } from "../../tensor/record.ts";
import { reduce } from "../../tensor/reductions.ts";
import { sameShape, showShape } from "../../tensor/shapes.ts";
import { TensorShapeError, TensorSizeError } from "../../tensor/tensor-error.ts";
import type { Recorder, TensorNode } from "../../tensor/tensor-node.ts";
import { permute, squeeze, transpose, unsqueeze } from "../../tensor/views.ts";
import {
  isMatrixFunction,
  KEEPDIM,
  type BackwardExpression,
  type BackwardLine,
  type MatrixFunction,
} from "./read-lines.ts";

type Call = Extract<BackwardExpression, { readonly kind: "call" }>;

/** The reductions, by what a backward calls them. */
const REDUCTIONS = { sum: "sum", mean: "mean", amax: "max", amin: "min" } as const;

/**
 * Takes down what the lines of a backward pass compute, as operations of the tensor language.
 *
 * @param given Tensors by what the lines call them.
 * @param shapes Of the gradients that are wanted.
 * @returns The gradients by name.
 * @throws {ContractError} If shapes do not fit, saying the line.
 */
export function recordLines(
  lines: readonly BackwardLine[],
  given: ReadonlyMap<string, TensorNode>,
  shapes: ReadonlyMap<string, readonly number[]>,
): Map<string, TensorNode> {
  const known = new Map(given);
  let ids = given.size;
  const recorder: Recorder = { line: () => null, notice: () => undefined, nextId: () => ids++ };
  for (const { name, formula, text } of lines) {
    const fail = (message: string): ContractError =>
      new ContractError(`line "${text.slice(0, 80)}": ${message}`);
    try {
      const node = record(recorder, formula, known);
      const wanted = shapes.get(name);
      if (wanted !== undefined && !sameShape(node.shape, wanted)) {
        throw fail(
          `${name} has the shape ${showShape(node.shape)}; expected ${showShape(wanted)}, that of ${name.slice(1)}`,
        );
      }
      // A name of its own, where the line only says another one's.
      const isOther = node.name !== null;
      known.set(name, isOther ? node : Object.assign(node, { name }));
    } catch (error) {
      if (error instanceof TensorShapeError || error instanceof TensorSizeError) throw fail(error.message);
      throw error;
    }
  }
  const gradients = new Map<string, TensorNode>();
  for (const name of shapes.keys()) {
    const node = known.get(name);
    if (node === undefined) throw new ContractError(`it does not say ${name}`);
    gradients.set(name, node);
  }
  return gradients;
}

function record(
  recorder: Recorder,
  e: BackwardExpression,
  known: ReadonlyMap<string, TensorNode>,
): TensorNode {
  if (e.kind === "value") return asNode(recorder, e.value);
  if (e.kind === "input") {
    const node = known.get(e.name);
    if (node !== undefined) return node;
    throw new TensorShapeError(`${e.name} stands where a tensor or a number must`);
  }
  if (isMatrixFunction(e.fn)) return recordMatrix(recorder, { ...e, fn: e.fn }, known);
  const [a, b, c] = e.args.map((arg) => record(recorder, arg, known));
  if (e.fn === "where") return where(recorder, a, b, c);
  return operandsOf(e.fn) === 1
    ? unary(recorder, e.fn as UnaryFunction, a)
    : binary(recorder, e.fn as BinaryFunction, a, b);
}

/** A function of whole matrices. */
function recordMatrix(
  recorder: Recorder,
  e: Call & { readonly fn: MatrixFunction },
  known: ReadonlyMap<string, TensorNode>,
): TensorNode {
  if (e.fn === "matmul") {
    const [a, b] = e.args.map((arg) => record(recorder, arg, known));
    return matmul(recorder, a, b, "@");
  }
  const { x, axes, keepdim } = ofAxes(recorder, e, known);
  switch (e.fn) {
    case "t":
      return transpose(recorder, x);
    case "squeeze":
      return squeeze(recorder, x, axes[0]);
    case "unsqueeze":
      return unsqueeze(recorder, x, axes[0]);
    case "permute":
      return permute(recorder, x, axes);
    case "sum":
    case "mean":
    case "amax":
    case "amin":
      return reduce(recorder, REDUCTIONS[e.fn], x, { dim: axes.length === 0 ? undefined : axes, keepdim });
  }
}

/** A tensor, the axes behind it, and whether they stay. @throws {TensorShapeError} If something else stands there. */
function ofAxes(
  recorder: Recorder,
  { fn, args }: Call,
  known: ReadonlyMap<string, TensorNode>,
): { readonly x: TensorNode; readonly axes: readonly number[]; readonly keepdim: boolean } {
  const [of, ...behind] = args;
  const last = behind.at(-1);
  const keepdim = fn in REDUCTIONS && last?.kind === "input" && last.name === KEEPDIM;
  const axes = (keepdim ? behind.slice(0, -1) : behind).map((arg) => {
    if (arg.kind === "value") return arg.value;
    throw new TensorShapeError(`${fn}(): an axis is a number, as in ${fn}(a, 0)`);
  });
  return { x: record(recorder, of, known), axes, keepdim };
}

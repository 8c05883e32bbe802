import { arange, draw, eye, full, tensorOf } from "../core/tensor/create.ts";
import { isSmallest, SMALLEST } from "../core/optimisers/smallest.ts";
import { binary, clamp, settle, unary, where } from "../core/tensor/elementwise.ts";
import { einsum } from "../core/tensor/einsum.ts";
import { gather, oneHot, scatterAlong, scatterRows, take } from "../core/tensor/indexing.ts";
import { cat, pad, stack } from "../core/tensor/join.ts";
import { matmul } from "../core/tensor/products.ts";
import { reduce, softmax } from "../core/tensor/reductions.ts";
import { sameShape, showShape } from "../core/tensor/shapes.ts";
import { TensorShapeError } from "../core/tensor/tensor-error.ts";
import {
  BINARY_FUNCTIONS,
  UNARY_FUNCTIONS,
  type BinaryFunction,
  type Distribution,
  type UnaryFunction,
} from "../core/ops/generic-op.ts";
import type { DrawKey, Recorder, ReduceFunction, TensorNode } from "../core/tensor/tensor-node.ts";
import {
  clone,
  detach,
  expand,
  float,
  permute,
  reshape,
  select,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from "../core/tensor/views.ts";
import { GuestError } from "./guest-error.ts";

/** What a cell may hand over: checked to be nothing else. */
export type GuestValue = TensorNode | number | string | undefined;

/** What methods need beside their arguments. */
export interface MethodContext {
  readonly recorder: Recorder;
  /** The key of the next random numbers. */
  readonly nextDraw: () => DrawKey;
}

/** The arguments of one call, asked for by what they must be. @throws {GuestError} If they are something else. */
class Arguments {
  readonly #method: string;
  readonly #values: readonly GuestValue[];

  constructor(method: string, values: readonly GuestValue[]) {
    this.#method = method;
    this.#values = values;
  }

  tensor(at: number): TensorNode {
    const value = this.#values[at];
    if (typeof value === "object") return value;
    throw this.#wrong(at, "a tensor");
  }
  tensors(from: number): TensorNode[] {
    return this.#values.slice(from).map((_value, at) => this.tensor(from + at));
  }
  operand(at: number): TensorNode | number {
    const value = this.#values[at];
    if (typeof value === "object" || typeof value === "number") return value;
    throw this.#wrong(at, "a tensor or a number");
  }
  number(at: number): number {
    const value = this.#values[at];
    if (typeof value === "number") return value;
    throw this.#wrong(at, "a number");
  }
  numberOrNone(at: number): number | undefined {
    return this.#values[at] === undefined ? undefined : this.number(at);
  }
  text(at: number): string {
    const value = this.#values[at];
    if (typeof value === "string") return value;
    throw this.#wrong(at, "text");
  }
  /** Numbers with commas between them. */
  list(at: number): number[] {
    return numbersOf(this.text(at));
  }
  listOrNone(at: number): number[] | undefined {
    return this.#values[at] === undefined ? undefined : this.list(at);
  }

  #wrong(at: number, expected: string): GuestError {
    const value = this.#values[at];
    const got = typeof value === "object" ? "a tensor" : value === undefined ? "nothing" : typeof value;
    return new GuestError("TypeError", `.${this.#method}(): expected ${expected}, got ${got}`);
  }
}

/** "2,3" → [2, 3]; anything else becomes NaN, which no size or axis is. */
export const numbersOf = (text: string): number[] =>
  text === "" ? [] : text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));

type Method = (context: MethodContext, given: Arguments) => TensorNode;

const unaryMethod =
  (fn: UnaryFunction): Method =>
  ({ recorder }, given) =>
    unary(recorder, fn, given.tensor(0));
const binaryMethod =
  (fn: BinaryFunction): Method =>
  ({ recorder }, given) => {
    const [a, b] = [given.operand(0), given.operand(1)];
    if (typeof a === "number" && typeof b === "number") {
      throw new GuestError(
        "TypeError",
        `${fn}(): one of the two must be a tensor; ${a} and ${b} are numbers`,
      );
    }
    return binary(recorder, fn, a, b);
  };
const reduceMethod =
  (fn: ReduceFunction): Method =>
  ({ recorder }, given) => {
    const dim = given.listOrNone(1);
    const correction = given.numberOrNone(3);
    return reduce(recorder, fn, given.tensor(0), {
      keepdim: given.number(2) !== 0,
      ...(dim === undefined ? {} : { dim }),
      ...(correction === undefined ? {} : { correction }),
    });
  };

const REDUCE = ["sum", "mean", "variance", "std", "max", "min", "argmax", "argmin", "logSumExp"] as const;
const DISTRIBUTIONS: readonly Distribution[] = ["normal", "uniform", "permutation"];

/** The result of an in-place method must have the tensor's own shape. */
function fitting(target: TensorNode, value: TensorNode, method: string): TensorNode {
  if (sameShape(target.shape, value.shape)) return value;
  throw new TensorShapeError(
    `.${method}(): the result would have shape ${showShape(value.shape)}, and a tensor of ${showShape(target.shape)} ` +
      "keeps its shape in place.",
  );
}

const bounds = (min: number | undefined, max: number | undefined) => ({
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

const METHODS = new Map<string, Method>([
  ...UNARY_FUNCTIONS.map((fn) => [fn, unaryMethod(fn)] as const),
  ...BINARY_FUNCTIONS.map((fn) => [fn, binaryMethod(fn)] as const),
  ...REDUCE.map((fn) => [fn, reduceMethod(fn)] as const),
  ["where", ({ recorder }, given) => where(recorder, given.tensor(0), given.operand(1), given.operand(2))],
  [
    "clamp",
    ({ recorder }, given) =>
      clamp(recorder, given.tensor(0), bounds(given.numberOrNone(1), given.numberOrNone(2))),
  ],
  ["clampMin", ({ recorder }, given) => clamp(recorder, given.tensor(0), { min: given.number(1) })],
  [
    "settle",
    ({ recorder }, given) => {
      const name = given.text(1);
      if (!isSmallest(name)) throw new GuestError("TypeError", `${name}: nothing that becomes 0`);
      return settle(recorder, given.tensor(0), SMALLEST[name]);
    },
  ],
  ["softmax", ({ recorder }, given) => softmax(recorder, given.tensor(0), given.number(1))],
  ["matmul", ({ recorder }, given) => matmul(recorder, given.tensor(0), given.tensor(1))],
  ["t", ({ recorder }, given) => transpose(recorder, given.tensor(0))],
  ["float", ({ recorder }, given) => float(recorder, given.tensor(0))],
  ["clone", ({ recorder }, given) => clone(recorder, given.tensor(0))],
  ["detach", ({ recorder }, given) => detach(recorder, given.tensor(0))],
  ["reshape", ({ recorder }, given) => reshape(recorder, given.tensor(0), given.list(1))],
  ["squeeze", ({ recorder }, given) => squeeze(recorder, given.tensor(0), given.numberOrNone(1))],
  ["unsqueeze", ({ recorder }, given) => unsqueeze(recorder, given.tensor(0), given.number(1))],
  ["permute", ({ recorder }, given) => permute(recorder, given.tensor(0), given.list(1))],
  ["expand", ({ recorder }, given) => expand(recorder, given.tensor(0), given.list(1))],
  [
    "slice",
    ({ recorder }, given) =>
      slice(recorder, given.tensor(0), given.number(1), given.number(2), given.number(3)),
  ],
  ["select", ({ recorder }, given) => select(recorder, given.tensor(0), given.number(1), given.number(2))],
  ["take", ({ recorder }, given) => take(recorder, given.tensor(0), given.tensor(1))],
  ["gather", ({ recorder }, given) => gather(recorder, given.tensor(0), given.number(1), given.tensor(2))],
  ["oneHot", ({ recorder }, given) => oneHot(recorder, given.tensor(0), given.number(1))],
  [
    "scatterRows",
    ({ recorder }, given) => scatterRows(recorder, given.tensor(0), given.tensor(1), given.number(2)),
  ],
  [
    "scatterAlong",
    ({ recorder }, given) =>
      scatterAlong(recorder, given.tensor(0), given.tensor(1), {
        dim: given.number(2),
        sizes: given.list(3),
      }),
  ],
  ["cat", ({ recorder }, given) => cat(recorder, given.tensors(1), given.number(0))],
  ["stack", ({ recorder }, given) => stack(recorder, given.tensors(1), given.number(0))],
  [
    "pad",
    ({ recorder }, given) => {
      const flat = given.list(1);
      const pairs = Array.from({ length: Math.ceil(flat.length / 2) }, (_pair, axis) => {
        return [flat[2 * axis] ?? NaN, flat[2 * axis + 1] ?? NaN] as const;
      });
      return pad(recorder, given.tensor(0), pairs, given.number(2));
    },
  ],
  ["einsum", ({ recorder }, given) => einsum(recorder, given.text(0), given.tensors(1))],
  ["full", ({ recorder }, given) => full(recorder, given.list(0), given.number(1), given.text(2))],
  ["fullLike", ({ recorder }, given) => full(recorder, given.tensor(0).shape, given.number(1), "full")],
  ["zeroInto", ({ recorder }, given) => full(recorder, given.tensor(0).shape, 0, "zero_")],
  ["eye", ({ recorder }, given) => eye(recorder, given.number(0))],
  [
    "arange",
    ({ recorder }, given) =>
      arange(recorder, given.number(0), given.numberOrNone(1), given.numberOrNone(2) ?? 1),
  ],
  [
    "draw",
    ({ recorder, nextDraw }, given) => {
      const distribution = DISTRIBUTIONS.find((name) => name === given.text(0));
      if (distribution === undefined) throw new GuestError("TypeError", `${given.text(0)}: no distribution`);
      return draw(recorder, distribution, given.list(1), nextDraw());
    },
  ],
  ["copyInto", ({ recorder }, given) => fitting(given.tensor(0), clone(recorder, given.tensor(1)), "copy_")],
  [
    "inPlace",
    ({ recorder }, given) => {
      const fn = BINARY_FUNCTIONS.find((name) => name === given.text(0));
      if (fn === undefined) throw new GuestError("TypeError", `${given.text(0)}: no method in place`);
      return fitting(given.tensor(1), binary(recorder, fn, given.tensor(1), given.operand(2)), `${fn}_`);
    },
  ],
]);

/** Methods that give a tensor a new value and leave it its name. */
export const KEEPS_NAME: ReadonlySet<string> = new Set(["copyInto", "inPlace", "zeroInto"]);

/**
 * Records one call.
 *
 * @throws {TensorShapeError} @throws {TensorSizeError} @throws {GuestError} If there is no such method.
 */
export function recordMethod(
  method: string,
  values: readonly GuestValue[],
  context: MethodContext,
): TensorNode {
  const record = METHODS.get(method);
  if (record === undefined) throw new GuestError("TypeError", `${method}: there is no such operation`);
  return record(context, new Arguments(method, values));
}

/** Records numbers that the cell has made. @throws {TensorShapeError} @throws {TensorSizeError} */
export const recordValues = (recorder: Recorder, values: Float32Array, sizes: string): TensorNode =>
  tensorOf(recorder, values, numbersOf(sizes));

import { callers, host } from "./host.ts";
import { binary, isTensor, list, made, need, noted, operand, wrap, type Arg, type Tensor } from "./tensor.ts";

type Nested = number | boolean | readonly Nested[];
type Sizes = (number | readonly number[])[];

export const add = (a: Arg, b: Arg): Tensor => binary("add", a, b);
export const sub = (a: Arg, b: Arg): Tensor => binary("sub", a, b);
export const mul = (a: Arg, b: Arg): Tensor => binary("mul", a, b);
export const div = (a: Arg, b: Arg): Tensor => binary("div", a, b);
export const pow = (a: Arg, b: Arg): Tensor => binary("pow", a, b);
export const maximum = (a: Arg, b: Arg): Tensor => binary("maximum", a, b);
export const minimum = (a: Arg, b: Arg): Tensor => binary("minimum", a, b);
export const matmul = (a: Tensor, b: Tensor): Tensor => {
  need(a, "matmul");
  return a.matmul(b);
};
export const where = (condition: Tensor, yes: Arg, no: Arg): Tensor =>
  noted(made("where", need(condition, "where"), operand(yes), operand(no)), "where", [condition, yes, no]);

/** Sizes and numbers of nested arrays, all of one length where they are side by side. */
function flatten(value: Nested): { sizes: number[]; numbers: number[] } {
  const sizes: number[] = [];
  for (let at: Nested | undefined = value; Array.isArray(at); at = (at as readonly Nested[])[0]) {
    sizes.push((at as readonly Nested[]).length);
  }
  const numbers: number[] = [];
  const visit = (part: Nested, depth: number): void => {
    if (!Array.isArray(part)) {
      if (depth !== sizes.length || (typeof part !== "number" && typeof part !== "boolean")) {
        throw new TypeError(
          `tensor(): ${String(part)} stands where ${depth < sizes.length ? "an array" : "a number"} is expected`,
        );
      }
      numbers.push(Number(part));
      return;
    }
    const items = part as readonly Nested[];
    if (items.length !== sizes[depth]) {
      throw new TypeError(
        `tensor(): the arrays differ in length: ${sizes[depth] ?? "a number"} and ${items.length} along axis ${depth}`,
      );
    }
    for (const item of items) visit(item, depth + 1);
  };
  visit(value, 0);
  return { sizes, numbers };
}

/** A tensor of numbers. */
export function tensor(value: Nested | Float32Array, shape?: readonly number[]): Tensor {
  if (isTensor(value)) throw new TypeError("tensor(): this is a tensor already; .clone() copies it");
  const isFloats = value instanceof Float32Array;
  const { sizes, numbers } = isFloats ? { sizes: [value.length], numbers: value } : flatten(value);
  const floats = Float32Array.from(numbers);
  return wrap(host.upload(floats.buffer, list(shape ?? sizes), callers()));
}

export const zeros = (...sizes: Sizes): Tensor => made("full", list(sizes.flat()), 0, "zeros");
export const ones = (...sizes: Sizes): Tensor => made("full", list(sizes.flat()), 1, "ones");
export const full = (sizes: readonly number[], value: number): Tensor =>
  made("full", list(sizes), value, "full");
export const eye = (n: number): Tensor => made("eye", n);
/** 0, 1, … end − 1, or from start to below end. */
export const arange = (start: number, end?: number, step?: number): Tensor =>
  made("arange", start, end, step);
export const randn = (...sizes: Sizes): Tensor => made("draw", "normal", list(sizes.flat()), "randn");
export const rand = (...sizes: Sizes): Tensor => made("draw", "uniform", list(sizes.flat()), "rand");
/** 0 … n − 1 in random order. */
export const randperm = (n: number): Tensor => made("draw", "permutation", list([n]), "randperm");

const handles = (tensors: readonly Tensor[], method: string) => tensors.map((one) => need(one, method));

export const cat = (tensors: readonly Tensor[], dim = 0): Tensor =>
  noted(made("cat", dim, ...handles(tensors, "cat")), "cat", tensors, { dim });
export const stack = (tensors: readonly Tensor[], dim = 0): Tensor =>
  noted(made("stack", dim, ...handles(tensors, "stack")), "stack", tensors, { dim });
/** Zeros (or `value`) around a tensor: [before, after] of each axis. */
export const pad = (x: Tensor, pairs: readonly (readonly [number, number])[], value = 0): Tensor =>
  noted(made("pad", need(x, "pad"), list(pairs.flat()), value), "pad", [x], { pairs });
/** Sums of products by letters: einsum("ik,kj->ij", a, b) is a product. */
export const einsum = (formula: string, ...tensors: readonly Tensor[]): Tensor => {
  if (tensors.some((one) => isTensor(one) && one.requiresGrad)) {
    throw new TypeError("einsum(): backward() does not go through it; write it with .matmul() and .sum()");
  }
  return made("einsum", formula, ...handles(tensors, "einsum"));
};
/** From here to the end of the cell random numbers come from this seed. */
export const manualSeed = (seed: number): void => {
  host.seed(seed);
};

/** A data set's rows as they are, pixels from 0 to 1; each part is loaded when it is first asked for. */
export function data(name = "mnist") {
  const parts = new Map<string, Tensor>();
  const part = (key: string): Tensor => {
    const found = parts.get(key) ?? wrap(host.dataset(name, key));
    parts.set(key, found);
    return found;
  };
  return Object.freeze({
    get xTrain() {
      return part("xTrain");
    },
    get yTrain() {
      return part("yTrain");
    },
    get xValid() {
      return part("xValid");
    },
    get yValid() {
      return part("yValid");
    },
  });
}

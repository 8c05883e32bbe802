import { errorFunction } from "../reference/error-function.ts";
import type { BinaryFunction, MapFunction, UnaryFunction } from "./generic-op.ts";

const truth = (holds: boolean): number => (holds ? 1 : 0);

/** Functions of one number, in float64. */
export const UNARY: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  square: (x) => x * x,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  erf: errorFunction,
};

/** Functions of two numbers, in float64. */
export const BINARY: Readonly<Record<BinaryFunction, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  // Math.pow(±1, ±∞) and Math.pow(1, NaN) are NaN; in IEEE 754 and torch they are 1.
  pow: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
  maximum: (x, y) => Math.max(x, y),
  minimum: (x, y) => Math.min(x, y),
  gt: (x, y) => truth(x > y),
  ge: (x, y) => truth(x >= y),
  lt: (x, y) => truth(x < y),
  le: (x, y) => truth(x <= y),
  eq: (x, y) => truth(x === y),
  ne: (x, y) => truth(x !== y),
};

/** Applies a function to the top of a stack of numbers, which it takes away. */
export function applyToStack(fn: MapFunction, stack: number[]): void {
  const top = stack.pop() ?? NaN;
  if (fn === "where") {
    const yes = stack.pop() ?? NaN;
    const condition = stack.pop() ?? NaN;
    stack.push(condition !== 0 ? yes : top);
  } else if (fn in UNARY) {
    stack.push(UNARY[fn as UnaryFunction](top));
  } else {
    stack.push(BINARY[fn as BinaryFunction](stack.pop() ?? NaN, top));
  }
}

import { operandsOf, type MapFunction } from "../ops/generic-op.ts";
import { BINARY, UNARY } from "../ops/map-functions.ts";
import type { BinaryFunction, UnaryFunction } from "../ops/generic-op.ts";

/**
 * A formula: of one element unless more functions are named. `z` is what comes into an activation, `dy` the gradient of
 * what comes out; of a loss `y` is what is predicted, and `t` the target.
 */
export type Expression<Fn extends string = MapFunction, Name extends string = InputName> =
  | { readonly kind: "input"; readonly name: Name }
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "call"; readonly fn: Fn; readonly args: readonly Expression<Fn, Name>[] };
export const INPUT_NAMES = ["z", "dy", "y", "t"] as const;
export type InputName = (typeof INPUT_NAMES)[number];

export const Z: Expression = { kind: "input", name: "z" };
export const DY: Expression = { kind: "input", name: "dy" };
export const number = (value: number): Expression => ({ kind: "value", value });

const isValue = (e: Expression, value: number): boolean => e.kind === "value" && e.value === value;

/** fn(args), without what adds 0 or multiplies by 0 or 1. */
export function call(fn: MapFunction, ...args: readonly Expression[]): Expression {
  const [a, b] = args;
  if (fn === "add" && isValue(a, 0)) return b;
  if ((fn === "add" || fn === "sub") && isValue(b, 0)) return a;
  if (fn === "mul" && (isValue(a, 0) || isValue(b, 0))) return number(0);
  if (fn === "mul" && isValue(a, 1)) return b;
  if ((fn === "mul" || fn === "div") && isValue(b, 1)) return a;
  return { kind: "call", fn, args };
}

/** How many functions an expression applies. */
export const functionsIn = (e: Expression<string, string>): number =>
  e.kind === "call" ? e.args.reduce((sum, arg) => sum + functionsIn(arg), 1) : 0;

/** Whether an input stands in an expression. */
export const reads = (e: Expression, name: InputName): boolean =>
  e.kind === "call" ? e.args.some((arg) => reads(arg, name)) : e.kind === "input" && e.name === name;

/** Of z and dy, or of y and t. */
export type Evaluate = (z: number, dy: number) => number;

/** Whether it is what an activation or a loss is derived by. */
export const isFirst = (name: InputName): boolean => name === "z" || name === "y";

/** The expression as a function of float64 numbers. */
export function compile(e: Expression): Evaluate {
  if (e.kind === "value") return () => e.value;
  if (e.kind === "input") return isFirst(e.name) ? (z) => z : (_z, dy) => dy;
  const [a, b, c] = e.args.map(compile);
  switch (operandsOf(e.fn)) {
    case 1: {
      const f = UNARY[e.fn as UnaryFunction];
      return (z, dy) => f(a(z, dy));
    }
    case 2: {
      const f = BINARY[e.fn as BinaryFunction];
      return (z, dy) => f(a(z, dy), b(z, dy));
    }
    case 3:
      return (z, dy) => (a(z, dy) !== 0 ? b(z, dy) : c(z, dy));
  }
}

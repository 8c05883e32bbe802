import { BINARY, UNARY } from "../ops/map-functions.ts";
import { operandsOf, type BinaryFunction, type UnaryFunction } from "../ops/generic-op.ts";
import { unarySlope } from "./derive.ts";
import { call, compile, isFirst, Z, type Expression } from "./expression.ts";

/** u, 2⁻²⁴: what rounding to float32 changes at most, relative to the value. */
const UNIT = 2 ** -24;
/** The kernels' functions are off by at most this many of them, and by the smallest normal number. */
const UNITS = 8;
const SMALLEST_NORMAL = 2 ** -126;

interface Bounded {
  readonly value: number;
  /** Of float32's value against this one. */
  readonly error: number;
}

/** By how much each operand's error comes out of a function of two. */
function binaryError(fn: BinaryFunction, a: Bounded, b: Bounded, out: number): number {
  switch (fn) {
    case "add":
    case "sub":
      return a.error + b.error;
    case "mul":
      return Math.abs(b.value) * a.error + Math.abs(a.value) * b.error;
    case "div":
      return (a.error + Math.abs(out) * b.error) / Math.abs(b.value);
    case "pow": {
      const base = a.error === 0 ? 0 : Math.abs((b.value * out) / a.value) * a.error;
      return base + (b.error === 0 ? 0 : Math.abs(out * Math.log(Math.abs(a.value))) * b.error);
    }
    case "maximum":
    case "minimum":
      return Math.max(a.error, b.error);
    case "gt":
    case "ge":
    case "lt":
    case "le":
    case "eq":
    case "ne":
      return 0;
  }
}

/**
 * A bound of float32's rounding in an expression, by running error analysis: each function hands its operands' errors on
 * by its slope and adds its own. Sides of kinks are taken as float64 has them.
 */
export function roundingOf(e: Expression): (z: number, dy: number) => number {
  const evaluate = bounded(e);
  return (z, dy) => {
    const { error } = evaluate(z, dy);
    // Where a slope is infinite nothing can be said of its error.
    return Number.isFinite(error) ? error : 0;
  };
}

function bounded(e: Expression): (z: number, dy: number) => Bounded {
  if (e.kind === "value") {
    const held = { value: e.value, error: Math.abs(Math.fround(e.value) - e.value) };
    return () => held;
  }
  if (e.kind === "input") return (z, dy) => ({ value: isFirst(e.name) ? z : dy, error: 0 });
  const [a, b, c] = e.args.map(bounded);
  const rounded = (value: number, carried: number): Bounded => ({
    value,
    error: carried + UNITS * UNIT * Math.abs(value) + SMALLEST_NORMAL,
  });
  switch (operandsOf(e.fn)) {
    case 1: {
      const fn = e.fn as UnaryFunction;
      const f = UNARY[fn];
      const slopeExpression = unarySlope(fn, Z, call(fn, Z));
      const slope = slopeExpression === null ? () => 0 : compile(slopeExpression);
      return (z, dy) => {
        const x = a(z, dy);
        return rounded(f(x.value), x.error === 0 ? 0 : Math.abs(slope(x.value, 0)) * x.error);
      };
    }
    case 2: {
      const fn = e.fn as BinaryFunction;
      return (z, dy) => {
        const [x, y] = [a(z, dy), b(z, dy)];
        const out = BINARY[fn](x.value, y.value);
        return rounded(out, binaryError(fn, x, y, out));
      };
    }
    case 3:
      return (z, dy) => (a(z, dy).value !== 0 ? b(z, dy) : c(z, dy));
  }
}

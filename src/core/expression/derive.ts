import { call, isFirst, number, type Expression } from "./expression.ts";

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** f′(a) of a function of one number, with `out` = f(a); null where it is 0 everywhere. */
export function unarySlope(fn: string, a: Expression, out: Expression): Expression | null {
  switch (fn) {
    case "neg":
      return number(-1);
    case "abs":
      return call("sign", a);
    case "sqrt":
      return call("div", number(0.5), out);
    case "rsqrt":
      return call("div", call("mul", number(-0.5), out), a);
    case "square":
      return call("mul", number(2), a);
    case "exp":
      return out;
    case "log":
      return call("div", number(1), a);
    // As products: 1 − tanh² and 1 − σ lose all digits where they saturate.
    case "tanh": {
      const twice = call("mul", number(2), a);
      const sides = call("mul", call("sigmoid", twice), call("sigmoid", call("neg", twice)));
      return call("mul", number(4), sides);
    }
    case "sigmoid":
      return call("mul", out, call("sigmoid", call("neg", a)));
    case "erf":
      return call("mul", number(TWO_OVER_ROOT_PI), call("exp", call("neg", call("square", a))));
    default:
      return null;
  }
}

/**
 * p · q of two slopes. Where one of them is 0 by a choice, as that of a maximum, so is the product, also where the other
 * is infinite there, as the slope of √0: 0 · ∞ would be NaN.
 */
function productOfSlopes(p: Expression, q: Expression): Expression {
  const [choice, other] = isZeroSomewhere(p) ? [p, q] : [q, p];
  if (!isZeroSomewhere(choice)) return call("mul", p, q);
  const [condition, yes, no] = choice.args;
  return call("where", condition, productOfSlopes(yes, other), productOfSlopes(no, other));
}

/** p / q of a slope p, which is 0 where p is 0 by a choice. */
function quotientOfSlope(p: Expression, q: Expression): Expression {
  if (isZero(p)) return p;
  if (!isZeroSomewhere(p)) return call("div", p, q);
  const [condition, yes, no] = p.args;
  return call("where", condition, quotientOfSlope(yes, q), quotientOfSlope(no, q));
}

const isZero = (e: Expression): boolean => e.kind === "value" && e.value === 0;

const isZeroSomewhere = (e: Expression): e is Extract<Expression, { readonly kind: "call" }> =>
  e.kind === "call" && e.fn === "where" && e.args.slice(1).some(isZero);

interface Operands {
  readonly a: Expression;
  readonly b: Expression;
  readonly da: Expression;
  readonly db: Expression;
  readonly out: Expression;
}

/** Derivative of out = fn(a, b), given those of a and b; comparisons have none. */
function binaryDerivative(fn: string, { a, b, da, db, out }: Operands): Expression {
  switch (fn) {
    case "add":
      return call("add", da, db);
    case "sub":
      return call("sub", da, db);
    case "mul":
      return call("add", productOfSlopes(da, b), productOfSlopes(a, db));
    case "div":
      return call("sub", quotientOfSlope(da, b), quotientOfSlope(productOfSlopes(out, db), b));
    case "pow": {
      const base =
        b.kind === "value"
          ? call("mul", number(b.value), call("pow", a, number(b.value - 1)))
          : call("mul", b, call("pow", a, call("sub", b, number(1))));
      return call("add", productOfSlopes(da, base), productOfSlopes(db, call("mul", out, call("log", a))));
    }
    case "maximum":
      return call("where", call("gt", a, b), da, db);
    case "minimum":
      return call("where", call("lt", a, b), da, db);
    default:
      return number(0);
  }
}

/** Derivative of an expression by z, or by y. At a kink of maximum(z, …), minimum and where it is the left one, as a relu's. */
export function derive(e: Expression): Expression {
  if (e.kind === "value") return number(0);
  if (e.kind === "input") return number(isFirst(e.name) ? 1 : 0);
  const { fn, args } = e;
  const [a, b, c] = args;
  if (fn === "where") {
    const [yes, no] = [derive(b), derive(c)];
    return yes.kind === "value" && no.kind === "value" && yes.value === no.value
      ? yes
      : call("where", a, yes, no);
  }
  const da = derive(a);
  if (args.length === 1) {
    const slope = unarySlope(fn, a, e);
    return slope === null ? number(0) : productOfSlopes(da, slope);
  }
  return binaryDerivative(fn, { a, b, da, db: derive(b), out: e });
}

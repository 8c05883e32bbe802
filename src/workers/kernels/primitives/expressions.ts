import { BINARY, UNARY } from "../../../core/ops/map-functions.ts";
import type { Elementwise } from "../generate/elementwise-function.ts";
import { EXPONENTIAL_LOCALS, limitedExponential, wideExponential } from "../generate/exponential.ts";
import { high, low } from "../generate/lanes.ts";
import { LOGARITHM_LOCALS, logarithm } from "../generate/logarithm.ts";
import { abs, add, after, choose, div, mul, ONE, positive, SIGN, sub } from "../generate/vectors.ts";
import { local, polynomial, set, splat, ZERO } from "../generate/wat.ts";
import { mapOne, mapped, mapTwo, type MapOne, type MapTwo } from "./mapped.ts";
import { NORMAL_LIMIT, NORMAL_TAIL, NORMAL_TAIL_STEP } from "./normal-tail.ts";
import type { Primitive } from "./primitive.ts";

/** A function of four lanes as text. */
type One = (x: string) => string;
type Two = (x: string, y: string) => string;

const unary = (body: One, f: (x: number) => number, locals: readonly string[] = []): Primitive<MapOne> =>
  mapped<MapOne>({
    inputs: ["x"],
    scalars: [],
    locals,
    body: (of) => body(of("x")),
    loop: mapOne(f),
    check: (call, { signed, positive: shares, zeros, length }) => {
      call(shares, zeros, 4 * length, 0);
      // Above it the numbers of both signs, with what is special.
      call(signed, zeros + 4 * length, 4 * 33, 0);
    },
  });

/** x ∘ y of two tensors. */
const each = (body: Two, f: (x: number, y: number) => number): Primitive<MapTwo> =>
  mapped<MapTwo>({
    inputs: ["x", "y"],
    scalars: [],
    body: (of) => body(of("x"), of("y")),
    loop: mapTwo(f),
    check: (call, { signed, positive: shares, others, zeros, length }) => {
      call(signed, shares, zeros, 4 * length);
      call(shares, others, zeros + 4 * length, 4 * length);
      call(others, signed, others, 4 * length);
      call(shares, shares, shares, 4 * length);
    },
  });

const withScalar = (body: Elementwise["body"], f: (x: number, scalar: number) => number): Primitive<MapOne> =>
  mapped<MapOne>({
    inputs: ["x"],
    scalars: ["value"],
    body,
    loop: mapOne(f),
    check: (call, { signed, positive: shares, others, zeros, length }) => {
      call(signed, zeros, 4 * length, 0.75);
      call(shares, shares, 4 * length, 2);
      call(others, others, 4 * length, -0.25);
    },
  });

/** x ∘ scalar. */
const scalar = (body: Two, f: (x: number, y: number) => number): Primitive<MapOne> =>
  withScalar((of, value) => body(of("x"), value("value")), f);

/** scalar ∘ x. */
const reversed = (body: Two, f: (x: number, y: number) => number): Primitive<MapOne> =>
  withScalar(
    (of, value) => body(value("value"), of("x")),
    (x, y) => f(y, x),
  );

/** 1 or 0 of a mask. */
const comparison =
  (name: string): Two =>
  (x, y) =>
    `(v128.and (f32x4.${name} ${x} ${y}) ${ONE})`;
const maximum: Two = (x, y) => `(f32x4.max ${x} ${y})`;
const minimum: Two = (x, y) => `(f32x4.min ${x} ${y})`;
const [gt, ge, lt, le, eq, ne] = ["gt", "ge", "lt", "le", "eq", "ne"].map(comparison) as [
  Two,
  Two,
  Two,
  Two,
  Two,
  Two,
];

const power: Two = (x, y) => {
  const half = (part: (vector: string) => string): string =>
    `(f32x4.demote_f64x2_zero (call $powerOfTwoLanes ${part(x)} ${part(y)}))`;
  return `(i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 ${half(low)} ${half(high)})`;
};

const sign: One = (x) =>
  choose(sub(`(v128.and ${positive(x)} ${ONE})`, `(v128.and (f32x4.lt ${x} ${ZERO}) ${ONE})`), x, eqMask(x));
const eqMask: One = (x) => `(f32x4.eq ${x} ${x})`;

/** erf(x) for |x| < 1 as x P(x²) (Cephes, erff): 1 − erfc would cancel there. */
const ERF_POLYNOMIAL = [
  7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
  1.128358514861418e-1, -3.7612625824233e-1, 1.12837916672671,
];

/** 1 − 2 Φ(−√2 |x|) with the sign of x, or the polynomial. */
const erf: One = (x) =>
  after(
    [
      // The second operand wins only if it is smaller, so NaN stays.
      set("near", `(f32x4.pmin ${mul(abs(x), splat(Math.SQRT2))} ${splat(NORMAL_LIMIT)})`),
      ...limitedExponential(mul(splat(-0.5), mul(local("near"), local("near")))),
      set("t", div(ONE, add(ONE, mul(splat(NORMAL_TAIL_STEP), local("near"))))),
      set("t", mul(local("e"), polynomial(NORMAL_TAIL, "t"))),
      set("e", choose(x, sub(ONE, add(local("t"), local("t"))), SIGN)),
      set("t", mul(x, x)),
      set("t", mul(polynomial(ERF_POLYNOMIAL, "t"), x)),
    ],
    choose(local("t"), local("e"), `(f32x4.lt ${abs(x)} ${ONE})`),
  );

/** condition ≠ 0 ? yes : no; NaN is not 0. */
type Where = (condition: number, yes: number, no: number, target: number, bytes: number) => void;
const whereEach: Primitive<Where> = mapped<Where>({
  inputs: ["condition", "yes", "no"],
  scalars: [],
  body: (of) => choose(of("yes"), of("no"), `(f32x4.ne ${of("condition")} ${ZERO})`),
  loop: (arena) => (condition, yes, no, target, bytes) => {
    const { all } = arena;
    for (let at = 0; at < bytes; at += 4) {
      all[(target + at) / 4] = all[((all[(condition + at) / 4] === 0 ? no : yes) + at) / 4]!;
    }
  },
  check: (call, { signed, positive: yes, others, zeros, length }) => {
    call(signed, yes, others, zeros, 4 * length);
    call(yes, others, signed, others, 4 * length);
    call(zeros + 4 * length, signed, yes, signed, 4 * length);
  },
});

const { sub: minus, div: over, pow } = BINARY;

/**
 * What expressions are made of, beside sums, products and activations that others use too: functions of one tensor, of
 * two, and of one and a number.
 */
export const EXPRESSIONS = {
  negate: unary((x) => `(f32x4.neg ${x})`, UNARY.neg),
  absolute: unary(abs, UNARY.abs),
  sign: unary(sign, UNARY.sign),
  root: unary((x) => `(f32x4.sqrt ${x})`, UNARY.sqrt),
  inverseRoot: unary((x) => div(ONE, `(f32x4.sqrt ${x})`), UNARY.rsqrt),
  square: unary((x) => mul(x, x), UNARY.square),
  exponential: unary((x) => after(wideExponential(x), local("e")), UNARY.exp, EXPONENTIAL_LOCALS),
  logarithm: unary((x) => after(logarithm(x), local("y")), UNARY.log, LOGARITHM_LOCALS),
  errorFunction: unary(erf, UNARY.erf, [...EXPONENTIAL_LOCALS, "near", "t"]),
  addScalar: scalar(add, BINARY.add),
  subtract: each(sub, minus),
  subtractFrom: reversed(sub, minus),
  divide: each(div, over),
  divideBy: scalar(div, over),
  divideInto: reversed(div, over),
  power: each(power, pow),
  powerOf: scalar(power, pow),
  powerTo: reversed(power, pow),
  maximum: each(maximum, BINARY.maximum),
  maximumScalar: scalar(maximum, BINARY.maximum),
  minimum: each(minimum, BINARY.minimum),
  minimumScalar: scalar(minimum, BINARY.minimum),
  greater: each(gt, BINARY.gt),
  greaterScalar: scalar(gt, BINARY.gt),
  greaterOrEqual: each(ge, BINARY.ge),
  greaterOrEqualScalar: scalar(ge, BINARY.ge),
  less: each(lt, BINARY.lt),
  lessScalar: scalar(lt, BINARY.lt),
  lessOrEqual: each(le, BINARY.le),
  lessOrEqualScalar: scalar(le, BINARY.le),
  equal: each(eq, BINARY.eq),
  equalScalar: scalar(eq, BINARY.eq),
  unequal: each(ne, BINARY.ne),
  unequalScalar: scalar(ne, BINARY.ne),
  where: whereEach,
};

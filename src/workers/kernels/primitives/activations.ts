import { EXPONENTIAL_LOCALS, limitedExponential } from "../generate/exponential.ts";
import type { Elementwise } from "../generate/elementwise-function.ts";
import { abs, add, after, choose, div, mul, ONE, positive, SIGN, sub } from "../generate/vectors.ts";
import { local, polynomial, set, splat, ZERO } from "../generate/wat.ts";
import { mapOne, mapped, mapTwo, type MapOne, type MapTwoScaled } from "./mapped.ts";
import { NORMAL_LIMIT, NORMAL_TAIL, NORMAL_TAIL_STEP } from "./normal-tail.ts";
import type { Primitive } from "./primitive.ts";

const E = local("e");
/** tanh(x) for |x| < TANH_SPLIT as x + x³ P(x²) (Cephes, tanhf): 1 − 2 e / (1 + e) would cancel there. */
const TANH_POLYNOMIAL = [
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
];
const TANH_SPLIT = 0.625;

/** With e = exp(−2 |x|): 1 − 2 e / (1 + e) with the sign of x, or the polynomial. */
const tanh = (x: string): string =>
  after(
    [
      ...limitedExponential(mul(splat(-2), abs(x))),
      set("square", mul(x, x)),
      set("small", add(mul(mul(polynomial(TANH_POLYNOMIAL, "square"), local("square")), x), x)),
      set("e", sub(ONE, div(add(E, E), add(ONE, E)))),
      set("e", choose(x, E, SIGN)),
    ],
    choose(local("small"), E, `(f32x4.lt ${abs(x)} ${splat(TANH_SPLIT)})`),
  );

/** With e = exp(−|x|): 1 / (1 + e) right of 0 and e / (1 + e) left of it, so that small results keep their digits. */
const sigmoid = (x: string): string =>
  after(limitedExponential(`(f32x4.neg ${abs(x)})`), div(choose(ONE, E, positive(x)), add(ONE, E)));

/** s (1 − s) = e / (1 + e)², with e = exp(−|factor · x|). */
const sigmoidSlope = (x: string, factor: number): string =>
  after(
    [...limitedExponential(mul(splat(-factor), abs(x))), set("v", add(ONE, E))],
    div(E, mul(local("v"), local("v"))),
  );

/** near ← x cut off where it no longer matters, e ← exp(−x²/2), normal ← Φ(x). */
const normal = (x: string): readonly string[] => [
  // The second operand wins only if it is smaller or larger, so NaN stays.
  set("near", `(f32x4.pmax (f32x4.pmin ${x} ${splat(NORMAL_LIMIT)}) ${splat(-NORMAL_LIMIT)})`),
  ...limitedExponential(mul(splat(-0.5), mul(local("near"), local("near")))),
  set("t", div(ONE, add(ONE, mul(splat(NORMAL_TAIL_STEP), abs(local("near")))))),
  set("normal", mul(E, polynomial(NORMAL_TAIL, "t"))),
  set("normal", choose(sub(ONE, local("normal")), local("normal"), positive(x))),
];
const NORMAL_LOCALS = ["near", "t", "normal"];

/** x Φ(x); far left the cut-off x times 0 is the limit, where −∞ · 0 would be NaN. */
const gelu = (x: string): string =>
  after(normal(x), mul(choose(x, local("near"), positive(x)), local("normal")));

/** Φ(x) + x exp(−x²/2) / √(2π). */
const geluSlope = (x: string): string =>
  after(normal(x), add(local("normal"), mul(mul(local("near"), E), splat(1 / Math.sqrt(2 * Math.PI)))));

/** f(x) and f′(x) in lanes and in numbers; `scalar` is a leaky relu's slope. Within 4 units of the last place of float32 or 3e-7; infinities give the limits. */
interface ActivationFormulas extends Pick<Elementwise, "locals" | "scalars"> {
  readonly value: Elementwise["body"];
  /** y · f′(x). */
  readonly backward: Elementwise["body"];
  readonly f: (x: number, scalar: number) => number;
  readonly slope: (x: number, scalar: number) => number;
}

/** f(x) of one activation; the scalar is a leaky relu's slope, which the others do not look at. */
const valueOf = ({ value, f, locals = [], scalars }: ActivationFormulas): Primitive<MapOne> =>
  mapped<MapOne>({
    locals,
    scalars,
    inputs: ["x"],
    body: value,
    loop: mapOne(f),
    check: (call, { signed, zeros, length }) => {
      call(signed, zeros, 4 * length, 0.1);
    },
  });

/** y · f′(x) of one activation. */
const backwardOf = ({ backward, slope, locals = [], scalars }: ActivationFormulas): Primitive<MapTwoScaled> =>
  mapped<MapTwoScaled>({
    locals,
    scalars,
    inputs: ["x", "y"],
    body: backward,
    loop: mapTwo((x, y, scalar) => y * slope(x, scalar)),
    check: (call, { signed, positive, zeros, length }) => {
      call(signed, positive, zeros, 4 * length, 0.1);
    },
  });

const LEAKY_RELU: ActivationFormulas = {
  scalars: ["slope"],
  value: (of, scalar) => choose(of("x"), mul(scalar("slope"), of("x")), positive(of("x"))),
  backward: (of, scalar) => choose(of("y"), mul(scalar("slope"), of("y")), positive(of("x"))),
  f: (x, slope) => (x > 0 ? x : slope * x),
  slope: (x, slope) => (x > 0 ? 1 : slope),
};

const TANH: ActivationFormulas = {
  locals: [...EXPONENTIAL_LOCALS, "square", "small"],
  scalars: [],
  value: (of) => tanh(of("x")),
  // 1 − tanh² = 4 s (1 − s) at 2 x, without the difference that cancels.
  backward: (of) => mul(of("y"), mul(splat(4), sigmoidSlope(of("x"), 2))),
  f: Math.tanh,
  slope: (x) => 1 - Math.tanh(x) ** 2,
};

const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));
const SIGMOID: ActivationFormulas = {
  locals: [...EXPONENTIAL_LOCALS],
  scalars: [],
  value: (of) => sigmoid(of("x")),
  backward: (of) => mul(of("y"), sigmoidSlope(of("x"), 1)),
  f: sigmoidOf,
  slope: (x) => sigmoidOf(x) * sigmoidOf(-x),
};

/** Φ(x) from the tail's polynomial. */
function normalOf(x: number): number {
  const a = Math.min(Math.abs(x), NORMAL_LIMIT);
  const t = 1 / (1 + NORMAL_TAIL_STEP * a);
  const tail = Math.exp(-(a * a) / 2) * NORMAL_TAIL.reduce((sum, coefficient) => sum * t + coefficient, 0);
  return x > 0 ? 1 - tail : tail;
}
/** exp(−x²/2) / √(2π). */
const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
const GELU: ActivationFormulas = {
  locals: [...EXPONENTIAL_LOCALS, ...NORMAL_LOCALS],
  scalars: [],
  value: (of) => gelu(of("x")),
  backward: (of) => mul(of("y"), geluSlope(of("x"))),
  f: (x) => (x > 0 ? x : Math.max(x, -NORMAL_LIMIT)) * normalOf(x),
  slope: (x) => normalOf(x) + Math.min(Math.max(x, -NORMAL_LIMIT), NORMAL_LIMIT) * density(x),
};

/** log(1 + e) = 2 artanh(s) with s = e / (2 + e) ≤ 1/3: 2 s times the coefficients of s¹⁴ … s². */
const ARTANH = [1 / 15, 1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1];

/** max(x, 0) + log(1 + exp(−|x|)); in float32 that is x from 20 on, as torch has it. */
const softplus = (x: string): string =>
  after(
    [
      ...limitedExponential(`(f32x4.neg ${abs(x)})`),
      set("e", div(E, add(splat(2), E))),
      set("square", mul(E, E)),
    ],
    // The second operand of pmax wins only if it is larger, so NaN stays.
    add(`(f32x4.pmax ${x} ${ZERO})`, mul(add(E, E), polynomial(ARTANH, "square"))),
  );
const SOFTPLUS: ActivationFormulas = {
  locals: [...EXPONENTIAL_LOCALS, "square"],
  scalars: [],
  value: (of) => softplus(of("x")),
  backward: (of) => mul(of("y"), sigmoid(of("x"))),
  f: (x) => (x > 20 ? x : Math.log1p(Math.exp(x))),
  slope: sigmoidOf,
};

export const ACTIVATIONS = {
  leakyRelu: valueOf(LEAKY_RELU),
  leakyReluBackward: backwardOf(LEAKY_RELU),
  tanh: valueOf(TANH),
  tanhBackward: backwardOf(TANH),
  sigmoid: valueOf(SIGMOID),
  sigmoidBackward: backwardOf(SIGMOID),
  gelu: valueOf(GELU),
  geluBackward: backwardOf(GELU),
  softplus: valueOf(SOFTPLUS),
  softplusBackward: backwardOf(SOFTPLUS),
};

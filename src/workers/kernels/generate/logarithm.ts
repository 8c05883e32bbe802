import { add, choose, mul, sub } from "./vectors.ts";
import { local, polynomial, set, splat, ZERO } from "./wat.ts";

/** log(1 + m) = m − m²/2 + m³ P(m) for √½ − 1 ≤ m < √2 − 1: the coefficients of m⁸ … m⁰ (Cephes, logf). */
const COEFFICIENTS = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
const SMALLEST_NORMAL = 2 ** -126;
/** What a number below the normal ones is multiplied by, as a power of two. */
const RAISED = 23;

const whole = (value: number): string => `(i32x4.splat (i32.const ${value}))`;
const MINUS_INFINITY = whole(0xff800000);

export const LOGARITHM_LOCALS = ["m", "n", "tiny", "low", "y"];

/**
 * Steps for y ← log(x): x = 2ⁿ (1 + m), log x = n ln 2 + log(1 + m). Within 2 units of the last place; −∞ of 0, NaN of
 * negative numbers, numbers below the normal ones too.
 */
export const logarithm = (x: string): readonly string[] => [
  set("tiny", `(f32x4.lt ${x} ${splat(SMALLEST_NORMAL)})`),
  set("m", choose(mul(x, splat(2 ** RAISED)), x, local("tiny"))),
  set("n", `(i32x4.sub (i32x4.shr_u ${local("m")} (i32.const 23)) ${whole(126)})`),
  set("m", `(v128.or (v128.and ${local("m")} ${whole(0x007fffff)}) ${whole(0x3f000000)})`),
  // In [½, √½) twice as much, and n one less: a mask is −1 as a whole number.
  set("low", `(f32x4.lt ${local("m")} ${splat(Math.SQRT1_2)})`),
  set("n", `(f32x4.convert_i32x4_s (i32x4.add ${local("n")} ${local("low")}))`),
  set("n", sub(local("n"), `(v128.and ${local("tiny")} ${splat(RAISED)})`)),
  set("m", sub(add(local("m"), `(v128.and ${local("m")} ${local("low")})`), splat(1))),
  set("low", mul(local("m"), local("m"))),
  set("y", mul(mul(polynomial(COEFFICIENTS, "m"), local("m")), local("low"))),
  set("y", add(local("y"), mul(local("n"), splat(LN2_LOW)))),
  set("y", sub(local("y"), mul(local("low"), splat(0.5)))),
  set("y", add(add(local("m"), local("y")), mul(local("n"), splat(LN2_HIGH)))),
  // The root of ∞ is ∞, of a negative number or NaN NaN.
  set("low", choose(MINUS_INFINITY, `(f32x4.sqrt ${x})`, `(f32x4.eq ${x} ${ZERO})`)),
  set("tiny", `(v128.and (f32x4.gt ${x} ${ZERO}) (f32x4.lt ${x} (f32x4.splat (f32.const inf))))`),
  set("y", choose(local("y"), local("low"), local("tiny"))),
];

import { add, mul, sub } from "./vectors.ts";
import { lines, local, polynomial, set, splat } from "./wat.ts";

/** exp(r) for |r| ≤ ln 2 / 2: the coefficients of r⁷ … r² (Cephes, expf). */
const COEFFICIENTS = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];
/** ln 2 in two parts: the first has so few bits that n · LN2_HIGH is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
/** Below this exp is no normal float32. */
export const LOWEST_EXPONENT = -87.33;

/**
 * WebAssembly text: e ← exp(v) of four lanes for v ≤ 0, in locals `v`, `n` and `e`; v = n ln 2 + r and exp(v) =
 * 2ⁿ exp(r). Within 2 units of the last place, never below exp(LOWEST_EXPONENT); NaN stays NaN.
 */
export const exponential = (): string =>
  lines([
    // The second operand of pmax wins only if it is larger, so NaN stays.
    set("v", `(f32x4.pmax ${local("v")} ${splat(LOWEST_EXPONENT)})`),
    set("n", `(f32x4.nearest (f32x4.mul ${local("v")} ${splat(Math.LOG2E)}))`),
    set("v", `(f32x4.sub ${local("v")} (f32x4.mul ${local("n")} ${splat(LN2_HIGH)}))`),
    set("v", `(f32x4.sub ${local("v")} (f32x4.mul ${local("n")} ${splat(LN2_LOW)}))`),
    set("e", polynomial(COEFFICIENTS, "v")),
    set("e", `(f32x4.add (f32x4.mul (f32x4.mul ${local("e")} ${local("v")}) ${local("v")}) ${local("v")})`),
    set("e", `(f32x4.add ${local("e")} ${splat(1)})`),
    set(
      "e",
      `(f32x4.mul ${local("e")} (i32x4.shl (i32x4.add (i32x4.trunc_sat_f32x4_s ${local("n")}) (i32x4.splat (i32.const 127))) (i32.const 23)))`,
    ),
  ]);

/** What `limitedExponential` and `wideExponential` work in. */
export const EXPONENTIAL_LOCALS = ["v", "n", "e", "under"];

/** Steps for e ← exp(v) of v ≤ 0, exactly 0 where that is no normal float32: limits at infinity are then exact. */
export const limitedExponential = (v: string): readonly string[] => [
  set("v", v),
  set("under", `(f32x4.lt ${local("v")} ${splat(LOWEST_EXPONENT)})`),
  exponential(),
  set("e", `(v128.andnot ${local("e")} ${local("under")})`),
];

/** Beyond these exp is ∞ and 0 in float32. */
const OVERFLOW = 89;
const UNDERFLOW = -104;

/** 2ⁿ of whole lanes n, of a normal float32. */
const powerOfTwo = (n: string): string =>
  `(i32x4.shl (i32x4.add ${n} (i32x4.splat (i32.const 127))) (i32.const 23))`;

/**
 * Steps for e ← exp(v) of any v: 2ⁿ in two factors, so that it may reach beyond the normal numbers on either side. NaN
 * stays NaN.
 */
export const wideExponential = (v: string): readonly string[] => {
  const half = `(i32x4.shr_s ${local("under")} (i32.const 1))`;
  return [
    // The second operand wins only if it is smaller or larger, so NaN stays.
    set("v", `(f32x4.pmax (f32x4.pmin ${v} ${splat(OVERFLOW)}) ${splat(UNDERFLOW)})`),
    set("n", `(f32x4.nearest ${mul(local("v"), splat(Math.LOG2E))})`),
    set("v", sub(local("v"), mul(local("n"), splat(LN2_HIGH)))),
    set("v", sub(local("v"), mul(local("n"), splat(LN2_LOW)))),
    set("e", polynomial(COEFFICIENTS, "v")),
    set("e", add(mul(mul(local("e"), local("v")), local("v")), local("v"))),
    set("e", add(local("e"), splat(1))),
    set("under", `(i32x4.trunc_sat_f32x4_s ${local("n")})`),
    set("e", mul(local("e"), powerOfTwo(half))),
    set("e", mul(local("e"), powerOfTwo(`(i32x4.sub ${local("under")} ${half})`))),
  ];
};

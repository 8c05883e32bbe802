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

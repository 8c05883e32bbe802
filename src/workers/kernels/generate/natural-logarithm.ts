import { constant, lines, local, set } from "./wat.ts";

const double = (value: number): string => `(f64.const ${value})`;
const add = (a: string, b: string): string => `(f64.add ${a} ${b})`;
const sub = (a: string, b: string): string => `(f64.sub ${a} ${b})`;
const mul = (a: string, b: string): string => `(f64.mul ${a} ${b})`;

/** Lg7, Lg5, Lg3, Lg1 and Lg6, Lg4, Lg2 of fdlibm's e_log.c: log(1 + f) = f − s (f − R), R a polynomial in s². */
const ODD = [
  1.479819860511658591e-1, 1.818357216161805012e-1, 2.857142874366239149e-1, 6.66666666666673513e-1,
];
const EVEN = [1.531383769920937332e-1, 2.222219843214978396e-1, 3.999999999940941908e-1];
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const SMALLEST_NORMAL = 2 ** -1022;

/** w (c + w (…)) without the first factor. */
const series = (coefficients: readonly number[]): string =>
  coefficients.map(double).reduce((sum, coefficient) => add(mul(sum, local("w")), coefficient));

/**
 * A function of the module, not exported: `$naturalLogarithm` of a float64 that is 0 or normal, bit by bit what
 * `Math.log` gives (both are fdlibm's). Not called out of the module: after products on 256 bits the runtime's own, which
 * is compiled for the 128 bits of SSE, takes ten times as long on Intel's processors (200 ns, November 2026), because
 * nothing clears the upper halves of the registers.
 */
export const naturalLogarithmFunction = (): string =>
  lines([
    "(func $naturalLogarithm (param $x f64) (result f64)",
    "(local $high i32) (local $k i32) (local $n f64) (local $f f64) (local $s f64) (local $w f64) (local $r f64)",
    // 0 gives −∞, a negative number NaN; ∞ and NaN are their own.
    `(if (i32.eqz (f64.ge ${local("x")} ${double(SMALLEST_NORMAL)})) (then (return`,
    `(if (result f64) (f64.eq ${local("x")} ${double(0)}) (then (f64.const -inf)) (else (f64.sqrt (f64.neg (f64.abs ${local("x")}))))))))`,
    `(if (f64.eq ${local("x")} (f64.const inf)) (then (return ${local("x")})))`,
    // x = 2ᵏ (1 + f) with 1 + f in [√½, √2).
    set("high", `(i32.wrap_i64 (i64.shr_u (i64.reinterpret_f64 ${local("x")}) (i64.const 32)))`),
    set("k", `(i32.sub (i32.shr_u ${local("high")} (i32.const 20)) (i32.const 1023))`),
    set("high", `(i32.and ${local("high")} (i32.const 0xfffff))`),
    set(
      "f",
      `(f64.reinterpret_i64 (i64.or (i64.and (i64.reinterpret_f64 ${local("x")}) (i64.const 0xfffffffffffff)) (i64.const 0x3ff0000000000000)))`,
    ),
    `(if (i32.ge_u ${local("high")} (i32.const 0x6a09c)) (then`,
    set("k", `(i32.add ${local("k")} ${constant(1)})`),
    set("f", mul(local("f"), double(0.5))),
    "))",
    set("f", sub(local("f"), double(1))),
    set("n", `(f64.convert_i32_s ${local("k")})`),
    // |f| < 2⁻²⁰
    `(if (i32.lt_u (i32.and (i32.add ${local("high")} ${constant(2)}) (i32.const 0xfffff)) ${constant(3)}) (then`,
    `(if (f64.eq ${local("f")} ${double(0)}) (then (return ${add(mul(local("n"), double(LN2_HIGH)), mul(local("n"), double(LN2_LOW)))})))`,
    set("r", mul(mul(local("f"), local("f")), sub(double(0.5), mul(double(1 / 3), local("f"))))),
    `(return ${sub(mul(local("n"), double(LN2_HIGH)), sub(sub(local("r"), mul(local("n"), double(LN2_LOW))), local("f")))})))`,
    set("s", `(f64.div ${local("f")} ${add(double(2), local("f"))})`),
    set("r", mul(local("s"), local("s"))),
    set("w", mul(local("r"), local("r"))),
    set("r", add(mul(local("r"), series(ODD)), mul(local("w"), series(EVEN)))),
    // Where f is neither small nor near its ends, f − f²/2 is taken apart, which rounds less.
    `(if (i32.gt_s (i32.or (i32.sub ${local("high")} (i32.const 0x6147a)) (i32.sub (i32.const 0x6b851) ${local("high")})) (i32.const 0)) (then`,
    set("w", mul(mul(double(0.5), local("f")), local("f"))),
    set("r", mul(local("s"), add(local("w"), local("r")))),
    `(return (if (result f64) (i32.eqz ${local("k")}) (then ${sub(local("f"), sub(local("w"), local("r")))})`,
    `(else ${sub(mul(local("n"), double(LN2_HIGH)), sub(sub(local("w"), add(local("r"), mul(local("n"), double(LN2_LOW)))), local("f")))})))))`,
    set("r", mul(local("s"), sub(local("f"), local("r")))),
    `(if (result f64) (i32.eqz ${local("k")}) (then ${sub(local("f"), local("r"))})`,
    `(else ${sub(mul(local("n"), double(LN2_HIGH)), sub(sub(local("r"), mul(local("n"), double(LN2_LOW))), local("f")))}))`,
    ")",
  ]);

import { count, lines, local, set } from "./wat.ts";

const doubles = (value: number | "inf"): string => `(f64x2.splat (f64.const ${value}))`;
const op =
  (name: string) =>
  (a: string, b: string): string =>
    `(f64x2.${name} ${a} ${b})`;
const [add, sub, mul, div, eq, lt] = ["add", "sub", "mul", "div", "eq", "lt"].map(op) as [
  ReturnType<typeof op>,
  ReturnType<typeof op>,
  ReturnType<typeof op>,
  ReturnType<typeof op>,
  ReturnType<typeof op>,
  ReturnType<typeof op>,
];
const choose = (yes: string, no: string, condition: string): string =>
  `(v128.bitselect ${yes} ${no} ${condition})`;
const long = (value: string): string => `(i64x2.splat (i64.const ${value}))`;
const series = (coefficients: readonly number[], x: string): string =>
  coefficients.map((value) => doubles(value)).reduce((sum, value) => add(mul(sum, local(x)), value));

/** 1/17 … 1/3, 1: log m = 2 s (1 + s²/3 + s⁴/5 + …) with s = (m − 1) / (m + 1). */
const LOG_SERIES = count(9).map((k) => 1 / (17 - 2 * k));
/** 1/11! … 1/1!, 1. */
const EXP_SERIES = count(12).map((k) => 1 / count(11 - k).reduce((product, i) => product * (i + 1), 1));

const IS_WHOLE = `(f64x2.eq (f64x2.nearest ${local("y")}) ${local("y")})`;
const HALF_IS_WHOLE = (() => {
  const half = mul(local("y"), doubles(0.5));
  return `(f64x2.eq (f64x2.nearest ${half}) ${half})`;
})();
const magnitude = (name: string): string => `(f64x2.abs ${local(name)})`;

/**
 * A function of the module, not exported: \`$powerOfTwoLanes\` gives x^y = exp(y log |x|) of two float64 lanes that hold
 * float32, to 1e-12: in float32 the product's rounding alone would cost 88 units of the last place. Negative x
 * with whole y has the sign of the product; the limits are those of IEEE 754's pow.
 */
export const powerFunction = (): string =>
  lines([
    "(func $powerOfTwoLanes (param $x v128) (param $y v128) (result v128)",
    ["n", "m", "s", "log", "e", "odd"].map((name) => `(local $${name} v128)`),
    // |x| = 2ⁿ m with m in [1, 2), and then in [√½, √2].
    set("m", magnitude("x")),
    set("n", `(i64x2.sub (i64x2.shr_u ${local("m")} (i32.const 52)) ${long("1023")})`),
    set("m", `(v128.or (v128.and ${local("m")} ${long("0xfffffffffffff")}) ${long("0x3ff0000000000000")})`),
    set("s", `(f64x2.gt ${local("m")} ${doubles(Math.SQRT2)})`),
    set("n", `(i64x2.sub ${local("n")} ${local("s")})`),
    set("m", choose(mul(local("m"), doubles(0.5)), local("m"), local("s"))),
    set("s", div(sub(local("m"), doubles(1)), add(local("m"), doubles(1)))),
    set("m", mul(local("s"), local("s"))),
    set(
      "n",
      `(f64x2.convert_low_i32x4_s (i8x16.shuffle 0 1 2 3 8 9 10 11 0 1 2 3 8 9 10 11 ${local("n")} ${local("n")}))`,
    ),
    set(
      "log",
      add(mul(local("n"), doubles(Math.LN2)), mul(add(local("s"), local("s")), series(LOG_SERIES, "m"))),
    ),
    set("log", choose(local("log"), magnitude("x"), lt(magnitude("x"), doubles("inf")))),
    set("log", choose(`(f64x2.neg ${doubles("inf")})`, local("log"), eq(local("x"), doubles(0)))),
    // exp(y log |x|), cut off where float32 is 0 or ∞; the second operand wins only if it is smaller or larger.
    set("e", `(f64x2.pmax (f64x2.pmin ${mul(local("y"), local("log"))} ${doubles(89)}) ${doubles(-104)})`),
    set("n", `(f64x2.nearest ${mul(local("e"), doubles(Math.LOG2E))})`),
    set("m", sub(local("e"), mul(local("n"), doubles(Math.LN2)))),
    set("e", series(EXP_SERIES, "m")),
    set(
      "e",
      mul(
        local("e"),
        `(i64x2.shl (i64x2.add (i64x2.extend_low_i32x4_s (i32x4.trunc_sat_f64x2_s_zero ${local("n")})) ${long("1023")}) (i32.const 52))`,
      ),
    ),
    // The sign of x for an odd exponent; no number for one that is not whole.
    set("odd", `(v128.andnot ${IS_WHOLE} ${HALF_IS_WHOLE})`),
    set(
      "e",
      `(v128.xor ${local("e")} (v128.and (v128.and ${local("x")} ${local("odd")}) ${long("0x8000000000000000")}))`,
    ),
    set(
      "odd",
      `(v128.andnot (v128.and ${lt(local("x"), doubles(0))} ${lt(magnitude("x"), doubles("inf"))}) ${IS_WHOLE})`,
    ),
    set("e", choose("(f64x2.splat (f64.const nan))", local("e"), local("odd"))),
    set("odd", `(v128.or ${eq(local("y"), doubles(0))} ${eq(local("x"), doubles(1))})`),
    set(
      "odd",
      `(v128.or ${local("odd")} (v128.and ${eq(magnitude("x"), doubles(1))} ${eq(magnitude("y"), doubles("inf"))}))`,
    ),
    `${choose(doubles(1), local("e"), local("odd"))})`,
  ]);

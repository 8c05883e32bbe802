import { high, low, whileLeft } from "../generate/lanes.ts";
import { advance, constant, lines, local, set } from "../generate/wat.ts";
import { mapped } from "./mapped.ts";
import { primitive } from "./primitive.ts";

/** Eight at a time, then one. */
const scaleBytes = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $target i32) (param $count i32) (param $divisor f32)`,
    "(local $v v128) (local $all v128)",
    set("all", `(f32x4.splat ${local("divisor")})`),
    whileLeft(
      "eight",
      "count",
      8,
      [
        set("v", `(v128.load8x8_u ${local("x")})`),
        ["low", "high"].map(
          (half, index) =>
            `(v128.store offset=${16 * index} ${local("target")} (f32x4.div (f32x4.convert_i32x4_u (i32x4.extend_${half}_i16x8_u ${local("v")})) ${local("all")}))`,
        ),
        advance("x", constant(8)),
        advance("target", constant(32)),
      ].flat(),
    ),
    whileLeft("one", "count", 1, [
      `(f32.store ${local("target")} (f32.div (f32.convert_i32_u (i32.load8_u ${local("x")})) ${local("divisor")}))`,
      advance("x", constant(1)),
      advance("target", constant(4)),
    ]),
    ")",
  ]);

export const CONVERSIONS = {
  /** (x − mean) · factor, computed in float64, so that no mean and no factor costs digits. */
  normalize: mapped<(x: number, target: number, bytes: number, mean: number, factor: number) => void>({
    inputs: ["x"],
    scalars: [],
    doubles: ["mean", "factor"],
    body: (of, scalar) => {
      const half = (x: string): string =>
        `(f32x4.demote_f64x2_zero (f64x2.mul (f64x2.sub ${x} ${scalar("mean")}) ${scalar("factor")}))`;
      return `(i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 ${half(low(of("x")))} ${half(high(of("x")))})`;
    },
    loop: (arena) => (x, target, bytes, mean, factor) => {
      const { all } = arena;
      for (let i = 0; i < bytes / 4; i++) all[target / 4 + i] = (all[x / 4 + i]! - mean) * factor;
    },
    check: (normalize, { signed, zeros, length }) => {
      normalize(signed, zeros, 4 * length, 0.3, 1.7);
    },
  }),
  /** `count` bytes / divisor as floats. */
  scaleBytes: primitive<(bytes: number, target: number, count: number, divisor: number) => void>({
    generate: scaleBytes,
    loop: (arena) => (x, target, count, divisor) => {
      const [{ all }, bytes] = [arena, arena.bytes(x, count)];
      for (let i = 0; i < count; i++) all[target / 4 + i] = bytes[i]! / divisor;
    },
    check: (scale, { signed, zeros, length }) => {
      scale(signed, zeros, length, 255);
    },
  }),
};

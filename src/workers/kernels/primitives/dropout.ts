import { hash32 } from "../../../core/random/hash.ts";
import { whileLeft } from "../generate/lanes.ts";
import { advance, constant, lines, local, set } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

/** h ← h ^ (h ≫ bits). */
const fold = (bits: number): string =>
  set("h", `(v128.xor ${local("h")} (i32x4.shr_u ${local("h")} ${constant(bits)}))`);
const times = (factor: number): string =>
  set("h", `(i32x4.mul ${local("h")} (i32x4.splat (i32.const ${factor})))`);

/** The hash is core/random/hash.ts, four lanes at a time. */
const dropout = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $target i32) (param $count i32) (param $index i32) (param $key i32)`,
    "(param $threshold i32) (param $scale f32)",
    "(local $h v128) (local $v v128) (local $keys v128) (local $thresholds v128) (local $scales v128)",
    set("keys", `(i32x4.splat ${local("key")})`),
    set("thresholds", `(i32x4.splat ${local("threshold")})`),
    set("scales", `(f32x4.splat ${local("scale")})`),
    ([4, 1] as const).map((width) =>
      whileLeft(`by${width}`, "count", width, [
        set(
          "h",
          `(v128.xor (i32x4.add (i32x4.splat ${local("index")}) (v128.const i32x4 0 1 2 3)) ${local("keys")})`,
        ),
        fold(16),
        times(0x7feb352d),
        fold(15),
        times(0x846ca68b),
        fold(16),
        set(
          "v",
          `(v128.and (f32x4.mul (v128.load${width === 4 ? "" : "32_zero"} ${local("x")}) ${local("scales")})
            (i32x4.ge_u ${local("h")} ${local("thresholds")}))`,
        ),
        width === 4
          ? `(v128.store ${local("target")} ${local("v")})`
          : `(v128.store32_lane 0 ${local("target")} ${local("v")})`,
        advance("x", constant(4 * width)),
        advance("target", constant(4 * width)),
        advance("index", constant(width)),
      ]),
    ),
    ")",
  ]);

export const DROPOUT = {
  /** x · scale where hash32((index + i) ^ key) ≥ threshold, unsigned, else 0. */
  dropout: primitive<
    (
      x: number,
      target: number,
      count: number,
      index: number,
      key: number,
      threshold: number,
      scale: number,
    ) => void
  >({
    generate: dropout,
    loop: (arena) => (x, target, count, index, key, threshold, scale) => {
      const [values, into] = [arena.floats(x, count), arena.floats(target, count)];
      for (let i = 0; i < count; i++) {
        into[i] = hash32((index + i) ^ key) >= threshold ? values[i]! * scale : 0;
      }
    },
    check: (drop, { positive, zeros, length }) => {
      drop(positive, zeros, length, 12_345, 0x9abcdef0 | 0, 0x60000000, 1.6);
    },
  }),
};

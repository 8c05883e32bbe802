import { whileLeft } from "./lanes.ts";
import { advance, constant, lines, local, set } from "./wat.ts";

/** h ← h ^ (h ≫ bits). */
const fold = (bits: number): string =>
  set("h", `(v128.xor ${local("h")} (i32x4.shr_u ${local("h")} ${constant(bits)}))`);
const times = (factor: number): string =>
  set("h", `(i32x4.mul ${local("h")} (i32x4.splat (i32.const ${factor})))`);

/**
 * `dropout(x, target, count, index, key, threshold, scale)`: target = x · scale where hash32((index + i) ^ key) ≥
 * threshold, unsigned, else 0. The hash is core/random/hash.ts, four lanes at a time.
 */
export const dropoutFunction = (): string =>
  lines([
    '(func (export "dropout") (param $x i32) (param $target i32) (param $count i32) (param $index i32) (param $key i32)',
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

import { whileLeft } from "../generate/lanes.ts";
import { advance, constant, count, lines, local, set } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

/** The value of the byte at x + `offset`, into its place. */
const lookUp = (offset: number): string =>
  `(f32.store offset=${4 * offset} ${local("target")} (f32.load (i32.add ${local("values")} (i32.shl (i32.load8_u offset=${offset} ${local("x")}) ${constant(2)}))))`;

/** Eight at a time, then one. */
const lookUpBytes = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $target i32) (param $count i32) (param $values i32)`,
    ...([8, 1] as const).map((width) =>
      whileLeft(`by${width}`, "count", width, [
        ...count(width).map(lookUp),
        advance("x", constant(width)),
        advance("target", constant(4 * width)),
      ]),
    ),
    ")",
  ]);

const AFFINE = ["scale", "offset", "scaleRest", "offsetRest"] as const;

/** Eight at a time, then one: (b · scale + offset) + (b · scaleRest + offsetRest). */
const affineBytes = (name: string): string => {
  const affine = (type: "f32" | "f32x4", byte: string, scalar: (name: string) => string): string => {
    const term = (scale: string, offset: string): string =>
      `(${type}.add (${type}.mul ${byte} ${scalar(scale)}) ${scalar(offset)})`;
    return `(${type}.add ${term("scale", "offset")} ${term("scaleRest", "offsetRest")})`;
  };
  return lines([
    `(func (export "${name}") (param $x i32) (param $target i32) (param $count i32)`,
    AFFINE.map((scalar) => `(param $${scalar} f32)`),
    AFFINE.map((scalar) => `(local $all_${scalar} v128)`),
    "(local $v v128) (local $w v128) (local $b f32)",
    AFFINE.map((scalar) => set(`all_${scalar}`, `(f32x4.splat ${local(scalar)})`)),
    whileLeft("eight", "count", 8, [
      set("v", `(v128.load8x8_u ${local("x")})`),
      ...["low", "high"].flatMap((half, index) => [
        set("w", `(f32x4.convert_i32x4_s (i32x4.extend_${half}_i16x8_u ${local("v")}))`),
        `(v128.store offset=${16 * index} ${local("target")} ${affine("f32x4", local("w"), (scalar) => local(`all_${scalar}`))})`,
      ]),
      advance("x", constant(8)),
      advance("target", constant(32)),
    ]),
    whileLeft("one", "count", 1, [
      set("b", `(f32.convert_i32_s (i32.load8_u ${local("x")}))`),
      `(f32.store ${local("target")} ${affine("f32", local("b"), local)})`,
      advance("x", constant(1)),
      advance("target", constant(4)),
    ]),
    ")",
  ]);
};

/** Bytes that a cache moves at once. */
const CACHE_LINE = 64;

/** The `or` of a byte of each cache line, so that the loads are not left out. */
const touchBytes = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $count i32) (result i32) (local $seen i32)`,
    "(block $no_line (loop $line (br_if $no_line (i32.le_s (local.get $count) (i32.const 0)))",
    set("seen", `(i32.or ${local("seen")} (i32.load8_u ${local("x")}))`),
    advance("x", constant(CACHE_LINE)),
    advance("count", constant(-CACHE_LINE)),
    "(br $line)))",
    local("seen"),
    ")",
  ]);

type AffineBytes = (
  bytes: number,
  target: number,
  count: number,
  scale: number,
  offset: number,
  scaleRest: number,
  offsetRest: number,
) => void;

export const CONVERSIONS = {
  /** target = (b · scale + offset) + (b · scaleRest + offsetRest) of each of `count` bytes, every operation in float32. */
  affineBytes: primitive<AffineBytes>({
    generate: affineBytes,
    loop: (arena) => (x, target, count, scale, offset, scaleRest, offsetRest) => {
      const [{ all }, bytes] = [arena, arena.bytes(x, count)];
      for (let i = 0; i < count; i++) {
        const byte = bytes[i]!;
        const large = Math.fround(Math.fround(byte * scale) + offset);
        all[target / 4 + i] = large + Math.fround(Math.fround(byte * scaleRest) + offsetRest);
      }
    },
    check: (convert, { signed, zeros, length }) => {
      convert(signed, zeros, 3 * length, 0.0125, -0.5, 2 ** -20, -(2 ** -18));
    },
  }),
  /** target = the float of each of `count` bytes, from 256 of them at `values`. */
  lookUpBytes: primitive<(bytes: number, target: number, count: number, values: number) => void>({
    generate: lookUpBytes,
    loop: (arena) => (x, target, count, values) => {
      const [{ all }, bytes] = [arena, arena.bytes(x, count)];
      for (let i = 0; i < count; i++) all[target / 4 + i] = all[values / 4 + bytes[i]!]!;
    },
    check: (lookUp, { signed, others, zeros, length }) => {
      lookUp(signed, zeros, 3 * length, others);
    },
  }),
  /**
   * Fetches `count` bytes into the cache, all lines at once: whoever reads them one after the other waits for memory
   * at each line that the processor does not foresee, as in rows picked at random. @returns the `or` of a byte a line.
   */
  touchBytes: primitive<(x: number, count: number) => number>({
    generate: touchBytes,
    loop: (arena) => (x, count) => {
      const bytes = arena.bytes(x, count);
      let seen = 0;
      for (let i = 0; i < count; i += CACHE_LINE) seen |= bytes[i]!;
      return seen;
    },
    check: (touch, { signed, zeros, length, arena }) => {
      arena.floats(zeros, 1)[0] = touch(signed + 1, 25 * length);
    },
  }),
};

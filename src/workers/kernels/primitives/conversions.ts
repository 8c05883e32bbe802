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
const AFFINE_PARAMETERS = AFFINE.map((scalar) => `(param $${scalar} f32)`).join(" ");
const AFFINE_LOCALS = [
  ...AFFINE.map((scalar) => `(local $all_${scalar} v128)`),
  "(local $v v128) (local $w v128) (local $b f32)",
].join(" ");
const spreadAffine = AFFINE.map((scalar) => set(`all_${scalar}`, `(f32x4.splat ${local(scalar)})`)).join(
  "\n",
);

/** Of `left` bytes at `x`, eight at a time, then one: (b · scale + offset) + (b · scaleRest + offsetRest). */
const convertAffine = (label: string, left: string): string => {
  const affine = (type: "f32" | "f32x4", byte: string, scalar: (name: string) => string): string => {
    const term = (scale: string, offset: string): string =>
      `(${type}.add (${type}.mul ${byte} ${scalar(scale)}) ${scalar(offset)})`;
    return `(${type}.add ${term("scale", "offset")} ${term("scaleRest", "offsetRest")})`;
  };
  return lines([
    whileLeft(`${label}Eight`, left, 8, [
      set("v", `(v128.load8x8_u ${local("x")})`),
      ...["low", "high"].flatMap((half, index) => [
        set("w", `(f32x4.convert_i32x4_s (i32x4.extend_${half}_i16x8_u ${local("v")}))`),
        `(v128.store offset=${16 * index} ${local("target")} ${affine("f32x4", local("w"), (scalar) => local(`all_${scalar}`))})`,
      ]),
      advance("x", constant(8)),
      advance("target", constant(32)),
    ]),
    whileLeft(`${label}One`, left, 1, [
      set("b", `(f32.convert_i32_s (i32.load8_u ${local("x")}))`),
      `(f32.store ${local("target")} ${affine("f32", local("b"), local)})`,
      advance("x", constant(1)),
      advance("target", constant(4)),
    ]),
  ]);
};

const affineBytes = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $target i32) (param $count i32) ${AFFINE_PARAMETERS}`,
    AFFINE_LOCALS,
    spreadAffine,
    convertAffine("all", "count"),
    ")",
  ]);

/** Bytes that a cache moves at once. */
const CACHE_LINE = 64;

/** `seen` is or'ed with a byte of each cache line of the `left` bytes at `x`, so that the loads are not left out. */
const touchLines = (label: string, left: string): string =>
  lines([
    `(block $no_${label} (loop $${label} (br_if $no_${label} (i32.le_s ${local(left)} (i32.const 0)))`,
    set("seen", `(i32.or ${local("seen")} (i32.load8_u ${local("x")}))`),
    advance("x", constant(CACHE_LINE)),
    advance(left, constant(-CACHE_LINE)),
    `(br $${label})))`,
  ]);

const touchBytes = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $count i32) (result i32) (local $seen i32)`,
    touchLines("line", "count"),
    local("seen"),
    ")",
  ]);

/** Short rows that are fetched together, so that all of them fit into every first-level cache: eight of MNIST's are 6 kB. */
export const FETCHED_ROWS = 8;
export const SHORT_ROW_BYTES = 4096;

const affineRows = (name: string): string => {
  const rowAt = (row: string): string =>
    `(i32.add ${local("bytes")} (i32.mul ${local("length")} (i32.load (i32.add ${local("indices")} (i32.shl ${row} (i32.const 2))))))`;
  const together = (rows: number): string =>
    whileLeft(`rows${rows}`, "rows", rows, [
      ...count(rows).flatMap((row) => [
        set("x", rowAt(constant(row))),
        set("left", local("columns")),
        touchLines(`touch${rows}_${row}`, "left"),
      ]),
      set("row", constant(0)),
      `(loop $convert${rows}`,
      set("x", rowAt(local("row"))),
      set("left", local("columns")),
      convertAffine(`by${rows}`, "left"),
      advance("target", local("rest")),
      `(br_if $convert${rows} (i32.lt_u (local.tee $row (i32.add ${local("row")} (i32.const 1))) ${constant(rows)})))`,
      advance("indices", constant(4 * rows)),
    ]);
  return lines([
    `(func (export "${name}") (param $bytes i32) (param $indices i32) (param $rows i32) (param $length i32) (param $columns i32) (param $target i32) ${AFFINE_PARAMETERS}`,
    `(result i32) (local $rest i32) (local $x i32) (local $left i32) (local $row i32) (local $seen i32) ${AFFINE_LOCALS}`,
    spreadAffine,
    set("rest", `(i32.shl (i32.sub ${local("length")} ${local("columns")}) ${constant(2)})`),
    `(if (i32.le_u ${local("columns")} ${constant(SHORT_ROW_BYTES)}) (then`,
    together(FETCHED_ROWS),
    "))",
    together(1),
    local("seen"),
    ")",
  ]);
};

type AffineBytes = (
  bytes: number,
  target: number,
  count: number,
  scale: number,
  offset: number,
  scaleRest: number,
  offsetRest: number,
) => void;

type AffineRows = (
  bytes: number,
  indices: number,
  rows: number,
  length: number,
  columns: number,
  target: number,
  scale: number,
  offset: number,
  scaleRest: number,
  offsetRest: number,
) => number;

/** The value of one byte, every operation in float32. */
function affineOf(
  byte: number,
  scale: number,
  offset: number,
  scaleRest: number,
  offsetRest: number,
): number {
  const large = Math.fround(Math.fround(byte * scale) + offset);
  return large + Math.fround(Math.fround(byte * scaleRest) + offsetRest);
}

export const CONVERSIONS = {
  /** target = (b · scale + offset) + (b · scaleRest + offsetRest) of each of `count` bytes, every operation in float32. */
  affineBytes: primitive<AffineBytes>({
    generate: affineBytes,
    loop: (arena) => (x, target, count, scale, offset, scaleRest, offsetRest) => {
      const [{ all }, bytes] = [arena, arena.bytes(x, count)];
      for (let i = 0; i < count; i++) {
        all[target / 4 + i] = affineOf(bytes[i]!, scale, offset, scaleRest, offsetRest);
      }
    },
    check: (convert, { signed, zeros, length }) => {
      convert(signed, zeros, 3 * length, 0.0125, -0.5, 2 ** -20, -(2 ** -18));
    },
  }),
  /**
   * The same of the first `columns` bytes of `rows` rows of `length`, picked by int32 numbers of rows at `indices`, into
   * rows of `length` floats: short ones are fetched some at a time, as by `touchBytes`. @returns the `or` of a byte a line.
   */
  affineRows: primitive<AffineRows>({
    generate: affineRows,
    loop:
      (arena) => (bytes, indices, rows, length, columns, target, scale, offset, scaleRest, offsetRest) => {
        const { all } = arena;
        const picked = new Int32Array(all.buffer, indices, rows);
        let seen = 0;
        for (let row = 0; row < rows; row++) {
          const from = arena.bytes(bytes + picked[row]! * length, columns);
          for (let i = 0; i < columns; i++) {
            if (i % CACHE_LINE === 0) seen |= from[i]!;
            all[target / 4 + row * length + i] = affineOf(from[i]!, scale, offset, scaleRest, offsetRest);
          }
        }
        return seen;
      },
    check: (convert, { signed, others, zeros, length, arena }) => {
      const [rows, columns] = [FETCHED_ROWS + 3, Math.min(length, 21)];
      const picked = new Int32Array(arena.all.buffer, others, rows);
      for (let row = 0; row < rows; row++) picked[row] = (5 * row) % rows;
      const from = [signed, others, rows, columns + 2, columns] as const;
      const seen = convert(...from, zeros, 0.0125, -0.5, 2 ** -20, -(2 ** -18));
      arena.floats(others, 1)[0] = seen;
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

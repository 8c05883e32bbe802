import { high, low, whileLeft } from "../generate/lanes.ts";
import { advance, constant, count, lines, local, set, ZERO } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

/**
 * Counts in lanes are 32-bit integers: the arena's 4 GB hold 2³⁰ floats, so no lane gets past 2²⁸ nor the sum of
 * four past 2³⁰. Float64 totals take them in, exact to 2⁵³.
 */
const COUNTED = ["nan", "infinite", "below", "above"] as const;

/** The lanes of a vector that each count counts, all bits set. */
const CONDITIONS: Readonly<Record<(typeof COUNTED)[number], string>> = {
  nan: `(f32x4.ne ${local("v")} ${local("v")})`,
  infinite: `(f32x4.eq (f32x4.abs ${local("v")}) (f32x4.splat (f32.const inf)))`,
  below: `(f32x4.lt ${local("v")} ${local("least")})`,
  above: `(f32x4.gt ${local("v")} ${local("most")})`,
};

/** A single float is loaded into all lanes, of which one is taken. */
const tally = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $count i32) (param $lo f32) (param $hi f32) (param $counts i32)`,
    "(local $v v128) (local $least v128) (local $most v128)",
    COUNTED.map((kind) => `(local $${kind} v128)`),
    set("least", `(f32x4.splat ${local("lo")})`),
    set("most", `(f32x4.splat ${local("hi")})`),
    ([4, 1] as const).map((width) =>
      whileLeft(`by${width}`, "count", width, [
        set("v", `(${width === 4 ? "v128.load" : "v128.load32_splat"} ${local("x")})`),
        ...COUNTED.map((kind) => {
          const lanes =
            width === 4 ? CONDITIONS[kind] : `(v128.and ${CONDITIONS[kind]} (v128.const i32x4 -1 0 0 0))`;
          return set(kind, `(i32x4.sub ${local(kind)} ${lanes})`);
        }),
        advance("x", constant(4 * width)),
      ]),
    ),
    COUNTED.map((kind, index) => {
      const found = count(4)
        .map((lane) => `(i32x4.extract_lane ${lane} ${local(kind)})`)
        .reduce((left, right) => `(i32.add ${left} ${right})`);
      const at = `offset=${8 * index} ${local("counts")}`;
      return `(f64.store ${at} (f64.add (f64.load ${at}) (f64.convert_i32_u ${found})))`;
    }),
    ")",
  ]);

/** Adds the counts of columns to float64 totals: two lanes, or the first alone. */
const addCounts = (lanes: string, offset: number, width: 2 | 1): string => {
  const at = `offset=${offset} ${local("counts")}`;
  const load = width === 2 ? "v128.load" : "v128.load64_zero";
  const sum = `(f64x2.add (${load} ${at}) (f64x2.convert_low_i32x4_u ${lanes}))`;
  return width === 2
    ? `(v128.store ${at} ${sum})`
    : `(v128.store64_lane offset=${offset} 0 ${local("counts")} ${sum})`;
};

/** One group of columns down all rows: `width` of them, in vectors of four, or one. */
const activeColumns = (width: 16 | 4 | 1): string => {
  const vectors = count(Math.ceil(width / 4));
  return whileLeft(`columns${width}`, "columns", width, [
    set("at", local("x")),
    set("left", local("rows")),
    ...vectors.map((vector) => set(`c${vector}`, ZERO)),
    whileLeft(`rows${width}`, "left", 1, [
      ...vectors.map((vector) => {
        const v = `(${width === 1 ? "v128.load32_zero" : "v128.load"} offset=${16 * vector} ${local("at")})`;
        return set(`c${vector}`, `(i32x4.sub ${local(`c${vector}`)} (f32x4.gt ${v} ${ZERO}))`);
      }),
      advance("at", local("stride")),
    ]),
    ...vectors.flatMap((vector) => {
      const lanes = local(`c${vector}`);
      const upper = `(i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 ${lanes} ${lanes})`;
      return width === 1
        ? [addCounts(lanes, 0, 1)]
        : [addCounts(lanes, 32 * vector, 2), addCounts(upper, 32 * vector + 16, 2)];
    }),
    advance("x", constant(4 * width)),
    advance("counts", constant(8 * width)),
  ]);
};

const activeRows = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $stride i32) (param $counts i32)`,
    "(local $at i32) (local $left i32)",
    count(4).map((vector) => `(local $c${vector} v128)`),
    activeColumns(16),
    activeColumns(4),
    activeColumns(1),
    ")",
  ]);

/** Two values in float64: which bins they are in, as integers, and 1 for what lies in the range, else 0. */
const findBins = (): string[] => [
  set(
    "inside",
    `(v128.and (v128.and (f64x2.ge ${local("w")} ${local("least")}) (f64x2.le ${local("w")} ${local("most")})) (f64x2.splat (f64.const 1)))`,
  ),
  // Truncation is the floor of what is inside; what is not (NaN as 0) is held in the range, and counts nothing.
  set(
    "bins",
    `(i32x4.min_u (i32x4.trunc_sat_f64x2_u_zero (f64x2.mul (f64x2.sub ${local("w")} ${local("least")}) ${local("factor")})) ${local("last")})`,
  ),
];

const countLane = (lane: 0 | 1): string[] => [
  set(
    "at",
    `(i32.add ${local("counts")} (i32.shl (i32x4.extract_lane ${lane} ${local("bins")}) ${constant(3)}))`,
  ),
  `(f64.store ${local("at")} (f64.add (f64.load ${local("at")}) (f64x2.extract_lane ${lane} ${local("inside")})))`,
];

const histogram = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $count i32) (param $lo f64) (param $hi f64) (param $scale f64) (param $bin_count i32) (param $counts i32)`,
    "(local $at i32) (local $v v128) (local $w v128) (local $inside v128) (local $bins v128)",
    "(local $least v128) (local $most v128) (local $factor v128) (local $last v128)",
    set("least", `(f64x2.splat ${local("lo")})`),
    set("most", `(f64x2.splat ${local("hi")})`),
    set("factor", `(f64x2.splat ${local("scale")})`),
    set("last", `(i32x4.splat (i32.sub ${local("bin_count")} (i32.const 1)))`),
    whileLeft("four", "count", 4, [
      set("v", `(v128.load ${local("x")})`),
      ...[low, high].flatMap((half) => [
        set("w", half(local("v"))),
        ...findBins(),
        ...countLane(0),
        ...countLane(1),
      ]),
      advance("x", constant(16)),
    ]),
    whileLeft("one", "count", 1, [
      set("w", low(`(v128.load32_zero ${local("x")})`)),
      ...findBins(),
      ...countLane(0),
      advance("x", constant(4)),
    ]),
    ")",
  ]);

export const COUNTS = {
  /** counts (4,) in float64 += how many of `count` floats are NaN, infinite, below lo, above hi. */
  tally: primitive<(x: number, count: number, lo: number, hi: number, counts: number) => void>({
    generate: tally,
    loop: (arena) => (x, count, lo, hi, counts) => {
      const totals = arena.doubles(counts, 4);
      const [least, most] = [Math.fround(lo), Math.fround(hi)];
      for (const value of arena.floats(x, count)) {
        const found = [Number.isNaN(value), Math.abs(value) === Infinity, value < least, value > most];
        for (const [i, is] of found.entries()) if (is) totals[i] = totals[i]! + 1;
      }
    },
    check: (count, { signed, zeros, length }) => {
      count(signed, length, -2.5, 0.75, zeros);
    },
  }),
  /** counts (columns,) in float64 += rows of x that are above 0. */
  activeRows: primitive<(rows: number, columns: number, x: number, stride: number, counts: number) => void>({
    generate: activeRows,
    loop: (arena) => (rows, columns, x, stride, counts) => {
      const totals = arena.doubles(counts, columns);
      for (let i = 0; i < rows; i++) {
        const row = arena.floats(x + i * stride, columns);
        for (let j = 0; j < columns; j++) if (row[j]! > 0) totals[j] = totals[j]! + 1;
      }
    },
    check: (count, { signed, zeros, length }) => {
      count(3, length, signed, 4 * length, zeros);
    },
  }),
  /**
   * counts (bins,) in float64 += floats in each bin ⌊(x − lo) · scale⌋ of [lo, hi]; the last bin includes hi. The bin is
   * computed in float64, as exact as the edges are given.
   */
  histogram: primitive<
    (x: number, count: number, lo: number, hi: number, scale: number, bins: number, counts: number) => void
  >({
    generate: histogram,
    loop: (arena) => (x, count, lo, hi, scale, bins, counts) => {
      const totals = arena.doubles(counts, bins);
      for (const value of arena.floats(x, count)) {
        if (!(value >= lo && value <= hi)) continue;
        const bin = Math.min(bins - 1, Math.floor((value - lo) * scale));
        totals[bin] = totals[bin]! + 1;
      }
    },
    check: (count, { signed, zeros, length }) => {
      count(signed, length, -2.5, 5, 13 / 7.5, 13, zeros);
    },
  }),
};

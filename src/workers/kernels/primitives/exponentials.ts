import { exponential } from "../generate/exponential.ts";
import { loadLanes, storeLanes, whileLeft } from "../generate/lanes.ts";
import { advance, constant, count, lines, local, set, ZERO } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

/** `largest` ← the largest of a row of `columns` from `x` on; NaN if one of them is. */
const findLargest = lines([
  set("at", local("x")),
  set("left", local("columns")),
  set("largest", "(f32.const -inf)"),
  `(if (i32.lt_u ${local("columns")} (i32.const 4)) (then`,
  `(loop $each ${set("largest", `(f32.max ${local("largest")} (f32.load ${local("at")}))`)}`,
  advance("at", constant(4)),
  `(br_if $each (local.tee $left (i32.sub ${local("left")} (i32.const 1)))))`,
  ") (else",
  // What the whole vectors leave over is in the last four, some of which are looked at twice.
  set(
    "all",
    `(v128.load (i32.add ${local("x")} (i32.shl (i32.sub ${local("columns")} (i32.const 4)) (i32.const 2))))`,
  ),
  whileLeft("four", "left", 4, [
    set("all", `(f32x4.max ${local("all")} (v128.load ${local("at")}))`),
    advance("at", constant(16)),
  ]),
  set(
    "largest",
    [0, 1, 2, 3]
      .map((lane) => `(f32x4.extract_lane ${lane} ${local("all")})`)
      .reduce((left, right) => `(f32.max ${left} ${right})`),
  ),
  "))",
]);

/** e ← exp(v − largest) of four lanes, of which the first `lanes` are wanted: stored, and summed up where they are few. */
const exponentiate = (lanes: 1 | 2 | 3 | 4): string =>
  lines([
    set("v", `(f32x4.sub ${loadLanes(lanes, 0, local("x"))} ${local("all")})`),
    exponential(),
    storeLanes(lanes, 0, local("target"), local("e")),
    lanes === 4
      ? set("sums", `(f32x4.add ${local("sums")} ${local("e")})`)
      : count(lanes).map((lane) =>
          set("sum", `(f32.add ${local("sum")} (f32x4.extract_lane ${lane} ${local("e")}))`),
        ),
    advance("x", constant(4 * lanes)),
    advance("target", constant(4 * lanes)),
  ]);

const exponentials = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $target i32) (param $totals i32)`,
    "(local $left i32) (local $at i32) (local $largest f32) (local $sum f32) (local $all v128)",
    "(local $v v128) (local $n v128) (local $e v128) (local $sums v128)",
    whileLeft("row", "rows", 1, [
      findLargest,
      set("all", `(f32x4.splat ${local("largest")})`),
      set("sums", ZERO),
      set("sum", "(f32.const 0)"),
      set("left", local("columns")),
      whileLeft("vector", "left", 4, [exponentiate(4)]),
      ...([1, 2, 3] as const).map(
        (lanes) => `(if (i32.eq ${local("left")} ${constant(lanes)}) (then ${exponentiate(lanes)}))`,
      ),
      `(f32.store ${local("totals")} ${local("largest")})`,
      `(f32.store offset=4 ${local("totals")} ${[0, 1, 2, 3]
        .map((lane) => `(f32x4.extract_lane ${lane} ${local("sums")})`)
        .reduce((left, right) => `(f32.add ${left} ${right})`, local("sum"))})`,
      advance("totals", constant(8)),
    ]),
    ")",
  ]);

export const EXPONENTIALS = {
  /** target = exp(x − row's max), and (max, sum of the exponentials) of each row as two floats at `totals`. Within 2 units of the last place. */
  exponentials: primitive<(rows: number, columns: number, x: number, target: number, totals: number) => void>(
    {
      generate: exponentials,
      loop: (arena) => (rows, columns, x, target, totals) => {
        for (let i = 0; i < rows; i++) {
          const row = arena.floats(x + 4 * i * columns, columns);
          const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
          const values = row.map((value) => Math.exp(value - largest));
          arena.floats(target + 4 * i * columns, columns).set(values);
          arena.floats(totals + 8 * i, 2).set([largest, values.reduce((sum, value) => sum + value, 0)]);
        }
      },
      check: (exponentiate, { positive, others, zeros, length, arena }) => {
        const x = arena.floats(positive, 3 * length);
        for (let i = 0; i < x.length; i++) x[i] = 40 * x[i]! - 20;
        exponentiate(3, length, positive, zeros + 32, zeros);
        // Rows of fewer than four, and every number that whole vectors leave over.
        for (const columns of [1, 2, 3, 5, 6, 7])
          exponentiate(2, columns, x.byteOffset + 4 * columns, others + 64 * columns, others + 16 * columns);
      },
    },
  ),
};

import { exponential } from "../generate/exponential.ts";
import { advance, constant, lines, local, set } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

/** Goes along a row: vectors while four columns are left, then one column at a time. */
function alongRow(label: string, body: (width: 4 | 1) => readonly string[]): string {
  return lines([
    set("left", local("columns")),
    ([4, 1] as const).flatMap((width) => [
      `(block $no_${label}${width} (loop $${label}${width} (br_if $no_${label}${width} (i32.lt_u ${local("left")} ${constant(width)}))`,
      ...body(width),
      advance("left", constant(-width)),
      `(br $${label}${width})))`,
    ]),
  ]);
}

const exponentials = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $target i32) (param $totals i32)`,
    "(local $left i32) (local $at i32) (local $largest f32) (local $sum f32) (local $all v128)",
    "(local $v v128) (local $n v128) (local $e v128) (local $sums v128)",
    `(block $done (loop $row (br_if $done (i32.eqz ${local("rows")}))`,
    set("at", local("x")),
    set("largest", "(f32.const -inf)"),
    set("left", local("columns")),
    `(loop $largest ${set("largest", `(f32.max ${local("largest")} (f32.load ${local("at")}))`)}`,
    advance("at", constant(4)),
    `(br_if $largest (local.tee $left (i32.sub ${local("left")} (i32.const 1)))))`,
    set("all", `(f32x4.splat ${local("largest")})`),
    set("sums", "(v128.const i64x2 0 0)"),
    set("sum", "(f32.const 0)"),
    alongRow("exp", (width) => [
      set("v", `(v128.load${width === 4 ? "" : "32_zero"} ${local("x")})`),
      set("v", `(f32x4.sub ${local("v")} ${local("all")})`),
      exponential(),
      ...(width === 4
        ? [
            `(v128.store ${local("target")} ${local("e")})`,
            set("sums", `(f32x4.add ${local("sums")} ${local("e")})`),
          ]
        : [
            `(v128.store32_lane 0 ${local("target")} ${local("e")})`,
            set("sum", `(f32.add ${local("sum")} (f32x4.extract_lane 0 ${local("e")}))`),
          ]),
      advance("x", constant(4 * width)),
      advance("target", constant(4 * width)),
    ]),
    `(f32.store ${local("totals")} ${local("largest")})`,
    `(f32.store offset=4 ${local("totals")} ${[0, 1, 2, 3]
      .map((lane) => `(f32x4.extract_lane ${lane} ${local("sums")})`)
      .reduce((left, right) => `(f32.add ${left} ${right})`, local("sum"))})`,
    advance("totals", constant(8)),
    advance("rows", constant(-1)),
    "(br $row))))",
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
      check: (exponentiate, { positive, zeros, length, arena }) => {
        const x = arena.floats(positive, 3 * length);
        for (let i = 0; i < x.length; i++) x[i] = 40 * x[i]! - 20;
        exponentiate(3, length, positive, zeros + 32, zeros);
      },
    },
  ),
};

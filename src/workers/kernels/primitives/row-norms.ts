import { high, low, sumOfLanes } from "../generate/lanes.ts";
import { advance, constant, lines, local, set } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

/** Goes along a row from its beginning, with `at` in bytes: vectors of four, then one at a time. */
const alongRow = (label: string, body: (width: 4 | 1) => readonly string[]): string =>
  lines([
    set("at", constant(0)),
    ([4, 1] as const).flatMap((width) => [
      `(block $no_${label}${width} (loop $${label}${width}`,
      `(br_if $no_${label}${width} (i32.gt_u (i32.add ${local("at")} ${constant(4 * width)}) ${local("bytes")}))`,
      ...body(width),
      advance("at", constant(4 * width)),
      `(br $${label}${width})))`,
    ]),
  ]);

const load = (pointer: string, width: 4 | 1): string =>
  `(v128.load${width === 4 ? "" : "32_zero"} (i32.add ${local(pointer)} ${local("at")}))`;
const store = (pointer: string, width: 4 | 1, value: string): string =>
  width === 4
    ? `(v128.store (i32.add ${local(pointer)} ${local("at")}) ${value})`
    : `(v128.store32_lane 0 (i32.add ${local(pointer)} ${local("at")}) ${value})`;

/** total0, total1 ← + f of the float64 halves of four lanes; of a single float the second lane counts nothing. */
const accumulate = (
  total: string,
  width: 4 | 1,
  value: (half: (vector: string) => string) => string,
): string[] =>
  width === 4
    ? [low, high].map((half, index) =>
        set(`${total}${index}`, `(f64x2.add ${local(`${total}${index}`)} ${value(half)})`),
      )
    : [
        set(
          `${total}0`,
          `(f64x2.add ${local(`${total}0`)} (v128.and ${value(low)} (v128.const i64x2 -1 0)))`,
        ),
      ];
const clear = (total: string): string[] =>
  [0, 1].map((index) => set(`${total}${index}`, "(v128.const i64x2 0 0)"));
/** Both vectors' lanes added up, over the number of columns. */
const meanOf = (total: string): string =>
  `(f64.div ${sumOfLanes(`(f64x2.add ${local(`${total}0`)} ${local(`${total}1`)})`)} (f64.convert_i32_u ${local("columns")}))`;

/** mean, and factor = 1 / √(variance + eps), of a row of x; each in float64 and as four lanes of float32. */
const measureRow = lines([
  ...clear("sum"),
  alongRow("mean", (width) => accumulate("sum", width, (half) => half(load("x", width)))),
  set("mean", `(f64x2.splat ${meanOf("sum")})`),
  ...clear("sum"),
  alongRow("variance", (width) => [
    set("v", load("x", width)),
    ...accumulate("sum", width, (half) => {
      const distance = `(f64x2.sub ${half(local("v"))} ${local("mean")})`;
      return `(f64x2.mul ${distance} ${distance})`;
    }),
  ]),
  set(
    "factor",
    `(f32x4.splat (f32.demote_f64 (f64.div (f64.const 1) (f64.sqrt (f64.add ${meanOf("sum")} ${local("eps")})))))`,
  ),
  set("centre", `(f32x4.splat (f32.demote_f64 (f64x2.extract_lane 0 ${local("mean")})))`),
]);
const normalized = (width: 4 | 1): string =>
  `(f32x4.mul (f32x4.sub ${load("x", width)} ${local("centre")}) ${local("factor")})`;

const LOCALS =
  "(local $at i32) (local $bytes i32) (local $v v128) (local $w v128) (local $mean v128) (local $centre v128) (local $factor v128) (local $sum0 v128) (local $sum1 v128)";
const eachRow = (body: readonly string[], pointers: readonly string[]): string =>
  lines([
    set("bytes", `(i32.shl ${local("columns")} (i32.const 2))`),
    `(block $done (loop $row (br_if $done (i32.eqz ${local("rows")}))`,
    measureRow,
    ...body,
    pointers.map((pointer) => advance(pointer, local("bytes"))),
    advance("rows", constant(-1)),
    "(br $row)))",
  ]);

const normalizeRows = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $target i32) (param $eps f64)`,
    LOCALS,
    eachRow([alongRow("write", (width) => [store("target", width, normalized(width))])], ["x", "target"]),
    ")",
  ]);

const normalizeRowsBackward = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $dy i32) (param $target i32) (param $eps f64)`,
    LOCALS,
    "(local $mean_dy v128) (local $along v128) (local $dot0 v128) (local $dot1 v128)",
    eachRow(
      [
        ...clear("sum"),
        ...clear("dot"),
        alongRow("sums", (width) => [
          set("v", load("dy", width)),
          set("w", normalized(width)),
          ...accumulate("sum", width, (half) => half(local("v"))),
          ...accumulate("dot", width, (half) => `(f64x2.mul ${half(local("v"))} ${half(local("w"))})`),
        ]),
        set("mean_dy", `(f32x4.splat (f32.demote_f64 ${meanOf("sum")}))`),
        set("along", `(f32x4.splat (f32.demote_f64 ${meanOf("dot")}))`),
        alongRow("write", (width) => [
          set("v", `(f32x4.sub ${load("dy", width)} ${local("mean_dy")})`),
          set("v", `(f32x4.sub ${local("v")} (f32x4.mul ${normalized(width)} ${local("along")}))`),
          store("target", width, `(f32x4.mul ${local("v")} ${local("factor")})`),
        ]),
      ],
      ["x", "dy", "target"],
    ),
    ")",
  ]);

/** (x − mean) / √(variance + eps) of a row, and the root. */
function normalizedRow(x: Float32Array, eps: number): { values: Float64Array; deviation: number } {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length + eps);
  return { values: Float64Array.from(x, (value) => (value - mean) / deviation), deviation };
}

export const ROW_NORMS = {
  /** (x − mean) / √(variance + eps), row by row. */
  normalizeRows: primitive<(rows: number, columns: number, x: number, target: number, eps: number) => void>({
    generate: normalizeRows,
    loop: (arena) => (rows, columns, x, target, eps) => {
      for (let i = 0; i < rows; i++) {
        const at = 4 * i * columns;
        arena.floats(target + at, columns).set(normalizedRow(arena.floats(x + at, columns), eps).values);
      }
    },
    check: (normalize, { positive, zeros, length }) => {
      normalize(2, length, positive, zeros, 1e-5);
    },
  }),
  /** (dy − mean dy − x̂ · mean(dy · x̂)) / √(variance + eps), row by row. */
  normalizeRowsBackward: primitive<
    (rows: number, columns: number, x: number, dy: number, target: number, eps: number) => void
  >({
    generate: normalizeRowsBackward,
    loop: (arena) => (rows, columns, x, dy, target, eps) => {
      for (let i = 0; i < rows; i++) {
        const at = 4 * i * columns;
        const { values, deviation } = normalizedRow(arena.floats(x + at, columns), eps);
        const gradient = Float64Array.from(arena.floats(dy + at, columns));
        const mean = gradient.reduce((sum, value) => sum + value, 0) / columns;
        const along = gradient.reduce((sum, value, j) => sum + value * values[j]!, 0) / columns;
        arena
          .floats(target + at, columns)
          .set(gradient.map((value, j) => (value - mean - values[j]! * along) / deviation));
      }
    },
    check: (backward, { positive, others, zeros, length }) => {
      backward(2, length, positive, others, zeros, 1e-5);
    },
  }),
};

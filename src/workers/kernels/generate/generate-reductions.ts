import { high, low, sumOfLanes, whileLeft } from "./lanes.ts";
import { advance, constant, count, lines, local, set } from "./wat.ts";

/** One group of columns down all rows: `width` 4 or 1. */
const columns = (width: 4 | 1): string =>
  whileLeft(`columns${width}`, "columns", width, [
    set("at", local("x")),
    set("left", local("rows")),
    set("sum0", `(v128.load ${local("sums")})`),
    ...(width === 4 ? [set("sum1", `(v128.load offset=16 ${local("sums")})`)] : []),
    ...(width === 1 ? [set("sum0", `(v128.load64_zero ${local("sums")})`)] : []),
    whileLeft(`rows${width}`, "left", 1, [
      set("v", width === 4 ? `(v128.load ${local("at")})` : `(v128.load32_zero ${local("at")})`),
      set("sum0", `(f64x2.add ${local("sum0")} ${low(local("v"))})`),
      ...(width === 4 ? [set("sum1", `(f64x2.add ${local("sum1")} ${high(local("v"))})`)] : []),
      advance("at", local("stride")),
    ]),
    width === 4
      ? `(v128.store ${local("sums")} ${local("sum0")}) (v128.store offset=16 ${local("sums")} ${local("sum1")})`
      : `(v128.store64_lane 0 ${local("sums")} ${local("sum0")})`,
    advance("x", constant(4 * width)),
    advance("sums", constant(8 * width)),
  ]);

/** One group of columns of x · y down all rows: `width` 4 or 1. */
const columnProducts = (width: 4 | 1): string => {
  const load = (pointer: string): string => `(v128.load${width === 4 ? "" : "32_zero"} ${local(pointer)})`;
  const halves = width === 4 ? [low, high] : [low];
  return whileLeft(`products${width}`, "columns", width, [
    set("atX", local("x")),
    set("atY", local("y")),
    set("left", local("rows")),
    ...halves.map((_, half) =>
      set(`sum${half}`, `(v128.load${width === 4 ? "" : "64_zero"} offset=${16 * half} ${local("sums")})`),
    ),
    whileLeft(`productRows${width}`, "left", 1, [
      set("v", load("atX")),
      set("w", load("atY")),
      ...halves.map((part, half) =>
        set(
          `sum${half}`,
          `(f64x2.add ${local(`sum${half}`)} (f64x2.mul ${part(local("v"))} ${part(local("w"))}))`,
        ),
      ),
      advance("atX", local("stride")),
      advance("atY", local("stride")),
    ]),
    ...halves.map((_, half) =>
      width === 4
        ? `(v128.store offset=${16 * half} ${local("sums")} ${local(`sum${half}`)})`
        : `(v128.store64_lane 0 ${local("sums")} ${local("sum0")})`,
    ),
    advance("x", constant(4 * width)),
    advance("y", constant(4 * width)),
    advance("sums", constant(8 * width)),
  ]);
};

/** `addProducts(rows, columns, x, y, stride, sums)`: sums (columns,) in float64 += the sum over rows of x · y. */
const ADD_PRODUCTS = lines([
  '(func (export "addProducts") (param $rows i32) (param $columns i32) (param $x i32) (param $y i32) (param $stride i32)',
  "(param $sums i32) (local $atX i32) (local $atY i32) (local $left i32) (local $v v128) (local $w v128)",
  "(local $sum0 v128) (local $sum1 v128)",
  columnProducts(4),
  columnProducts(1),
  ")",
]);

/** `addColumns(rows, columns, x, stride, sums)`: sums (columns,) in float64 += the sum over rows of x. */
const ADD_COLUMNS = lines([
  '(func (export "addColumns") (param $rows i32) (param $columns i32) (param $x i32) (param $stride i32) (param $sums i32)',
  "(local $at i32) (local $left i32) (local $v v128) (local $sum0 v128) (local $sum1 v128)",
  columns(4),
  columns(1),
  ")",
]);

/** One group of columns down all rows, less their centre, and the squares of that: `width` 4 or 1. */
const columnsAndSquares = (width: 4 | 1): string => {
  const load = (pointer: string): string => `(v128.load${width === 4 ? "" : "32_zero"} ${local(pointer)})`;
  const pairs = width === 4 ? [low, high] : [low];
  const accumulators = pairs.flatMap((half, pair) =>
    ["sum", "square"].map((kind) => ({ name: `${kind}${pair}`, half, pair, offset: 16 * pair, kind })),
  );
  const pointer = (kind: string): string => local(kind === "sum" ? "sums" : "squares");
  return whileLeft(`moments${width}`, "columns", width, [
    set("at", local("x")),
    set("left", local("rows")),
    set("v", load("centres")),
    set("v", `(v128.bitselect ${local("v")} ${load("at")} (f32x4.eq ${local("v")} ${local("v")}))`),
    width === 4
      ? `(v128.store ${local("centres")} ${local("v")})`
      : `(v128.store32_lane 0 ${local("centres")} ${local("v")})`,
    ...pairs.map((half, pair) => set(`centre${pair}`, half(local("v")))),
    ...accumulators.map(({ name, kind, offset }) =>
      set(name, `(v128.load${width === 4 ? "" : "64_zero"} offset=${offset} ${pointer(kind)})`),
    ),
    whileLeft(`momentRows${width}`, "left", 1, [
      set("v", load("at")),
      ...accumulators.flatMap(({ name, half, kind, pair }) => [
        set("wide", `(f64x2.sub ${half(local("v"))} ${local(`centre${pair}`)})`),
        set(
          name,
          `(f64x2.add ${local(name)} ${kind === "sum" ? local("wide") : `(f64x2.mul ${local("wide")} ${local("wide")})`})`,
        ),
      ]),
      advance("at", local("stride")),
    ]),
    ...accumulators.map(({ name, kind, offset }) =>
      width === 4
        ? `(v128.store offset=${offset} ${pointer(kind)} ${local(name)})`
        : `(v128.store64_lane 0 ${pointer(kind)} ${local(name)})`,
    ),
    advance("x", constant(4 * width)),
    advance("sums", constant(8 * width)),
    advance("squares", constant(8 * width)),
    advance("centres", constant(4 * width)),
  ]);
};

/**
 * `addMoments(rows, columns, x, stride, sums, squares, centres)`: sums and squares (columns,) in float64 += Σ (x − centre)
 * and Σ (x − centre)² over the rows; centres (columns,) that are NaN become the first row.
 */
const ADD_MOMENTS = lines([
  '(func (export "addMoments") (param $rows i32) (param $columns i32) (param $x i32) (param $stride i32)',
  "(param $sums i32) (param $squares i32) (param $centres i32) (local $at i32) (local $left i32) (local $v v128)",
  "(local $wide v128) (local $centre0 v128) (local $centre1 v128)",
  "(local $sum0 v128) (local $sum1 v128) (local $square0 v128) (local $square1 v128)",
  columnsAndSquares(4),
  columnsAndSquares(1),
  ")",
]);

/**
 * `moments(x, vectors, out)`: of 4 · vectors floats, out[0 … 4] in float64 = sum, sum of squares, min, max, number of
 * zeros. `deviations(x, vectors, mean)`: Σ (x − mean)². NaN ends up in sum, min and max.
 */
const MOMENTS = lines([
  '(func (export "moments") (param $x i32) (param $vectors i32) (param $out i32)',
  "(local $v v128) (local $a v128) (local $b v128) (local $sum0 v128) (local $sum1 v128) (local $square0 v128)",
  "(local $square1 v128) (local $min v128) (local $max v128) (local $zeros v128)",
  set("min", "(f32x4.splat (f32.const inf))"),
  set("max", "(f32x4.splat (f32.const -inf))"),
  whileLeft("vector", "vectors", 1, [
    set("v", `(v128.load ${local("x")})`),
    set("a", low(local("v"))),
    set("b", high(local("v"))),
    set("sum0", `(f64x2.add ${local("sum0")} ${local("a")})`),
    set("sum1", `(f64x2.add ${local("sum1")} ${local("b")})`),
    set("square0", `(f64x2.add ${local("square0")} (f64x2.mul ${local("a")} ${local("a")}))`),
    set("square1", `(f64x2.add ${local("square1")} (f64x2.mul ${local("b")} ${local("b")}))`),
    set("min", `(f32x4.min ${local("min")} ${local("v")})`),
    set("max", `(f32x4.max ${local("max")} ${local("v")})`),
    set("zeros", `(i32x4.sub ${local("zeros")} (f32x4.eq ${local("v")} (v128.const i64x2 0 0)))`),
    advance("x", constant(16)),
  ]),
  `(f64.store ${local("out")} ${sumOfLanes(`(f64x2.add ${local("sum0")} ${local("sum1")})`)})`,
  `(f64.store offset=8 ${local("out")} ${sumOfLanes(`(f64x2.add ${local("square0")} ${local("square1")})`)})`,
  ...(["min", "max"] as const).map((name, index) => {
    const lane = (i: number): string => `(f32x4.extract_lane ${i} ${local(name)})`;
    const pairs = `(f32.${name} (f32.${name} ${lane(0)} ${lane(1)}) (f32.${name} ${lane(2)} ${lane(3)}))`;
    return `(f64.store offset=${16 + 8 * index} ${local("out")} (f64.promote_f32 ${pairs}))`;
  }),
  `(f64.store offset=32 ${local("out")} (f64.convert_i32_u ${[0, 1, 2, 3]
    .map((lane) => `(i32x4.extract_lane ${lane} ${local("zeros")})`)
    .reduce((left, right) => `(i32.add ${left} ${right})`)})))`,
  '(func (export "deviations") (param $x i32) (param $vectors i32) (param $mean f64) (result f64)',
  "(local $v v128) (local $a v128) (local $b v128) (local $sum0 v128) (local $sum1 v128) (local $all v128)",
  set("all", `(f64x2.splat ${local("mean")})`),
  whileLeft("vector", "vectors", 1, [
    set("v", `(v128.load ${local("x")})`),
    set("a", `(f64x2.sub ${low(local("v"))} ${local("all")})`),
    set("b", `(f64x2.sub ${high(local("v"))} ${local("all")})`),
    set("sum0", `(f64x2.add ${local("sum0")} (f64x2.mul ${local("a")} ${local("a")}))`),
    set("sum1", `(f64x2.add ${local("sum1")} (f64x2.mul ${local("b")} ${local("b")}))`),
    advance("x", constant(16)),
  ]),
  `${sumOfLanes(`(f64x2.add ${local("sum0")} ${local("sum1")})`)})`,
]);

/** Independent sums, so that one addition need not wait for the last. */
const SUMS = 4;
const squareSums = count(SUMS).map((index) => `sum${index}`);
const squareSum = squareSums.map(local).reduce((left, right) => `(f64x2.add ${left} ${right})`);

/** sums += the squares of `value` of sixteen floats, four, then one; `value` gives two lanes of float64. */
function addSquares(
  pointers: readonly string[],
  value: (half: (vector: string) => string, load: (pointer: string) => string) => string,
): string {
  const add = (sum: string, lanes: string): string[] => [
    set("d", lanes),
    set(sum, `(f64x2.add ${local(sum)} (f64x2.mul ${local("d")} ${local("d")}))`),
  ];
  return lines(
    ([16, 4, 1] as const).map((width) =>
      whileLeft(`by${width}`, "count", width, [
        ...count(Math.ceil(width / 4)).flatMap((vector) => {
          const load = (pointer: string): string =>
            `(v128.load${width === 1 ? "32_zero" : ""} offset=${16 * vector} ${local(pointer)})`;
          const first = squareSums[(2 * vector) % SUMS] ?? "sum0";
          const second = squareSums[(2 * vector + 1) % SUMS] ?? "sum1";
          return width === 1
            ? add(first, value(low, load))
            : [...add(first, value(low, load)), ...add(second, value(high, load))];
        }),
        ...pointers.map((pointer) => advance(pointer, constant(4 * width))),
      ]),
    ),
  );
}
const SQUARE_LOCALS = ["d", ...squareSums].map((name) => `(local $${name} v128)`).join(" ");

/** `squaredDifferences(x, y, count)`: Σ (x − y)² of `count` floats, in float64. */
const SQUARED_DIFFERENCES = lines([
  '(func (export "squaredDifferences") (param $x i32) (param $y i32) (param $count i32) (result f64)',
  SQUARE_LOCALS,
  addSquares(["x", "y"], (half, load) => `(f64x2.sub ${half(load("x"))} ${half(load("y"))})`),
  `${sumOfLanes(squareSum)})`,
]);

/** `squares(x, count)`: Σ x² of `count` floats, in float64. */
const SQUARES = lines([
  '(func (export "squares") (param $x i32) (param $count i32) (result f64)',
  SQUARE_LOCALS,
  addSquares(["x"], (half, load) => half(load("x"))),
  `${sumOfLanes(squareSum)})`,
]);

export const reductionFunctions = (): string[] => [
  ADD_COLUMNS,
  ADD_MOMENTS,
  ADD_PRODUCTS,
  MOMENTS,
  SQUARED_DIFFERENCES,
  SQUARES,
];

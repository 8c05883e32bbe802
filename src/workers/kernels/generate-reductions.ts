import { advance, constant, lines, local, set } from "./wat.ts";

const low = (vector: string): string => `(f64x2.promote_low_f32x4 ${vector})`;
const high = (vector: string): string =>
  low(`(i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 ${vector} ${vector})`);
const sumOfLanes = (vector: string): string =>
  `(f64.add (f64x2.extract_lane 0 ${vector}) (f64x2.extract_lane 1 ${vector}))`;

/** While `step` more fit into what is left of `name`: the body, then what remains. */
const whileLeft = (label: string, name: string, step: number, body: readonly string[]): string =>
  lines([
    `(block $no_${label} (loop $${label} (br_if $no_${label} (i32.lt_u ${local(name)} ${constant(step)}))`,
    body,
    advance(name, constant(-step)),
    `(br $${label})))`,
  ]);

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

/** `addColumns(rows, columns, x, stride, sums)`: sums (columns,) in float64 += the sum over rows of x. */
const ADD_COLUMNS = lines([
  '(func (export "addColumns") (param $rows i32) (param $columns i32) (param $x i32) (param $stride i32) (param $sums i32)',
  "(local $at i32) (local $left i32) (local $v v128) (local $sum0 v128) (local $sum1 v128)",
  columns(4),
  columns(1),
  ")",
]);

/** One group of columns down all rows, its squares too: `width` 4 or 1. */
const columnsAndSquares = (width: 4 | 1): string => {
  const pairs = width === 4 ? [low, high] : [low];
  const accumulators = pairs.flatMap((half, pair) =>
    ["sum", "square"].map((kind) => ({ name: `${kind}${pair}`, half, offset: 16 * pair, kind })),
  );
  const pointer = (kind: string): string => local(kind === "sum" ? "sums" : "squares");
  return whileLeft(`moments${width}`, "columns", width, [
    set("at", local("x")),
    set("left", local("rows")),
    ...accumulators.map(({ name, kind, offset }) =>
      set(name, `(v128.load${width === 4 ? "" : "64_zero"} offset=${offset} ${pointer(kind)})`),
    ),
    whileLeft(`momentRows${width}`, "left", 1, [
      set("v", `(v128.load${width === 4 ? "" : "32_zero"} ${local("at")})`),
      ...accumulators.flatMap(({ name, half, kind }) => [
        set("wide", half(local("v"))),
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
  ]);
};

/** `addMoments(rows, columns, x, stride, sums, squares)`: both (columns,) in float64 += Σ x and Σ x² over the rows. */
const ADD_MOMENTS = lines([
  '(func (export "addMoments") (param $rows i32) (param $columns i32) (param $x i32) (param $stride i32)',
  "(param $sums i32) (param $squares i32) (local $at i32) (local $left i32) (local $v v128) (local $wide v128)",
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

export const reductionFunctions = (): string[] => [ADD_COLUMNS, ADD_MOMENTS, MOMENTS];

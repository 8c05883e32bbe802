import { START } from "../../../shared/engine/kernel-scratch.ts";
import { advance, BIAS, constant, count, lines, local, set, type MultiplyAdd } from "./wat.ts";
import { PRODUCT_PARAMETERS } from "./product-parameters.ts";

/** Floats of a round: two adjacent vectors, which V8's revectoriser joins. */
const LANES = 8;

/** Rows of a tile by columns: at least eight sums hide the latency of a multiply-add, more than twelve spill. */
const ROWS: Readonly<Record<number, readonly number[]>> = { 1: [8, 1], 2: [4, 1], 3: [4, 1] };

/** max(x, 0) − shift; a comparison with NaN is false, so NaN stays. */
const shiftedRelu = (x: string): string =>
  `(f32.sub (select (f32.const 0) ${local(x)} (f32.lt ${local(x)} (f32.const 0))) ${local("shift")})`;

/** Tiles of one height: dot products of `height` rows of A with each column of B, eight floats a round. */
function tilesOfHeight(columns: number, height: number, multiplyAdd: MultiplyAdd): string {
  const rows = count(height);
  const each = count(columns);
  const halves = count(2);
  const sum = (row: number, column: number, half: number): string => `sum${row}_${column}_${half}`;
  const eachSum = (visit: (row: number, column: number, half: number) => string): string[] =>
    rows.flatMap((row) => each.flatMap((column) => halves.map((half) => visit(row, column, half))));
  const pointAt = (name: string, base: string, stride: string, of: readonly number[]): string[] =>
    of.map((index) =>
      set(
        `${name}${index}`,
        index === 0 ? local(base) : `(i32.add ${local(`${name}${index - 1}`)} ${local(stride)})`,
      ),
    );
  const load = (pointer: string, half: number): string =>
    `(v128.load offset=${BIAS + 16 * half} ${local(pointer)})`;
  const scratchOffset = (row: number, column: number, half: number): number =>
    BIAS + 16 * (2 * (row * columns + column) + half);
  const pointers = [...rows.map((row) => `row${row}`), ...each.map((column) => `column${column}`)];
  /** Sum of the eight lanes that lie in scratch. */
  const sumOfLanes = (row: number, column: number): string =>
    count(LANES)
      .map((lane) => `(f32.load offset=${scratchOffset(row, column, 0) + 4 * lane} ${local("scratch")})`)
      .reduce((left, right) => `(f32.add ${left} ${right})`);
  const c = (row: number): string => `(i32.add ${local("c")} (i32.mul ${local("strideC")} ${constant(row)}))`;
  const total = (row: number, column: number): string => `total${row}_${column}`;
  const beginning = (row: number, column: number): string =>
    `(if (result f32) (i32.eq ${local("start")} ${constant(START.sums)}) (then (f32.load offset=${4 * column} ${c(row)})) (else (f32.const 0)))`;
  const withBias = (x: string, column: number): string =>
    `(if (result f32) ${local("bias")} (then (f32.add ${local(x)} (f32.load offset=${4 * column} ${local("bias")}))) (else ${local(x)}))`;

  return lines([
    `(block $no${height} (loop $tile${height} (br_if $no${height} (i32.lt_u ${local("rows")} ${constant(height)}))`,
    pointAt("row", "a", "strideA", rows),
    pointAt("column", "b", "strideB", each),
    eachSum((row, column, half) => set(sum(row, column, half), "(v128.const i64x2 0 0)")),
    set("left", local("depth")),
    `(block $noRound${height} (loop $round${height} (br_if $noRound${height} (i32.lt_u ${local("left")} ${constant(LANES)}))`,
    each.flatMap((column) => halves.map((half) => set(`b${column}_${half}`, load(`column${column}`, half)))),
    rows.flatMap((row) => [
      ...halves.map((half) => set(`a${half}`, load(`row${row}`, half))),
      ...each.flatMap((column) =>
        halves.map((half) =>
          set(
            sum(row, column, half),
            multiplyAdd(local(`a${half}`), local(`b${column}_${half}`), local(sum(row, column, half))),
          ),
        ),
      ),
    ]),
    pointers.map((pointer) => advance(pointer, constant(4 * LANES))),
    advance("left", constant(-LANES)),
    `(br $round${height})))`,
    // Through memory, because the revectoriser starts from pairs of adjacent stores.
    eachSum(
      (row, column, half) =>
        `(v128.store offset=${scratchOffset(row, column, half)} ${local("scratch")} ${local(sum(row, column, half))})`,
    ),
    rows.flatMap((row) => each.map((column) => set(total(row, column), sumOfLanes(row, column)))),
    `(block $noFloat${height} (loop $float${height} (br_if $noFloat${height} (i32.eqz ${local("left")}))`,
    rows.flatMap((row) =>
      each.map((column) =>
        set(
          total(row, column),
          `(f32.add ${local(total(row, column))} (f32.mul (f32.load offset=${BIAS} ${local(`row${row}`)}) (f32.load offset=${BIAS} ${local(`column${column}`)})))`,
        ),
      ),
    ),
    pointers.map((pointer) => advance(pointer, constant(4))),
    advance("left", constant(-1)),
    `(br $float${height})))`,
    rows.flatMap((row) =>
      each.flatMap((column) => {
        const x = total(row, column);
        return [
          set(x, `(f32.add ${local(x)} ${beginning(row, column)})`),
          set(x, withBias(x, column)),
          `(f32.store offset=${4 * column} ${c(row)} ${local(x)})`,
          `(if ${local("relu")} (then ${set(x, shiftedRelu(x))} (f32.store offset=${4 * column} (i32.add ${c(row)} ${local("relu")}) ${local(x)})))`,
        ];
      }),
    ),
    `(if ${local("sums")} (then`,
    each.flatMap((column) => {
      const values = rows.map(
        (row) =>
          `(f64.sub (f64.promote_f32 ${local(total(row, column))}) (f64.promote_f32 ${local("centre")}))`,
      );
      const add = (pointer: string, terms: readonly string[]): string =>
        `(f64.store offset=${8 * column} ${local(pointer)} ${terms.reduce(
          (left, right) => `(f64.add ${left} ${right})`,
          `(f64.load offset=${8 * column} ${local(pointer)})`,
        )})`;
      return [
        set("centre", `(f32.load offset=${4 * column} ${local("centres")})`),
        set(
          "centre",
          `(select ${local("centre")} ${local(total(0, column))} (f32.eq ${local("centre")} ${local("centre")}))`,
        ),
        `(f32.store offset=${4 * column} ${local("centres")} ${local("centre")})`,
        add("sums", values),
        add(
          "squares",
          values.map((value) => `(f64.mul ${value} ${value})`),
        ),
      ];
    }),
    "))",
    advance("a", `(i32.mul ${local("strideA")} ${constant(height)})`),
    advance("c", `(i32.mul ${local("strideC")} ${constant(height)})`),
    advance("rows", constant(-height)),
    `(br $tile${height})))`,
  ]);
}

/**
 * `dots1(rows, depth, a, strideA, b, strideB, c, strideC, start, bias, relu, shift, sums, squares, centres, scratch)`,
 * and `dots2`, `dots3`: the last columns of C (rows, columns) = A (rows, depth) @ B, where a vector of columns would be
 * mostly empty; `start` to `centres` as for the other tiles. B's columns lie
 * contiguous, `strideB` apart. Each element is the sum of eight interleaved sums, then of what the depth leaves over.
 * `scratch` has room for 384 bytes.
 */
function dotsFunction(columns: number, multiplyAdd: MultiplyAdd): string {
  const heights = ROWS[columns] ?? [1];
  const tallest = Math.max(...heights);
  const each = count(columns);
  const perElement = count(tallest).flatMap((row) => each.map((column) => `${row}_${column}`));
  const locals = {
    v128: [
      ...perElement.flatMap((element) => [`sum${element}_0`, `sum${element}_1`]),
      ...each.flatMap((column) => [`b${column}_0`, `b${column}_1`]),
      "a0",
      "a1",
    ],
    f32: ["centre", ...perElement.map((element) => `total${element}`)],
    i32: ["left", ...count(tallest).map((row) => `row${row}`), ...each.map((column) => `column${column}`)],
  };
  return lines([
    `(func (export "dots${columns}")`,
    PRODUCT_PARAMETERS,
    "(param $scratch i32)",
    Object.entries(locals).flatMap(([type, names]) => names.map((name) => `(local $${name} ${type})`)),
    ["a", "b", "scratch"].map((name) => advance(name, constant(-BIAS))),
    heights.map((height) => tilesOfHeight(columns, height, multiplyAdd)),
    ")",
  ]);
}

/** The functions for the last one, two and three columns. */
export const dotsFunctions = (multiplyAdd: MultiplyAdd): string[] =>
  [1, 2, 3].map((columns) => dotsFunction(columns, multiplyAdd));

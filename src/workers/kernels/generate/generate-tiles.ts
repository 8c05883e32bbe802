import type { WasmSet } from "../../../shared/engine/instruction-sets.ts";
import { START } from "../../../shared/engine/kernel-scratch.ts";
import type { LayoutOfA } from "../load/kernels.ts";
import { dotsFunctions } from "./generate-dots.ts";
import { loadLanes, storeLanes } from "./lanes.ts";
import { advance, BIAS, constant, count, lines, local, set, type MultiplyAdd } from "./wat.ts";
import { PRODUCT_ARGUMENTS, PRODUCT_PARAMETERS } from "./product-parameters.ts";

/** One micro-kernel: what it keeps in registers and how it reads A. */
interface Tile {
  readonly layout: LayoutOfA;
  /** Columns of C; 1, 2 and 3 compute four and load and store as many. */
  readonly columns: number;
  /** Rows a tile has, tallest first; the shorter ones take what the taller leave. The last is 1. */
  readonly heights: readonly number[];
  /** Steps over the depth between two tests of the loop. */
  readonly unroll: number;
}

const nameOf = ({ layout, columns }: Tile): string => `${layout}${columns}`;

interface Target {
  readonly multiplyAdd: MultiplyAdd;
  /** Of the tiles, by how A lies and by columns. */
  readonly heights: Readonly<Record<LayoutOfA, Readonly<Record<number, readonly number[]>>>>;
  /** Steps over the depth between two tests of a tile's loop. */
  readonly unroll: number;
}

const plainMultiplyAdd: MultiplyAdd = (a, b, sum) => `(f32x4.add ${sum} (f32x4.mul ${a} ${b}))`;
const fusedMultiplyAdd: MultiplyAdd = (a, b, sum) => `(f32x4.relaxed_madd ${a} ${b} ${sum})`;

/** Tails of a row of C: one vector, of which some lanes are stored. Eight rows hide the latency of the sums. */
const EIGHT_ROWS = [8, 6, 5, 4, 3, 2, 1];
const NARROW = { 4: EIGHT_ROWS, 3: EIGHT_ROWS, 2: EIGHT_ROWS, 1: EIGHT_ROWS } as const;

const SIX_ROWS = [6, 5, 4, 3, 2, 1];
const FOUR_ROWS = [4, 3, 2, 1];

/**
 * V8 has 15 vector registers to give: 6 × 16 takes 12 sums of 256 bits, 6 × 8 takes 12 sums of 128 bits, and B and a
 * broadcast value of A the other three. A product that is not fused with its sum needs one more, so it gets 4 × 8.
 *
 * The optimising compiler of V8 13.0, without flags, moves all loads of a round to its beginning: four steps a round
 * made it spill nine registers a step and run at 40 GFLOP/s where one step runs at 65; and from A stored in columns
 * it broadcasts all values of a step at once, so that 6 × 8 falls to 27 where 4 × 8 keeps 56 (one thread, November
 * 2026). Joined vectors gain from four steps.
 */
const TARGETS: Readonly<Record<WasmSet, Target>> = {
  relaxed256: {
    multiplyAdd: fusedMultiplyAdd,
    unroll: 4,
    heights: {
      rows: { 16: SIX_ROWS, 8: EIGHT_ROWS, ...NARROW },
      columns: { 16: SIX_ROWS, 8: EIGHT_ROWS, ...NARROW },
    },
  },
  relaxed128: {
    multiplyAdd: fusedMultiplyAdd,
    unroll: 1,
    heights: { rows: { 8: SIX_ROWS, ...NARROW }, columns: { 8: FOUR_ROWS, ...NARROW } },
  },
  simd128: {
    multiplyAdd: plainMultiplyAdd,
    unroll: 1,
    heights: { rows: { 8: FOUR_ROWS, ...NARROW }, columns: { 8: FOUR_ROWS, ...NARROW } },
  },
};

/**
 * The float64 at `pointer` (columns,) += four lanes of `value`, for each vector of columns. Both halves have a pointer
 * of their own: V8's revectoriser would join neighbours, and does so wrongly (V8 13.0).
 */
function addToMoments(pointer: string, columns: number, vector: number, value: string): string {
  const at = 32 * vector;
  const upper = `(i32.add ${pointer} (i32.const 16))`;
  const low = `(f64x2.promote_low_f32x4 ${value})`;
  const high = `(f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 ${value} ${value}))`;
  const two = (base: string, sum: string): string =>
    `(v128.store offset=${at} ${base} (f64x2.add (v128.load offset=${at} ${base}) ${sum}))`;
  const one = (base: string, sum: string): string =>
    `(f64.store offset=${at} ${base} (f64.add (f64.load offset=${at} ${base}) (f64x2.extract_lane 0 ${sum})))`;
  switch (columns) {
    case 1:
      return one(pointer, low);
    case 2:
      return two(pointer, low);
    case 3:
      return two(pointer, low) + one(upper, high);
    default:
      return two(pointer, low) + two(upper, high);
  }
}

/**
 * Sums up the columns of a tile's rows, as they were just stored: "sums" += Σ d and "squares" += Σ d² with d = x − centre.
 * The centre is the first row that was ever met, which lies at "centres" from then on (NaN before): where all values are
 * far from 0, their squares would leave nothing of their differences in float32.
 *
 * Each vector has a pointer of its own, for the same reason as above; and values are read again from where they were
 * stored, because V8 13.0 loses sums that it has joined when they are used otherwise.
 */
function addTileMoments(columns: number, vector: number, rows: readonly number[]): string[] {
  const at = `(i32.add ${local("centres")} ${constant(16 * vector)})`;
  const valueOf = (row: number): string => loadLanes(columns, BIAS + 16 * vector, local(`row${row}`));
  return [
    set("centre", loadLanes(columns, BIAS, at)),
    set(
      "centre",
      `(v128.bitselect ${local("centre")} ${valueOf(0)} (f32x4.eq ${local("centre")} ${local("centre")}))`,
    ),
    storeLanes(columns, BIAS, at, local("centre")),
    ...rows.flatMap((row) => [
      set("value", `(f32x4.sub ${valueOf(row)} ${local("centre")})`),
      set("total", row === 0 ? local("value") : `(f32x4.add ${local("total")} ${local("value")})`),
      set("value", `(f32x4.mul ${local("value")} ${local("value")})`),
      set("square", row === 0 ? local("value") : `(f32x4.add ${local("square")} ${local("value")})`),
    ]),
    addToMoments(local("sums"), columns, vector, local("total")),
    addToMoments(local("squares"), columns, vector, local("square")),
  ];
}

/** max(x, 0) − shift; the second operand of pmax wins only if it is larger, so NaN stays. */
const shiftedRelu = (x: string): string =>
  `(f32x4.sub (f32x4.pmax ${x} (v128.const i64x2 0 0)) (f32x4.splat ${local("shift")}))`;

/**
 * `kept`: rows that the tallest tiles leave to those one row lower, so that no row is left for a short tile, whose few
 * sums cannot hide their latency. 50 rows are ten tiles of 5, not eight of 6 and one of 2.
 */
function keepRows({ heights }: Tile): string[] {
  const [tallest = 1, next] = heights;
  if (next !== tallest - 1) return [];
  const rest = `(i32.rem_u ${local("rows")} ${constant(tallest)})`;
  const lower = `(i32.rem_u (i32.sub ${constant(tallest)} ${rest}) ${constant(tallest)})`;
  return [
    set("kept", `(i32.mul ${constant(next)} ${lower})`),
    `(if (i32.lt_u ${local("rows")} ${local("kept")}) (then ${set("kept", constant(0))}))`,
  ];
}

/**
 * Tiles of one height, as long as at least `needed` rows are left; gives back how many are. Pointers to floats are
 * `BIAS` less. A function of its own, because V8 takes two megabytes for one that holds all heights.
 */
function heightFunction(tile: Tile, height: number, target: Target): string {
  const { layout, columns, unroll } = tile;
  const rows = count(height);
  const vectors = count(Math.max(1, columns / 4));
  const sum = (row: number, vector: number): string => `sum${row}_${vector}`;
  const eachSum = (visit: (row: number, vector: number) => string): string[] =>
    rows.flatMap((row) => vectors.map((vector) => visit(row, vector)));
  const pointAtRows = (base: string, stride: string): string[] =>
    rows.map((row) =>
      set(`row${row}`, row === 0 ? local(base) : `(i32.add ${local(`row${row - 1}`)} ${local(stride)})`),
    );
  const offsetOf = (vector: number): number => BIAS + 16 * vector;

  // #region rung 6
  /** One step over the depth: `step` counts within an unrolled round. */
  const multiplyStep = (step: number): string[] => [
    ...vectors.map((vector) => set(`b${vector}`, `(v128.load offset=${offsetOf(vector)} ${local("atB")})`)),
    ...rows.flatMap((row) => [
      set(
        "broadcast",
        layout === "rows"
          ? `(v128.load32_splat offset=${BIAS + 4 * step} ${local(`row${row}`)})`
          : `(v128.load32_splat offset=${BIAS + 4 * row} ${local("atA")})`,
      ),
      ...vectors.map((vector) =>
        set(
          sum(row, vector),
          target.multiplyAdd(local("broadcast"), local(`b${vector}`), local(sum(row, vector))),
        ),
      ),
    ]),
    advance("atB", local("strideB")),
    ...(layout === "columns" ? [advance("atA", local("strideA"))] : []),
  ];
  // #endregion
  /** Rounds of `steps` while at least so many are left. */
  const rounds = (steps: number): string[] => [
    `(block $noRound${steps} (br_if $noRound${steps} (i32.lt_u ${local("left")} ${constant(steps)}))`,
    `(loop $round${steps}`,
    ...count(steps).flatMap(multiplyStep),
    ...(layout === "rows" ? rows.map((row) => advance(`row${row}`, constant(4 * steps))) : []),
    `(br_if $round${steps} (i32.ge_u (local.tee $left (i32.sub ${local("left")} ${constant(steps)})) ${constant(steps)}))`,
    "))",
  ];

  const vectorNames = [
    ...rows.flatMap((row) => vectors.map((vector) => sum(row, vector))),
    ...vectors.map((vector) => `b${vector}`),
    "broadcast",
    "value",
    "total",
    "square",
    "centre",
  ];
  const pointerNames = ["atA", "atB", "left", "atBias", ...rows.map((row) => `row${row}`)];
  return lines([
    `(func $${nameOf(tile)}x${height}`,
    PRODUCT_PARAMETERS,
    "(param $needed i32) (result i32)",
    vectorNames.map((name) => `(local $${name} v128)`),
    pointerNames.map((name) => `(local $${name} i32)`),
    set("atBias", `(i32.sub ${local("bias")} ${constant(BIAS)})`),
    `(block $enough (loop $tile (br_if $enough (i32.lt_u ${local("rows")} ${local("needed")}))`,
    `(if (i32.eq ${local("start")} ${constant(START.sums)}) (then`,
    pointAtRows("c", "strideC"),
    // All loads of C before any store of C: a store in between keeps V8 from joining the loads.
    eachSum((row, vector) => set(sum(row, vector), loadLanes(columns, offsetOf(vector), local(`row${row}`)))),
    ") (else",
    eachSum((row, vector) => set(sum(row, vector), "(v128.const i64x2 0 0)")),
    "))",
    layout === "rows" ? pointAtRows("a", "strideA") : set("atA", local("a")),
    set("atB", local("b")),
    set("left", local("depth")),
    unroll > 1 ? rounds(unroll) : [],
    rounds(1),
    // Last, so that a large bias does not coarsen the sums: it is rounded once.
    `(if ${local("bias")} (then`,
    vectors.map((vector) => set(`b${vector}`, loadLanes(columns, offsetOf(vector), local("atBias")))),
    eachSum((row, vector) =>
      set(sum(row, vector), `(f32x4.add ${local(sum(row, vector))} ${local(`b${vector}`)})`),
    ),
    "))",
    pointAtRows("c", "strideC"),
    eachSum((row, vector) =>
      storeLanes(columns, offsetOf(vector), local(`row${row}`), local(sum(row, vector))),
    ),
    `(if ${local("relu")} (then`,
    rows.map((row) => advance(`row${row}`, local("relu"))),
    eachSum((row, vector) => set(sum(row, vector), shiftedRelu(local(sum(row, vector))))),
    eachSum((row, vector) =>
      storeLanes(columns, offsetOf(vector), local(`row${row}`), local(sum(row, vector))),
    ),
    "))",
    `(if ${local("sums")} (then`,
    vectors.flatMap((vector) => addTileMoments(columns, vector, rows)),
    "))",
    advance(
      "a",
      layout === "rows" ? `(i32.mul ${local("strideA")} ${constant(height)})` : constant(4 * height),
    ),
    advance("c", `(i32.mul ${local("strideC")} ${constant(height)})`),
    advance("rows", constant(-height)),
    "(br $tile)))",
    local("rows"),
    ")",
  ]);
}

/** Calls the function of one height if there are rows enough, and goes on behind those that it has done. */
function callHeight(tile: Tile, height: number): string[] {
  const needed =
    height === tile.heights[0] ? `(i32.add ${constant(height)} ${local("kept")})` : constant(height);
  const done = `(i32.sub ${local("rows")} ${local("rest")})`;
  return [
    `(if (i32.ge_u ${local("rows")} ${needed}) (then`,
    set("rest", `(call $${nameOf(tile)}x${height} ${PRODUCT_ARGUMENTS.join(" ")} ${needed})`),
    advance("a", `(i32.mul ${tile.layout === "rows" ? local("strideA") : constant(4)} ${done})`),
    advance("c", `(i32.mul ${local("strideC")} ${done})`),
    set("rows", local("rest")),
    "))",
  ];
}

/**
 * `rows16(rows, depth, a, strideA, b, strideB, c, strideC, start, bias, relu, shift, sums, squares, centres)`, and so on
 * for each layout and width: C (rows, 16) = A (rows, depth) @ B (depth, 16) + bias (16,), beginning with zero or with the
 * sums in C, as `start` says. With `relu`, max(C, 0) − shift goes `relu` bytes behind C as well; with `sums`, Σ (x − centre)
 * and Σ (x − centre)² of the columns are added there and at `squares`, see `addTileMoments`. Pointers and strides in
 * bytes, 0 for what is not wanted; rows of B and C contiguous. Every element of C is summed in ascending k, whatever the width and the height of
 * its tile.
 */
function multiplyFunction(tile: Tile, target: Target): string {
  return lines([
    tile.heights.map((height) => heightFunction(tile, height, target)),
    `(func (export "${nameOf(tile)}")`,
    PRODUCT_PARAMETERS,
    "(local $kept i32) (local $rest i32)",
    ["a", "b", "c", "centres"].map((name) => advance(name, constant(-BIAS))),
    keepRows(tile),
    tile.heights.flatMap((height) => callHeight(tile, height)),
    ")",
  ]);
}

/** The functions that form products, of one instruction set: tiles, and dot products for the last columns. */
export function productFunctions(instructionSet: WasmSet): string[] {
  const target = TARGETS[instructionSet];
  const tiles = (["rows", "columns"] as const).flatMap((layout) =>
    Object.entries(target.heights[layout]).map(([columns, heights]): Tile => ({
      layout,
      columns: Number(columns),
      heights,
      unroll: target.unroll,
    })),
  );
  return [...tiles.map((tile) => multiplyFunction(tile, target)), ...dotsFunctions(target.multiplyAdd)];
}

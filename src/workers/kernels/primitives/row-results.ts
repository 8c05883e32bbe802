import { high, low, sumOfLanes, whileLeft } from "../generate/lanes.ts";
import { advance, constant, count, lines, local, set, ZERO } from "../generate/wat.ts";
import { primitive, type CheckedCall, type Primitive } from "./primitive.ts";

/** (rows, columns) floats at x, rows `stride` bytes apart; one float64 a row, or one a column, at `found`. */
export type Reduce = (rows: number, columns: number, x: number, stride: number, found: number) => void;
/** The same, with the places (float64) of what was found; `first` is the place of the first element. */
export type Place = (
  rows: number,
  columns: number,
  x: number,
  stride: number,
  found: number,
  places: number,
  first: number,
) => void;

type Extreme = "max" | "min";
const PARAMETERS =
  "(param $rows i32) (param $columns i32) (param $x i32) (param $stride i32) (param $found i32)";
const SUMS = count(4).map((index) => `sum${index}`);

/** Eight floats at a time in four sums, then one. */
const addRows = (name: string): string =>
  lines([
    `(func (export "${name}") ${PARAMETERS} (local $at i32) (local $left i32) (local $v v128)`,
    SUMS.map((sum) => `(local $${sum} v128)`),
    whileLeft("row", "rows", 1, [
      set("at", local("x")),
      set("left", local("columns")),
      ...SUMS.map((sum) => set(sum, ZERO)),
      whileLeft("eight", "left", 8, [
        ...count(2).flatMap((vector) => [
          set("v", `(v128.load offset=${16 * vector} ${local("at")})`),
          ...[low, high].map((half, index) => {
            const sum = SUMS[2 * vector + index] ?? "";
            return set(sum, `(f64x2.add ${local(sum)} ${half(local("v"))})`);
          }),
        ]),
        advance("at", constant(32)),
      ]),
      whileLeft("one", "left", 1, [
        set("sum0", `(f64x2.add ${local("sum0")} ${low(`(v128.load32_zero ${local("at")})`)})`),
        advance("at", constant(4)),
      ]),
      `(f64.store ${local("found")} (f64.add (f64.load ${local("found")}) ${sumOfLanes(
        SUMS.map(local).reduce((left, right) => `(f64x2.add ${left} ${right})`),
      )}))`,
      advance("x", local("stride")),
      advance("found", constant(8)),
    ]),
    ")",
  ]);

/** NaN stays: WebAssembly's max and min give it. */
const extremeOfRows =
  (extreme: Extreme) =>
  (name: string): string => {
    const lane = (index: number): string => `(f32x4.extract_lane ${index} ${local("v")})`;
    const lanes = count(4)
      .map(lane)
      .reduce((left, right) => `(f32.${extreme} ${left} ${right})`);
    return lines([
      `(func (export "${name}") ${PARAMETERS} (local $at i32) (local $left i32) (local $v v128) (local $best f32)`,
      whileLeft("row", "rows", 1, [
        set("at", local("x")),
        set("left", local("columns")),
        set("v", `(f32x4.splat (f32.const ${extreme === "max" ? "-inf" : "inf"}))`),
        whileLeft("four", "left", 4, [
          set("v", `(f32x4.${extreme} ${local("v")} (v128.load ${local("at")}))`),
          advance("at", constant(16)),
        ]),
        set("best", lanes),
        whileLeft("one", "left", 1, [
          set("best", `(f32.${extreme} ${local("best")} (f32.load ${local("at")}))`),
          advance("at", constant(4)),
        ]),
        `(f64.store ${local("found")} (f64.${extreme} (f64.load ${local("found")}) (f64.promote_f32 ${local("best")})))`,
        advance("x", local("stride")),
        advance("found", constant(8)),
      ]),
      ")",
    ]);
  };

const extremeOfColumns =
  (extreme: Extreme) =>
  (name: string): string => {
    const columns = (width: 4 | 1): string =>
      whileLeft(`columns${width}`, "columns", width, [
        set("at", local("x")),
        set("left", local("rows")),
        set("best", `(v128.load${width === 4 ? "" : "32_zero"} ${local("at")})`),
        whileLeft(`rows${width}`, "left", 1, [
          set(
            "best",
            `(f32x4.${extreme} ${local("best")} (v128.load${width === 4 ? "" : "32_zero"} ${local("at")}))`,
          ),
          advance("at", local("stride")),
        ]),
        width === 4
          ? [low, high]
              .map(
                (half, index) =>
                  `(v128.store offset=${16 * index} ${local("found")} (f64x2.${extreme} (v128.load offset=${16 * index} ${local("found")}) ${half(local("best"))}))`,
              )
              .join("\n")
          : `(v128.store64_lane 0 ${local("found")} (f64x2.${extreme} (v128.load64_zero ${local("found")}) ${low(local("best"))}))`,
        advance("x", constant(4 * width)),
        advance("found", constant(8 * width)),
      ]);
    return lines([
      `(func (export "${name}") ${PARAMETERS} (local $at i32) (local $left i32) (local $best v128)`,
      columns(4),
      columns(1),
      ")",
    ]);
  };

/** Whether x takes the place of the best so far: it goes beyond it, or is the first NaN. */
const takesPlace = (extreme: Extreme): string => {
  const beyond = `(f64.${extreme === "max" ? "gt" : "lt"} ${local("v")} ${local("best")})`;
  const firstNaN = `(i32.and (f64.ne ${local("v")} ${local("v")}) (f64.eq ${local("best")} ${local("best")}))`;
  return `(i32.or ${beyond} ${firstNaN})`;
};

/** One result after another: along a row, or down a column; `next` is what the next one's elements begin at. */
const placeOfExtreme =
  (extreme: Extreme, of: "rows" | "columns") =>
  (name: string): string => {
    const [results, elements, step, next] =
      of === "rows"
        ? ["rows", "columns", constant(4), local("stride")]
        : ["columns", "rows", local("stride"), constant(4)];
    return lines([
      `(func (export "${name}") ${PARAMETERS} (param $places i32) (param $first f64) (local $at i32) (local $left i32)`,
      "(local $v f64) (local $best f64) (local $place f64) (local $here f64)",
      whileLeft("result", results, 1, [
        set("at", local("x")),
        set("left", local(elements)),
        set("here", local("first")),
        set("best", `(f64.load ${local("found")})`),
        set("place", `(f64.load ${local("places")})`),
        whileLeft("element", "left", 1, [
          set("v", `(f64.promote_f32 (f32.load ${local("at")}))`),
          `(if ${takesPlace(extreme)} (then ${set("best", local("v"))} ${set("place", local("here"))}))`,
          set("here", `(f64.add ${local("here")} (f64.const 1))`),
          advance("at", step),
        ]),
        `(f64.store ${local("found")} ${local("best")})`,
        `(f64.store ${local("places")} ${local("place")})`,
        advance("x", next),
        advance("found", constant(8)),
        advance("places", constant(8)),
      ]),
      ")",
    ]);
  };

/** Float64 at `at` put down as floats: their lower halves are no numbers to compare. */
function roundDown(on: CheckedCall, at: number, length: number): void {
  const found = [...on.arena.doubles(at, length)];
  on.arena
    .floats(at, 2 * length)
    .fill(0)
    .set(found);
}

/** Results of three rows, or of `length` columns. */
function reduction(
  generate: (name: string) => string,
  of: "rows" | "columns",
  merge: (before: number, value: number) => number,
): Primitive<Reduce> {
  return primitive<Reduce>({
    generate,
    loop: (arena) => (rows, columns, x, stride, found) => {
      const [{ all }, results] = [arena, arena.doubles(found, of === "rows" ? rows : columns)];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const result = of === "rows" ? i : j;
          results[result] = merge(results[result]!, all[(x + i * stride) / 4 + j]!);
        }
      }
    },
    check: (call, on) => {
      const results = of === "rows" ? 3 : on.length;
      call(3, on.length, on.positive, 4 * on.length, on.zeros);
      call(3, on.length, on.signed, 4 * on.length, on.zeros);
      roundDown(on, on.zeros, results);
    },
  });
}

/** Places of what goes beyond the rest, and it. */
function placing(extreme: Extreme, of: "rows" | "columns"): Primitive<Place> {
  const beyond = (one: number, other: number): boolean => (extreme === "max" ? one > other : one < other);
  return primitive<Place>({
    generate: placeOfExtreme(extreme, of),
    loop: (arena) => (rows, columns, x, stride, found, places, first) => {
      const results = of === "rows" ? rows : columns;
      const [{ all }, best, place] = [arena, arena.doubles(found, results), arena.doubles(places, results)];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const [result, here] = of === "rows" ? [i, j] : [j, i];
          const value = all[(x + i * stride) / 4 + j]!;
          if (beyond(value, best[result]!) || (Number.isNaN(value) && !Number.isNaN(best[result]!))) {
            best[result] = value;
            place[result] = first + here;
          }
        }
      }
    },
    check: (call, on) => {
      const results = of === "rows" ? 3 : on.length;
      const places = on.zeros + 8 * results;
      call(3, on.length, on.positive, 4 * on.length, on.zeros, places, 5);
      call(3, on.length, on.signed, 4 * on.length, on.zeros, places, 200);
      roundDown(on, on.zeros, 2 * results);
    },
  });
}

/** Sums, extremes and their places, by rows and by columns, added to what is found already. */
export const ROW_RESULTS = {
  addRows: reduction(addRows, "rows", (before, value) => before + value),
  maximumOfRows: reduction(extremeOfRows("max"), "rows", Math.max),
  minimumOfRows: reduction(extremeOfRows("min"), "rows", Math.min),
  maximumOfColumns: reduction(extremeOfColumns("max"), "columns", Math.max),
  minimumOfColumns: reduction(extremeOfColumns("min"), "columns", Math.min),
  placeMaximumOfRows: placing("max", "rows"),
  placeMinimumOfRows: placing("min", "rows"),
  placeMaximumOfColumns: placing("max", "columns"),
  placeMinimumOfColumns: placing("min", "columns"),
};

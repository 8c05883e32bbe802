import { high, low, sumOfLanes, whileLeft } from "../generate/lanes.ts";
import { advance, constant, count, lines, local, set } from "../generate/wat.ts";
import { primitive, type CheckedCall } from "./primitive.ts";

const moments = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $vectors i32) (param $out i32)`,
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
    ...(["min", "max"] as const).map((extreme, index) => {
      const lane = (i: number): string => `(f32x4.extract_lane ${i} ${local(extreme)})`;
      const pairs = `(f32.${extreme} (f32.${extreme} ${lane(0)} ${lane(1)}) (f32.${extreme} ${lane(2)} ${lane(3)}))`;
      return `(f64.store offset=${16 + 8 * index} ${local("out")} (f64.promote_f32 ${pairs}))`;
    }),
    `(f64.store offset=32 ${local("out")} (f64.convert_i32_u ${[0, 1, 2, 3]
      .map((lane) => `(i32x4.extract_lane ${lane} ${local("zeros")})`)
      .reduce((left, right) => `(i32.add ${left} ${right})`)})))`,
  ]);

const deviations = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $vectors i32) (param $mean f64) (result f64)`,
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
const ACCUMULATORS = 4;
const squareSums = count(ACCUMULATORS).map((index) => `sum${index}`);
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
          const first = squareSums[(2 * vector) % ACCUMULATORS] ?? "sum0";
          const second = squareSums[(2 * vector + 1) % ACCUMULATORS] ?? "sum1";
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

const squaredDifferences = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $y i32) (param $count i32) (result f64)`,
    SQUARE_LOCALS,
    addSquares(["x", "y"], (half, load) => `(f64x2.sub ${half(load("x"))} ${half(load("y"))})`),
    `${sumOfLanes(squareSum)})`,
  ]);

const squares = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $count i32) (result f64)`,
    SQUARE_LOCALS,
    addSquares(["x"], (half, load) => half(load("x"))),
    `${sumOfLanes(squareSum)})`,
  ]);

/** Results that are returned go where the tensors are compared, as float32: lanes add up in another order. */
const keep = ({ arena, zeros }: CheckedCall, results: readonly number[]): void => {
  arena.floats(zeros, results.length).set(results);
};

export const SUMS = {
  /** Sum, sum of squares, min, max and number of zeros of 4 · vectors floats, five float64 at `out`; of NaN, NaN. */
  moments: primitive<(x: number, vectors: number, out: number) => void>({
    generate: moments,
    loop: (arena) => (x, vectors, out) => {
      let [sum, squared, min, max, zeros] = [0, 0, Infinity, -Infinity, 0];
      for (const value of arena.floats(x, 4 * vectors)) {
        sum += value;
        squared += value * value;
        min = Math.min(min, value);
        max = Math.max(max, value);
        if (value === 0) zeros++;
      }
      arena.doubles(out, 5).set([sum, squared, min, max, zeros]);
    },
    check: (measure, on) => {
      const found = on.arena.doubles(on.others, 5);
      const results = [on.positive, on.zeros, on.signed].flatMap((x) => {
        measure(x, Math.ceil(on.length / 4), on.others);
        return [...found];
      });
      found.fill(0);
      keep(on, results);
    },
  }),
  /** Σ (x − mean)² of 4 · vectors floats. */
  deviations: primitive<(x: number, vectors: number, mean: number) => number>({
    generate: deviations,
    loop: (arena) => (x, vectors, mean) =>
      arena.floats(x, 4 * vectors).reduce((sum, value) => sum + (value - mean) ** 2, 0),
    check: (sum, on) => {
      keep(on, [sum(on.positive, Math.ceil(on.length / 4), 0.75), sum(on.signed, 9, 0.75)]);
    },
  }),
  /** Σ (x − y)² of `count` floats in float64. */
  squaredDifferences: primitive<(x: number, y: number, count: number) => number>({
    generate: squaredDifferences,
    loop: (arena) => (x, y, count) => {
      const others = arena.floats(y, count);
      return arena.floats(x, count).reduce((sum, value, i) => sum + (value - others[i]!) ** 2, 0);
    },
    check: (sum, on) => {
      keep(on, [sum(on.positive, on.others, on.length), sum(on.signed, on.others, on.length)]);
    },
  }),
  /** Σ x² of `count` floats in float64. */
  squares: primitive<(x: number, count: number) => number>({
    generate: squares,
    loop: (arena) => (x, count) => arena.floats(x, count).reduce((sum, value) => sum + value ** 2, 0),
    check: (sum, on) => {
      keep(on, [sum(on.positive, on.length), sum(on.signed, on.length)]);
    },
  }),
};

import { high, low, whileLeft } from "../generate/lanes.ts";
import { advance, lines, constant, local, set } from "../generate/wat.ts";
import { primitive, type ArenaNumbers } from "./primitive.ts";

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

const addProducts = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $y i32) (param $stride i32)`,
    "(param $sums i32) (local $atX i32) (local $atY i32) (local $left i32) (local $v v128) (local $w v128)",
    "(local $sum0 v128) (local $sum1 v128)",
    columnProducts(4),
    columnProducts(1),
    ")",
  ]);

const addColumns = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $stride i32) (param $sums i32)`,
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

const addMoments = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $stride i32)`,
    "(param $sums i32) (param $squares i32) (param $centres i32) (local $at i32) (local $left i32) (local $v v128)",
    "(local $wide v128) (local $centre0 v128) (local $centre1 v128)",
    "(local $sum0 v128) (local $sum1 v128) (local $square0 v128) (local $square1 v128)",
    columnsAndSquares(4),
    columnsAndSquares(1),
    ")",
  ]);

/** Sums of columns, less their centres; a centre that is NaN becomes the first value. */
export interface ColumnMoments {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly centres: Float32Array;
}

export const columnMomentsAt = (
  arena: ArenaNumbers,
  columns: number,
  sums: number,
  squares: number,
  centres: number,
): ColumnMoments => ({
  sums: arena.doubles(sums, columns),
  squares: arena.doubles(squares, columns),
  centres: arena.floats(centres, columns),
});

export function addMoment({ sums, squares, centres }: ColumnMoments, column: number, value: number): void {
  if (Number.isNaN(centres[column]!)) centres[column] = value;
  const distance = value - centres[column]!;
  sums[column] = sums[column]! + distance;
  squares[column] = squares[column]! + distance * distance;
}

export const COLUMN_SUMS = {
  /** sums (columns,) in float64 += Σ over rows of x. */
  addColumns: primitive<(rows: number, columns: number, x: number, stride: number, sums: number) => void>({
    generate: addColumns,
    loop: (arena) => (rows, columns, x, stride, sums) => {
      const [{ all }, totals] = [arena, arena.doubles(sums, columns)];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) totals[j] = totals[j]! + all[(x + i * stride) / 4 + j]!;
      }
    },
    check: (add, { positive, zeros, length }) => {
      add(1, length, positive, 0, zeros);
      add(3, length, positive, 4 * length, zeros);
    },
  }),
  /** sums (columns,) in float64 += Σ over rows of x · y. */
  addProducts: primitive<
    (rows: number, columns: number, x: number, y: number, stride: number, sums: number) => void
  >({
    generate: addProducts,
    loop: (arena) => (rows, columns, x, y, stride, sums) => {
      const totals = arena.doubles(sums, columns);
      for (let i = 0; i < rows; i++) {
        const left = arena.floats(x + i * stride, columns);
        const right = arena.floats(y + i * stride, columns);
        for (let j = 0; j < columns; j++) totals[j] = totals[j]! + left[j]! * right[j]!;
      }
    },
    check: (add, { positive, others, zeros, length }) => {
      add(3, length, positive, others, 4 * length, zeros);
    },
  }),
  /**
   * sums and squares (columns,) in float64 += Σ (x − centre) and Σ (x − centre)² over the rows; centres (columns,) that
   * are NaN become the first row.
   */
  addMoments: primitive<
    (
      rows: number,
      columns: number,
      x: number,
      stride: number,
      sums: number,
      squares: number,
      centres: number,
    ) => void
  >({
    generate: addMoments,
    loop: (arena) => (rows, columns, x, stride, sums, squares, centres) => {
      const { all } = arena;
      const found = columnMomentsAt(arena, columns, sums, squares, centres);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) addMoment(found, j, all[(x + i * stride) / 4 + j]!);
      }
    },
    check: (add, { positive, zeros, length, arena }) => {
      const [squares, centres] = [zeros + 8 * length, zeros + 16 * length];
      // Far from 0, where the values' own squares would leave nothing of the differences.
      const x = arena.floats(positive, 3 * length);
      for (let i = 0; i < x.length; i++) x[i] = x[i]! + 4096;
      arena.floats(centres, length).fill(NaN);
      add(2, length, positive, 4 * length, zeros, squares, centres);
      add(1, length, positive + 8 * length, 0, zeros, squares, centres);
    },
  }),
};

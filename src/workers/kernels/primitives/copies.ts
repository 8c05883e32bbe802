import { whileLeft } from "../generate/lanes.ts";
import { advance, constant, lines, local } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

const copyRows = (name: string): string => `
(func (export "${name}") (param $rows i32) (param $bytes i32) (param $source i32) (param $sourceStride i32)
  (param $target i32) (param $targetStride i32) (local $at i32) (local $vectorEnd i32)
  (local.set $vectorEnd (i32.and (local.get $bytes) (i32.const -16)))
  (block $done (loop $row (br_if $done (i32.eqz (local.get $rows)))
    (local.set $at (i32.const 0))
    (block $noVector (loop $vector (br_if $noVector (i32.ge_u (local.get $at) (local.get $vectorEnd)))
      (v128.store (i32.add (local.get $target) (local.get $at))
        (v128.load (i32.add (local.get $source) (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $vector)))
    (block $noFloat (loop $float (br_if $noFloat (i32.ge_u (local.get $at) (local.get $bytes)))
      (f32.store (i32.add (local.get $target) (local.get $at))
        (f32.load (i32.add (local.get $source) (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br $float)))
    (local.set $source (i32.add (local.get $source) (local.get $sourceStride)))
    (local.set $target (i32.add (local.get $target) (local.get $targetStride)))
    (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
    (br $row))))`;

/** One row's 16 floats of a panel at $at go to $to. */
const copyPanelRow = (panel: number): string =>
  [0, 16, 32, 48]
    .map(
      (byte) =>
        `(v128.store offset=${byte} (local.get $to) (v128.load offset=${64 * panel + byte} (local.get $from)))`,
    )
    .join("");

/** `together` panels of all rows: what lies side by side is read together, page by page. */
const copyPanelsTogether = (together: number): string => `
  (block $no${together} (loop $group${together} (br_if $no${together} (i32.lt_u (local.get $panels) (i32.const ${together})))
    (local.set $from (local.get $source))
    (local.set $first (local.get $target))
    (local.set $left (local.get $rows))
    (loop $row${together}
      (local.set $to (local.get $first))
      ${Array.from({ length: together }, (_, panel) => copyPanelRow(panel)).join(
        "(local.set $to (i32.add (local.get $to) (local.get $panelBytes)))",
      )}
      (local.set $from (i32.add (local.get $from) (local.get $sourceStride)))
      (local.set $first (i32.add (local.get $first) (i32.const 64)))
      (br_if $row${together} (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.set $source (i32.add (local.get $source) (i32.const ${64 * together})))
    (local.set $target (i32.add (local.get $target) (i32.mul (local.get $panelBytes) (i32.const ${together}))))
    (local.set $panels (i32.sub (local.get $panels) (i32.const ${together})))
    (br $group${together})))`;

const copyPanels = (name: string): string => `
(func (export "${name}") (param $rows i32) (param $panels i32) (param $source i32) (param $sourceStride i32)
  (param $target i32) (local $panelBytes i32) (local $from i32) (local $to i32) (local $first i32) (local $left i32)
  (local.set $panelBytes (i32.shl (local.get $rows) (i32.const 6)))
  (if (i32.eqz (local.get $rows)) (then (return)))
  ${copyPanelsTogether(4)}${copyPanelsTogether(1)})`;

const copyTransposed = (name: string): string => `
(func (export "${name}") (param $rows i32) (param $count i32) (param $source i32) (param $sourceStride i32)
  (param $target i32) (param $targetStride i32) (local $from i32) (local $to i32) (local $left i32)
  (local $second i32) (local $third i32) (local $fourth i32)
  (block $noFour (loop $four (br_if $noFour (i32.lt_u (local.get $rows) (i32.const 4)))
    (local.set $from (local.get $source))
    (local.set $second (i32.add (local.get $from) (local.get $sourceStride)))
    (local.set $third (i32.add (local.get $second) (local.get $sourceStride)))
    (local.set $fourth (i32.add (local.get $third) (local.get $sourceStride)))
    (local.set $to (local.get $target))
    (local.set $left (local.get $count))
    (block $done (loop $each (br_if $done (i32.eqz (local.get $left)))
      (v128.store (local.get $to)
        (v128.load32_lane 3 (local.get $fourth) (v128.load32_lane 2 (local.get $third)
          (v128.load32_lane 1 (local.get $second) (v128.load32_zero (local.get $from))))))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (local.set $second (i32.add (local.get $second) (i32.const 4)))
      (local.set $third (i32.add (local.get $third) (i32.const 4)))
      (local.set $fourth (i32.add (local.get $fourth) (i32.const 4)))
      (local.set $to (i32.add (local.get $to) (local.get $targetStride)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br $each)))
    (local.set $source (i32.add (local.get $fourth) (i32.sub (local.get $sourceStride) (i32.shl (local.get $count) (i32.const 2)))))
    (local.set $target (i32.add (local.get $target) (i32.const 16)))
    (local.set $rows (i32.sub (local.get $rows) (i32.const 4)))
    (br $four)))
  (block $noRow (loop $row (br_if $noRow (i32.eqz (local.get $rows)))
    (local.set $from (local.get $source))
    (local.set $to (local.get $target))
    (local.set $left (local.get $count))
    (block $done (loop $each (br_if $done (i32.eqz (local.get $left)))
      (f32.store (local.get $to) (f32.load (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (local.set $to (i32.add (local.get $to) (local.get $targetStride)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br $each)))
    (local.set $source (i32.add (local.get $source) (local.get $sourceStride)))
    (local.set $target (i32.add (local.get $target) (i32.const 4)))
    (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
    (br $row))))`;

/** Four streams, a quarter of the rows each: a stream's prefetcher begins anew on each page, so that one waits alone. */
const touchRows = (name: string): string => `
(func (export "${name}") (param $rows i32) (param $bytes i32) (param $source i32) (param $stride i32) (result i32)
  (local $apart i32) (local $at i32) (local $end i32) (local $second i32) (local $third i32) (local $seen i32)
  (local.set $rows (i32.shr_u (local.get $rows) (i32.const 2)))
  (local.set $apart (i32.mul (local.get $rows) (local.get $stride)))
  (block $done (loop $row (br_if $done (i32.eqz (local.get $rows)))
    (local.set $at (local.get $source))
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (loop $line
      (local.set $second (i32.add (local.get $at) (local.get $apart)))
      (local.set $third (i32.add (local.get $second) (local.get $apart)))
      (local.set $seen (i32.or (local.get $seen) (i32.or
        (i32.or (i32.load (local.get $at)) (i32.load (local.get $second)))
        (i32.or (i32.load (local.get $third)) (i32.load (i32.add (local.get $third) (local.get $apart)))))))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br_if $line (i32.lt_u (local.get $at) (local.get $end))))
    (local.set $source (i32.add (local.get $source) (local.get $stride)))
    (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
    (br $row)))
  (local.get $seen))`;

const gatherFloats = (name: string): string =>
  lines([
    `(func (export "${name}") (param $source i32) (param $indices i32) (param $target i32) (param $count i32)`,
    whileLeft("each", "count", 1, [
      `(f32.store ${local("target")} (f32.load (i32.add ${local("source")} (i32.shl (i32.load ${local("indices")}) (i32.const 2)))))`,
      advance("indices", constant(4)),
      advance("target", constant(4)),
    ]),
    ")",
  ]);

const outer = (name: string): string => `
(func (export "${name}") (param $x i32) (param $y i32) (param $target i32) (param $xCount i32) (param $yVectors i32)
  (local $at i32) (local $left i32) (local $broadcast v128)
  (loop $rows
    (local.set $broadcast (v128.load32_splat (local.get $x)))
    (local.set $at (local.get $y))
    (local.set $left (local.get $yVectors))
    (loop $vectors
      (v128.store (local.get $target) (f32x4.mul (v128.load (local.get $at)) (local.get $broadcast)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (local.set $target (i32.add (local.get $target) (i32.const 16)))
      (br_if $vectors (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.set $x (i32.add (local.get $x) (i32.const 4)))
    (br_if $rows (local.tee $xCount (i32.sub (local.get $xCount) (i32.const 1))))))`;

type Copy = (
  rows: number,
  length: number,
  source: number,
  sourceStride: number,
  target: number,
  targetStride: number,
) => void;

export const COPIES = {
  /** Packs a part of a matrix row by row, `length` in bytes: four floats at a time, then one by one. */
  copyRows: primitive<Copy>({
    generate: copyRows,
    loop: (arena) => (rows, bytes, source, sourceStride, target, targetStride) => {
      for (let i = 0; i < rows; i++) {
        const from = (source + i * sourceStride) / 4;
        arena.all.copyWithin((target + i * targetStride) / 4, from, from + bytes / 4);
      }
    },
    check: (copy, { positive, zeros, length }) => {
      copy(3, 4 * length, positive, 4 * length + 4, zeros, 4 * length + 8);
    },
  }),
  /** `panels` panels of 16 columns of a matrix, each packed row by row (rows, 16), one behind the other. */
  copyPanels: primitive<
    (rows: number, panels: number, source: number, sourceStride: number, target: number) => void
  >({
    generate: copyPanels,
    loop: (arena) => (rows, panels, source, sourceStride, target) => {
      for (let panel = 0; panel < panels; panel++) {
        for (let i = 0; i < rows; i++) {
          const from = (source + i * sourceStride) / 4 + 16 * panel;
          arena.all.copyWithin((target + (panel * rows + i) * 64) / 4, from, from + 16);
        }
      }
    },
    check: (copy, { positive, zeros, length }) => {
      copy(3, 5, positive, 4 * length + 4, zeros);
    },
  }),
  /** target (length, rows) = sourceᵀ of a source (rows, length). Four rows at a time: each store is a vector. */
  copyTransposed: primitive<Copy>({
    generate: copyTransposed,
    loop: (arena) => (rows, count, source, sourceStride, target, targetStride) => {
      const { all } = arena;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < count; j++) {
          all[(target + j * targetStride) / 4 + i] = all[(source + i * sourceStride) / 4 + j]!;
        }
      }
    },
    check: (copy, { positive, zeros, length }) => {
      copy(5, length, positive, 4 * length + 4, zeros, 24);
    },
  }),
  /**
   * Brings `bytes` of each row into the second-level cache, in the order in which they lie, and changes nothing: for rows
   * that are then read panel by panel, where no prefetcher follows. The last rows beyond a multiple of four are left out.
   * Returns what it met of each line, or-ed, so that the compiler keeps the loads.
   */
  touchRows: primitive<(rows: number, bytes: number, source: number, stride: number) => number>({
    generate: touchRows,
    loop: (arena) => (rows, bytes, source, stride) => {
      const words = new Int32Array(arena.all.buffer);
      let seen = 0;
      for (let i = 0; i < rows - (rows % 4); i++) {
        for (let byte = 0; byte < bytes; byte += 64) seen |= words[(source + i * stride + byte) / 4]!;
      }
      return seen;
    },
    check: (touch, { positive, zeros, length, arena }) => {
      arena.all[zeros / 4] = touch(5, 4 * length, positive, 4 * length + 4);
    },
  }),
  /** target = the floats of `source` at `count` places, int32 numbers of elements. */
  gatherFloats: primitive<(source: number, indices: number, target: number, count: number) => void>({
    generate: gatherFloats,
    loop: (arena) => (source, indices, target, count) => {
      const { all } = arena;
      const places = new Int32Array(all.buffer, indices, count);
      for (let i = 0; i < count; i++) all[target / 4 + i] = all[source / 4 + places[i]!]!;
    },
    check: (gather, { positive, others, zeros, length, arena }) => {
      const places = new Int32Array(arena.all.buffer, others, length);
      for (let i = 0; i < length; i++) places[i] = (7 * i) % length;
      gather(positive, others, zeros, length);
    },
  }),
  /** target (xCount, 4 yVectors) = x ⊗ y, one explicit outer product of a row of x with a row of y in whole vectors. */
  outer: primitive<(x: number, y: number, target: number, xCount: number, yVectors: number) => void>({
    generate: outer,
    loop: (arena) => (x, y, target, xCount, yVectors) => {
      const { all } = arena;
      const count = 4 * yVectors;
      for (let i = 0; i < xCount; i++) {
        for (let j = 0; j < count; j++) all[target / 4 + i * count + j] = all[x / 4 + i]! * all[y / 4 + j]!;
      }
    },
    check: (multiply, { positive, others, zeros, length }) => {
      multiply(positive, others, zeros, 3, Math.ceil(length / 4));
    },
  }),
};

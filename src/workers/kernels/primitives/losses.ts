import { advance, constant, lines, local, set } from "../generate/wat.ts";
import { SMALLEST } from "../../../core/optimisers/smallest.ts";
import { settle, settled } from "../generate/vectors.ts";
import { primitive, type ArenaNumbers } from "./primitive.ts";

/**
 * `class` ← the row's label as an integer, and `known` ← whether it is a class: a whole number 0 … columns − 1. NaN and
 * what lies outside saturate, so the comparison with the label itself finds them.
 */
const readLabel = lines([
  set("label", `(f32.load ${local("labels")})`),
  set("class", `(i32.trunc_sat_f32_s ${local("label")})`),
  set(
    "known",
    `(i32.and (f32.eq (f32.convert_i32_s ${local("class")}) ${local("label")}) (i32.lt_u ${local("class")} ${local("columns")}))`,
  ),
]);
const LABEL_LOCALS = "(local $label f32) (local $class i32) (local $known i32)";
const atClass = (row: string): string => `(i32.add ${row} (i32.shl ${local("class")} (i32.const 2)))`;

const eachRow = (body: readonly string[]): string =>
  lines([
    `(block $done (loop $row (br_if $done (i32.eqz ${local("rows")}))`,
    ...body,
    advance("labels", constant(4)),
    advance("rows", constant(-1)),
    "(br $row)))",
  ]);

/** Along `columns` floats from `at` on: vectors of four while they fit, then one at a time. */
const along = (body: (width: 4 | 1) => readonly string[]): string =>
  lines([
    set("left", local("columns")),
    ([4, 1] as const).flatMap((width) => [
      `(block $no${width} (loop $along${width} (br_if $no${width} (i32.lt_u ${local("left")} ${constant(width)}))`,
      ...body(width),
      advance("at", constant(4 * width)),
      advance("left", constant(-width)),
      `(br $along${width})))`,
    ]),
  ]);

const rowTotals = { largest: `(f32.load ${local("totals")})`, sum: `(f32.load offset=4 ${local("totals")})` };

const crossEntropies = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $totals i32)`,
    "(param $labels i32) (param $smoothing f64) (result f64)",
    `(local $total f64) (local $mean f64) (local $at i32) (local $left i32) ${LABEL_LOCALS}`,
    eachRow([
      readLabel,
      set("mean", "(f64.const 0)"),
      `(if (f64.ne ${local("smoothing")} (f64.const 0)) (then`,
      set("at", local("x")),
      set("left", local("columns")),
      `(loop $next ${set("mean", `(f64.add ${local("mean")} (f64.promote_f32 (f32.load ${local("at")})))`)}`,
      advance("at", constant(4)),
      `(br_if $next (local.tee $left (i32.sub ${local("left")} (i32.const 1)))))`,
      set("mean", `(f64.div ${local("mean")} (f64.convert_i32_u ${local("columns")}))`),
      "))",
      set(
        "total",
        `(f64.add ${local("total")} (f64.sub (f64.add (f64.promote_f32 ${rowTotals.largest}) (call $naturalLogarithm (f64.promote_f32 ${rowTotals.sum})))
        (f64.add (f64.mul ${local("smoothing")} ${local("mean")})
          (f64.mul (f64.sub (f64.const 1) ${local("smoothing")})
            (if (result f64) ${local("known")} (then (f64.promote_f32 (f32.load ${atClass(local("x"))}))) (else (f64.const nan)))))))`,
      ),
      advance("x", `(i32.shl ${local("columns")} (i32.const 2))`),
      advance("totals", constant(8)),
    ]),
    local("total"),
    ")",
  ]);

const softmaxGradients = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $target i32) (param $totals i32)`,
    "(param $labels i32) (param $factor f64) (param $smoothing f64)",
    `(local $scale v128) (local $off v128) (local $value v128) (local $on f32) (local $at i32) (local $left i32) ${LABEL_LOCALS}`,
    set("on", `(f32.demote_f64 (f64.mul ${local("factor")} (f64.sub (f64.const 1) ${local("smoothing")})))`),
    set(
      "off",
      `(f32x4.splat (f32.demote_f64 (f64.div (f64.mul ${local("factor")} ${local("smoothing")}) (f64.convert_i32_u ${local("columns")}))))`,
    ),
    eachRow([
      readLabel,
      // A row that is sure of its class has exponentials down to the smallest normal number.
      set(
        "scale",
        `(f32x4.splat (f32.demote_f64 (if (result f64) ${local("known")}
        (then (f64.div ${local("factor")} (f64.promote_f32 ${rowTotals.sum}))) (else (f64.const nan)))))`,
      ),
      set("at", local("target")),
      along((width) => {
        const load = width === 4 ? "v128.load" : "v128.load32_zero";
        const value = `(f32x4.sub (f32x4.mul (${load} ${local("at")}) ${local("scale")}) ${local("off")})`;
        const kept = settled(local("value"), SMALLEST.gradient);
        return [
          set("value", value),
          width === 4
            ? `(v128.store ${local("at")} ${kept})`
            : `(v128.store32_lane 0 ${local("at")} ${kept})`,
        ];
      }),
      `(if ${local("known")} (then (f32.store ${atClass(local("target"))} (f32.sub (f32.load ${atClass(local("target"))}) ${local("on")}))))`,
      set("target", local("at")),
      advance("totals", constant(8)),
    ]),
    ")",
  ]);

/** Two passes along a row: the largest value is found without branches, and its place is then met early. */
const countHits = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $x i32) (param $labels i32) (result i32)`,
    `(local $hits i32) (local $at i32) (local $left i32) (local $largest f32) ${LABEL_LOCALS}`,
    eachRow([
      readLabel,
      set("largest", "(f32.const -inf)"),
      set("at", local("x")),
      set("left", local("columns")),
      `(loop $next ${set("largest", `(f32.max ${local("largest")} (f32.load ${local("at")}))`)}`,
      advance("at", constant(4)),
      `(br_if $next (local.tee $left (i32.sub ${local("left")} (i32.const 1)))))`,
      // The first place of the largest; a row with NaN has none, and hits nothing.
      set("left", "(i32.const 0)"),
      `(block $found (loop $search (br_if $found (i32.ge_u ${local("left")} ${local("columns")}))`,
      `(br_if $found (f32.eq (f32.load (i32.add ${local("x")} (i32.shl ${local("left")} (i32.const 2)))) ${local("largest")}))`,
      advance("left", constant(1)),
      "(br $search)))",
      set(
        "hits",
        `(i32.add ${local("hits")} (i32.and ${local("known")} (i32.eq ${local("left")} ${local("class")})))`,
      ),
      set("x", local("at")),
    ]),
    local("hits"),
    ")",
  ]);

const oneHots = (name: string): string =>
  lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $labels i32) (param $target i32)`,
    `(local $at i32) (local $left i32) (local $other v128) ${LABEL_LOCALS}`,
    eachRow([
      readLabel,
      set(
        "other",
        `(f32x4.splat (if (result f32) ${local("known")} (then (f32.const 0)) (else (f32.const nan))))`,
      ),
      set("at", local("target")),
      along((width) => [
        width === 4
          ? `(v128.store ${local("at")} ${local("other")})`
          : `(v128.store32_lane 0 ${local("at")} ${local("other")})`,
      ]),
      `(if ${local("known")} (then (f32.store ${atClass(local("target"))} (f32.const 1))))`,
      set("target", local("at")),
    ]),
    ")",
  ]);

const isClass = (label: number, classes: number): boolean =>
  Number.isInteger(label) && label >= 0 && label < classes;

/** Rows of a check, and the columns that they share `length` floats of a tensor by; three rows, a label no class. */
const checkedRows = (length: number): number => Math.ceil(length / 3);
function placeLabels(arena: ArenaNumbers, at: number, columns: number): number {
  arena.floats(at, 3).set([0, columns - 1, 0.5]);
  return at;
}

export const LOSSES = {
  /**
   * Σ over rows of max x + log Σ exp(x − max x) − (1 − smoothing) x[label] − smoothing · mean x in float64, with the
   * totals that `exponentials` gives; NaN where a label is no class.
   */
  crossEntropies: primitive<
    (rows: number, columns: number, x: number, totals: number, labels: number, smoothing: number) => number
  >({
    generate: crossEntropies,
    loop: (arena) => (rows, columns, x, totals, labels, smoothing) => {
      const [sums, wanted] = [arena.floats(totals, 2 * rows), arena.floats(labels, rows)];
      let total = 0;
      for (let i = 0; i < rows; i++) {
        const row = arena.floats(x + 4 * i * columns, columns);
        const mean = row.reduce((sum, value) => sum + value, 0) / columns;
        const ofLabel = isClass(wanted[i]!, columns) ? row[wanted[i]!]! : NaN;
        total += sums[2 * i]! + Math.log(sums[2 * i + 1]!) - (1 - smoothing) * ofLabel - smoothing * mean;
      }
      return total;
    },
    check: (sum, { positive, others, zeros, length, arena }) => {
      const columns = checkedRows(length);
      const labels = placeLabels(arena, zeros + 64, columns);
      const results = [0, 0.1].flatMap((smoothing) =>
        [2, 3].map((rows) => sum(rows, columns, positive, others, labels, smoothing)),
      );
      arena.floats(zeros, results.length).set(results);
    },
  }),
  /** target ← factor · (target / sum − (1 − smoothing) onehot(label) − smoothing / columns), of exponentials; NaN where the label is no class. */
  softmaxGradients: primitive<
    (
      rows: number,
      columns: number,
      target: number,
      totals: number,
      labels: number,
      factor: number,
      smoothing: number,
    ) => void
  >({
    generate: softmaxGradients,
    loop: (arena) => (rows, columns, target, totals, labels, factor, smoothing) => {
      const [sums, wanted] = [arena.floats(totals, 2 * rows), arena.floats(labels, rows)];
      for (let i = 0; i < rows; i++) {
        const row = arena.floats(target + 4 * i * columns, columns);
        const [label, sum] = [wanted[i]!, sums[2 * i + 1]!];
        const known = isClass(label, columns) ? 1 : NaN;
        for (let c = 0; c < columns; c++) {
          const share = (c === label ? 1 - smoothing : 0) + smoothing / columns;
          row[c] = settle(known * factor * (row[c]! / sum - share), SMALLEST.gradient);
        }
      }
    },
    check: (subtract, { positive, others, zeros, length, arena }) => {
      const columns = checkedRows(length);
      subtract(3, columns, positive, others, placeLabels(arena, zeros, columns), 0.25, 0.1);
    },
  }),
  /** Rows whose largest entry, the first of equal ones, is the label's; a row with NaN hits nothing. */
  countHits: primitive<(rows: number, columns: number, x: number, labels: number) => number>({
    generate: countHits,
    loop: (arena) => (rows, columns, x, labels) => {
      const wanted = arena.floats(labels, rows);
      let hits = 0;
      for (let i = 0; i < rows; i++) {
        const row = arena.floats(x + 4 * i * columns, columns);
        if (row.indexOf(row.reduce((most, value) => Math.max(most, value), -Infinity)) === wanted[i]) hits++;
      }
      return hits;
    },
    check: (count, { positive, others, zeros, length, arena }) => {
      const columns = checkedRows(length);
      const labels = arena.floats(zeros, 3);
      const found = arena.floats(zeros + 64, 3);
      // Each column once, so that every row hits at some, and equal entries, of which the first counts.
      for (let label = 0; label < columns; label++) {
        labels.fill(label);
        found[0] = found[0]! + count(3, columns, positive, zeros);
      }
      arena.floats(others, columns).fill(0.5);
      labels.set([0, 0, 0.5]);
      found[1] = count(3, columns, others, zeros);
    },
  }),
  /** target (rows, columns) = 1 at each row's label, else 0; NaN if that is no class. */
  oneHots: primitive<(rows: number, columns: number, labels: number, target: number) => void>({
    generate: oneHots,
    loop: (arena) => (rows, columns, labels, target) => {
      for (const [i, label] of arena.floats(labels, rows).entries()) {
        const known = isClass(label, columns);
        arena.floats(target + 4 * i * columns, columns).fill(known ? 0 : NaN);
        if (known) arena.all[target / 4 + i * columns + label] = 1;
      }
    },
    check: (write, { positive, others, length, arena }) => {
      const columns = checkedRows(length);
      arena.floats(positive, 3).set([columns - 1, -1, 0]);
      write(3, columns, positive, others);
    },
  }),
};

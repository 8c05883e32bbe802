import { whileLeft } from "../generate/lanes.ts";
import { advance, constant, lines, local, set } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

/** Element (i, j) of target = that of source, each with its own steps between rows and columns in bytes. */
type CopyElements = (
  rows: number,
  columns: number,
  source: number,
  sourceRow: number,
  sourceColumn: number,
  target: number,
  targetRow: number,
  targetColumn: number,
) => void;

const inner = (label: string, width: number, steps: readonly [string, string], copy: string): string =>
  whileLeft(label, "left", width, [copy, advance("from", steps[0]), advance("to", steps[1])]);

const copyElements = (name: string): string => {
  const single = inner(
    "one",
    1,
    [local("sourceColumn"), local("targetColumn")],
    `(f32.store ${local("to")} (f32.load ${local("from")}))`,
  );
  const dense = `(i32.eq ${local("targetColumn")} ${constant(4)})`;
  return lines([
    `(func (export "${name}") (param $rows i32) (param $columns i32) (param $source i32) (param $sourceRow i32)`,
    "(param $sourceColumn i32) (param $target i32) (param $targetRow i32) (param $targetColumn i32)",
    "(local $from i32) (local $to i32) (local $left i32) (local $all v128)",
    whileLeft("row", "rows", 1, [
      set("from", local("source")),
      set("to", local("target")),
      set("left", local("columns")),
      // Neighbours by four, one number repeated by four; all else, and what is left, one by one.
      `(if (i32.and ${dense} (i32.eq ${local("sourceColumn")} ${constant(4)})) (then`,
      inner(
        "four",
        4,
        [constant(16), constant(16)],
        `(v128.store ${local("to")} (v128.load ${local("from")}))`,
      ),
      "))",
      `(if (i32.and ${dense} (i32.eqz ${local("sourceColumn")})) (then`,
      set("all", `(v128.load32_splat ${local("from")})`),
      inner("same", 4, [constant(0), constant(16)], `(v128.store ${local("to")} ${local("all")})`),
      "))",
      single,
      advance("source", local("sourceRow")),
      advance("target", local("targetRow")),
    ]),
    ")",
  ]);
};

export const STRIDED_COPY = {
  /** Repeats, transposes and picks as the steps say. */
  copyElements: primitive<CopyElements>({
    generate: copyElements,
    loop: (arena) => (rows, columns, source, sourceRow, sourceColumn, target, targetRow, targetColumn) => {
      const { all } = arena;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          all[(target + i * targetRow + j * targetColumn) / 4] =
            all[(source + i * sourceRow + j * sourceColumn) / 4]!;
        }
      }
    },
    check: (copy, { positive, others, zeros, length }) => {
      copy(2, length, positive, 4 * length + 4, 4, zeros, 4 * length, 4);
      copy(2, length, others, 4, 0, zeros + 8 * length, 4 * length, 4);
      copy(3, length, positive, 4, 12, zeros + 16 * length, 4, 12);
    },
  }),
};

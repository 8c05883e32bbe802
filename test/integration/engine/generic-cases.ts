import {
  BINARY_FUNCTIONS,
  UNARY_FUNCTIONS,
  type GenericOpName,
  type MapStep,
  type ReduceKind,
} from "../../../src/core/ops/generic-op.ts";
import { countOf, denseStrides } from "../../../src/core/ops/strides.ts";
import type { KernelCase } from "./kernel-case.ts";

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-40, 3e38];
/** Numbers of both signs and of some sizes, with all that is special. */
const any = (index: number): number =>
  SPECIAL[(index % 41) - 30] ?? Math.sin(index * 12.9898) * ([1, 1e-3, 10, 60][index % 4] ?? 1);
const positive = (index: number): number => Math.abs(Math.sin(index * 12.9898)) * 3;
/** Few different ones, so that some are equal. */
const coarse = (index: number): number => Math.round(Math.sin(index * 12.9898) * 8) / 4;

/** (rows, columns): by rows and by elements, shorter and longer than a block. */
const SIZES: readonly (readonly [number, number])[] = [
  [1, 1],
  [700, 9],
  [67, 901],
  [2, 20_001],
];

const mapCase = (title: string, shape: readonly number[], steps: readonly MapStep[]): KernelCase => ({
  title: `map ${title} over (${shape.join(", ")})`,
  operands: {
    x: { shape, fill: any },
    y: { shape, fill: (i) => any(i * 7 + 3) },
    row: { shape: shape.slice(-1), fill: positive },
    column: { shape: shape.slice(0, 1), fill: positive },
    one: { shape: [1], fill: () => 1.75 },
    out: { shape },
  },
  op: (t) => ({
    op: "map",
    shape,
    inputs: [
      { tensor: t.x, offset: 0, strides: denseStrides(shape) },
      { tensor: t.y, offset: 0, strides: denseStrides(shape) },
      { tensor: t.row, offset: 0, strides: [0, 1] },
      { tensor: t.column, offset: 0, strides: [1, 0] },
      { tensor: t.one, offset: 0, strides: [0, 0] },
    ],
    steps,
    out: t.out,
  }),
  result: "out",
  atol: 1e-6,
});

const [x, y, row, column, one] = [0, 1, 2, 3, 4].map((input) => ({ input })) as [
  MapStep,
  MapStep,
  MapStep,
  MapStep,
  MapStep,
];

/** More than a block, and more than one row in each. */
const MIDDLE = [67, 101];

const functions: readonly KernelCase[] = [
  ...UNARY_FUNCTIONS.map((fn) => mapCase(fn, MIDDLE, [x, { fn }])),
  ...BINARY_FUNCTIONS.flatMap((fn) => [
    mapCase(fn, MIDDLE, [x, y, { fn }]),
    mapCase(`${fn} number`, MIDDLE, [x, { value: 0.75 }, { fn }]),
    mapCase(`number ${fn}`, MIDDLE, [{ value: 2 }, x, { fn }]),
    mapCase(`${fn} row`, MIDDLE, [x, row, { fn }]),
    mapCase(`column ${fn}`, MIDDLE, [column, x, { fn }]),
    mapCase(`${fn} one`, MIDDLE, [x, one, { fn }]),
  ]),
];

const maps = SIZES.flatMap((shape): KernelCase[] => [
  mapCase("pow 2", shape, [x, { value: 2 }, { fn: "pow" }]),
  mapCase("where", shape, [x, { value: 0 }, { fn: "gt" }, y, row, { fn: "where" }]),
  mapCase("where numbers", shape, [x, { value: 1 }, one, { fn: "where" }]),
  mapCase("nothing", shape, [row]),
  mapCase("number", shape, [{ value: -1.5 }]),
  mapCase("a chain", shape, [
    x,
    row,
    { fn: "sub" },
    column,
    one,
    { fn: "add" },
    { fn: "div" },
    y,
    { fn: "maximum" },
  ]),
]);

const KINDS: readonly ReduceKind[] = ["sum", "max", "min", "argmax", "argmin"];
const REDUCED: readonly (readonly [readonly number[], readonly number[]])[] = [
  ...SIZES.flatMap((shape) => [[0], [1], [0, 1], []].map((axes) => [shape, axes] as const)),
  [[3, 20_001], [0]],
  [
    [40, 30, 20],
    [0, 2],
  ],
  [[40, 30, 20], [1]],
  [[1, 50, 400], [1]],
  [
    [1, 50, 400],
    [1, 2],
  ],
];

const reductions = REDUCED.flatMap(([shape, axes]) =>
  KINDS.flatMap((kind) =>
    [coarse, (i: number) => (i % 97 === 96 ? NaN : coarse(i))].map((fill, index): KernelCase => {
      const kept = shape.filter((_, d) => !axes.includes(d));
      return {
        title: `reduce ${kind}${index === 1 ? " with NaN" : ""} of (${shape.join(", ")}) over ${axes.join(", ")}`,
        operands: { x: { shape, fill }, out: { shape: kept.length === 0 ? [1] : kept } },
        op: (t) => ({
          op: "reduce",
          kind,
          shape,
          inputs: [{ tensor: t.x, offset: 0, strides: denseStrides(shape) }],
          steps: index === 1 ? [x, { fn: "neg" }] : [x],
          axes,
          scale: kind === "sum" ? 0.5 : 1,
          out: t.out,
        }),
        result: "out",
      };
    }),
  ),
);

/** A matrix turned round, cut out, repeated. */
const copies = SIZES.flatMap(([rows, columns]): KernelCase[] => {
  const x = { shape: [rows, columns], fill: coarse };
  const copyCase = (
    title: string,
    shape: readonly number[],
    from: { offset: number; strides: readonly number[] },
    out: readonly number[],
  ): KernelCase => ({
    title: `copy ${title} of (${rows}, ${columns})`,
    operands: { x, out: { shape: out, fill: (i) => -i } },
    op: (t) => ({
      op: "copy",
      shape,
      x: { tensor: t.x, ...from },
      out: { tensor: t.out, offset: countOf(out) - countOf(shape), strides: denseStrides(shape) },
    }),
    result: "out",
  });
  return [
    copyCase("transposed", [columns, rows], { offset: 0, strides: [1, columns] }, [columns, rows]),
    copyCase(
      "the lower half",
      [Math.ceil(rows / 2), columns],
      { offset: Math.floor(rows / 2) * columns, strides: [columns, 1] },
      [rows, columns],
    ),
    copyCase("repeated", [3, rows, columns], { offset: 0, strides: [0, columns, 1] }, [3, rows, columns]),
    copyCase("backwards", [rows, columns], { offset: rows * columns - 1, strides: [-columns, -1] }, [
      rows,
      columns,
    ]),
  ];
});

const indexOf = (size: number) => (i: number) =>
  i % 13 === 12 ? [-1, 0.5, NaN, size][i % 4] : (i * 7) % size;
const picking = SIZES.flatMap(([rows, columns]) =>
  (["take", "scatterAdd"] as const).flatMap((op) =>
    (["rows", "elements"] as const).flatMap((of) =>
      ["out", "outside"].map((result): KernelCase => {
        const [size, count] = [17, 40];
        const shape = of === "rows" ? [count, columns] : [rows];
        const strides = of === "rows" ? [0, 1] : [size];
        const axisStride = of === "rows" ? columns : 1;
        const large = of === "rows" ? [size, columns] : [rows, size];
        const indices = of === "rows" ? [1, 0] : [1];
        const outside = { shape: [1], dtype: "float64" as const };
        return {
          title: `${op} ${of} of (${large.join(", ")}), ${result}`,
          operands: {
            x: { shape: op === "take" ? large : shape, fill: coarse },
            indices: { shape: [of === "rows" ? count : rows], fill: indexOf(size) },
            out: { shape: op === "take" ? shape : large },
            outside,
          },
          op: (t) => {
            const picks = { tensor: t.indices, offset: 0, strides: indices };
            const common = {
              shape,
              indices: picks,
              axisStride,
              axisSize: size,
              out: t.out,
              outside: t.outside,
            };
            return op === "take"
              ? { op, ...common, x: { tensor: t.x, offset: 0, strides } }
              : {
                  op,
                  ...common,
                  g: { tensor: t.x, offset: 0, strides: denseStrides(shape) },
                  outStrides: strides,
                };
          },
          result,
        };
      }),
    ),
  ),
);

const draws = SIZES.flatMap((shape) =>
  (["normal", "uniform", "permutation"] as const).map((distribution): KernelCase => ({
    title: `draw ${distribution} (${shape.join(", ")})`,
    operands: { out: { shape } },
    op: (t) => ({ op: "draw", distribution, seed: 42, stream: 3, draw: 1, out: t.out }),
    result: "out",
  })),
);

/** The tensor language's ops on awkward shapes. */
export const GENERIC_CASES = {
  map: [...functions, ...maps],
  reduce: reductions,
  copy: copies,
  take: picking.filter(({ title }) => title.startsWith("take")),
  scatterAdd: picking.filter(({ title }) => title.startsWith("scatterAdd")),
  draw: draws,
} satisfies Record<GenericOpName, readonly KernelCase[]>;

import type { Op, OpName, TensorLike } from "./op.ts";
import { STATISTICS_LENGTH, TALLY_LENGTH } from "./op.ts";
import { GENERIC_SHARDING } from "./generic-sharding.ts";
import { LOSS_SHARDING } from "./loss-ops.ts";
import { OPTIMISER_SHARDING } from "./optimiser-ops.ts";
import {
  COST_NS,
  numel,
  read,
  readAll,
  reduction,
  rowsOf,
  single,
  update,
  write,
  type Access,
  type Phase,
} from "./phase.ts";

/** A worker's share of column moments (2, F): two sums in float64 and the centre that they are taken around in float32. */
const columnMomentBytes = (moments: TensorLike): number => numel(moments) * (8 + 2);

function rowWise<T extends TensorLike>(
  items: number,
  costNs: number,
  accesses: readonly Access<T>[],
): Phase<T> {
  return { name: "run", axis: "rows", items, accesses, partialBytes: 0, costNs };
}

/** Up to so many rows of a, each worker sums all of them for its own rows of Aᵀ @ B. */
const FEW_ROWS = 512;

/**
 * Whether Aᵀ @ B is split by the rows of the product instead of those of a: with a batch of training rows, partial
 * products as large as the weights would cost more to write and add up than the product itself.
 */
export const splitsByProduct = ({ a, transposeA }: Extract<Op<TensorLike>, { op: "matmul" }>): boolean =>
  transposeA && rowsOf(a) <= FEW_ROWS;

/** Columns of a stripe: whole panels of every set of kernels, so that a column's tile is the same in any stripe. */
export const STRIPE_COLUMNS = 16;

/** From so many columns on, products of at most so many rows are split by columns. */
const WORTH_STRIPES = { rows: 16, columns: 128 };

/** Items of a split by columns: whole lines of the cache. */
const stripesOf = (columns: number): number => Math.ceil(columns / STRIPE_COLUMNS);

/** The columns [first, end) of `columns` in stripes [begin, end). */
export const columnsOfStripes = (
  { begin, end }: { readonly begin: number; readonly end: number },
  columns: number,
): { readonly first: number; readonly end: number } => ({
  first: begin * STRIPE_COLUMNS,
  end: Math.min(columns, end * STRIPE_COLUMNS),
});

/** Each worker picks its own rows, or its own columns of all rows. */
function gather<T extends TensorLike>(out: T, sources: readonly T[], byInputs = false): Phase<T> {
  return {
    name: "run",
    axis: byInputs ? "columns" : "rows",
    items: byInputs ? stripesOf(out.shape[1] ?? 1) : rowsOf(out),
    accesses: [...sources.map(readAll), write(out)],
    partialBytes: 0,
    costNs: COST_NS.element * numel(out),
  };
}

/** Each worker's sums over its own inputs, then all of them added, with bias and relu, by rows. */
function sumByInputs<T extends TensorLike>(
  { x, w, bias, out }: Record<"x" | "w" | "bias" | "out", T>,
  outputs: readonly T[],
  costNs: number,
): readonly Phase<T>[] {
  return [
    {
      name: "partial",
      axis: "columns",
      items: stripesOf(x.shape[1] ?? 1),
      accesses: [read(x), read(w)],
      partialBytes: 4 * numel(out),
      costNs,
    },
    {
      name: "reduce",
      axis: "rows",
      items: rowsOf(out),
      accesses: [readAll(bias), ...outputs.map(write)],
      partialBytes: 0,
      costNs: COST_NS.element * numel(out) * (1 + outputs.length),
    },
  ];
}

/**
 * Whether A @ B with few rows is split by its columns: split by rows, each worker would read all of B, which then takes
 * longer than the sums, and a single row would be left to a single worker.
 */
export function splitsByColumns(op: Op<TensorLike>): boolean {
  if (op.op === "linear") return op.byInputs !== true && op.moments === null && hasFewRows(op.out);
  return op.op === "matmul" && !op.transposeA && hasFewRows(op.out);
}

const hasFewRows = (out: TensorLike): boolean =>
  rowsOf(out) <= WORTH_STRIPES.rows && (out.shape[1] ?? 1) >= WORTH_STRIPES.columns;

function columnWise<T extends TensorLike>(
  out: T,
  costNs: number,
  { reads, writes }: { readonly reads: readonly T[]; readonly writes: readonly T[] },
): Phase<T> {
  return {
    name: "run",
    axis: "columns",
    items: stripesOf(out.shape[1] ?? 1),
    accesses: [...reads.map(readAll), ...writes.map(write)],
    partialBytes: 0,
    costNs,
  };
}

type ShardingRules = {
  [K in OpName]: <T extends TensorLike>(op: Extract<Op<T>, { op: K }>) => readonly Phase<T>[];
};

const RULES: ShardingRules = {
  matmul: (op) => {
    const { a, b, out, transposeA } = op;
    const multiplyAdds = (numel(a) * numel(out)) / (transposeA ? (a.shape[1] ?? 1) : rowsOf(a));
    const costNs = multiplyAdds * COST_NS.multiplyAdd;
    if (splitsByColumns(op)) return [columnWise(out, costNs, { reads: [a, b], writes: [out] })];
    if (splitsByProduct(op)) return [rowWise(rowsOf(out), costNs, [readAll(a), readAll(b), write(out)])];
    return transposeA
      ? reduction([a, b], out, { rows: rowsOf(a), partialBytes: numel(out) * 4, costNs })
      : [rowWise(rowsOf(out), costNs, [read(a), readAll(b), write(out)])];
  },
  linear: (op) => {
    const { x, w, bias, out, relu, moments } = op;
    const costNs = numel(x) * (out.shape[1] ?? 1) * COST_NS.multiplyAdd;
    const outputs = relu === null ? [out] : [out, relu.out];
    if (op.byInputs === true) return sumByInputs(op, outputs, costNs);
    if (splitsByColumns(op)) return [columnWise(out, costNs, { reads: [x, w, bias], writes: outputs })];
    const accesses = [read(x), readAll(w), readAll(bias), ...outputs.map(write)];
    if (moments === null) return [rowWise(rowsOf(out), costNs, accesses)];
    const partialBytes = columnMomentBytes(moments);
    return reduction([], moments, { rows: rowsOf(out), partialBytes, costNs }).map((phase) =>
      phase.name === "partial" ? { ...phase, accesses } : phase,
    );
  },
  addBias: ({ x, bias, out }) => [
    rowWise(rowsOf(x), COST_NS.element * numel(x), [read(x), readAll(bias), write(out)]),
  ],
  relu: ({ x, out }) => [rowWise(rowsOf(x), COST_NS.element * numel(x), [read(x), write(out)])],
  reluBackward: ({ x, dy, dx }) => [
    rowWise(rowsOf(x), COST_NS.changed * numel(x), [read(x), read(dy), write(dx)]),
  ],
  activate: ({ x, out }) => [rowWise(rowsOf(x), COST_NS.exponential * numel(x), [read(x), write(out)])],
  activateBackward: ({ x, dy, dx }) => [
    rowWise(rowsOf(x), COST_NS.exponential * numel(x), [read(x), read(dy), write(dx)]),
  ],
  scale: ({ x, out }) => [rowWise(rowsOf(x), COST_NS.element * numel(x), [read(x), write(out)])],
  add: ({ a, b, out }) => [rowWise(rowsOf(a), COST_NS.element * numel(a), [read(a), read(b), write(out)])],
  dropout: ({ x, out, counter }) => [
    rowWise(rowsOf(x), COST_NS.element * numel(x), [read(x), readAll(counter), write(out)]),
  ],
  scaleColumns: ({ x, gain, out }) => [
    rowWise(rowsOf(x), COST_NS.element * numel(x), [read(x), readAll(gain), write(out)]),
  ],
  columnProducts: ({ a, b, out }) =>
    reduction([a, b], out, {
      rows: rowsOf(a),
      partialBytes: numel(out) * 8,
      costNs: 2 * COST_NS.element * numel(a),
    }),
  meanVariance: ({ moments, out }) => [single([readAll(moments), write(out)])],
  track: ({ running, batch }) => [single([readAll(batch), write(running)])],
  normalizeColumns: ({ x, meanVariance, out }) => [
    rowWise(rowsOf(x), COST_NS.element * numel(x), [read(x), readAll(meanVariance), write(out)]),
  ],
  normalizeColumnsBackward: ({ normalized, dy, gain, dgain, dshift, meanVariance, dx }) => [
    rowWise(rowsOf(dy), 2 * COST_NS.element * numel(dy), [
      read(normalized),
      read(dy),
      ...[gain, dgain, dshift, meanVariance].map(readAll),
      write(dx),
    ]),
  ],
  normalizeRows: ({ x, out }) => [rowWise(rowsOf(x), COST_NS.moment * numel(x), [read(x), write(out)])],
  normalizeRowsBackward: ({ x, dy, dx }) => [
    rowWise(rowsOf(x), 2 * COST_NS.moment * numel(x), [read(x), read(dy), write(dx)]),
  ],
  shiftImages: ({ x, out, counter }) => [
    rowWise(rowsOf(x), COST_NS.element * numel(x), [read(x), readAll(counter), write(out)]),
  ],
  columnSum: ({ x, out }) =>
    reduction([x], out, {
      rows: rowsOf(x),
      partialBytes: numel(out) * 8,
      costNs: COST_NS.element * numel(x),
    }),
  columnMoments: ({ x, out }) =>
    reduction([x], out, {
      rows: rowsOf(x),
      partialBytes: columnMomentBytes(out),
      costNs: 2 * COST_NS.element * numel(x),
    }),
  outerProductSum: ({ x, dy, out }) =>
    reduction([x, dy], out, {
      rows: rowsOf(x),
      partialBytes: numel(out) * 4,
      costNs: numel(x) * (dy.shape[1] ?? 1) * COST_NS.outerProduct,
    }),
  oneHot: ({ target, out }) => [
    rowWise(rowsOf(out), COST_NS.element * numel(out), [read(target), write(out)]),
  ],
  mse: ({ pred, target, loss }) =>
    reduction([pred, target], loss, {
      rows: rowsOf(pred),
      partialBytes: 8,
      costNs: COST_NS.element * numel(pred),
    }),
  mseBackward: ({ pred, target, dpred }) => [
    rowWise(rowsOf(pred), COST_NS.element * numel(pred), [read(pred), read(target), write(dpred)]),
  ],
  crossEntropy: ({ logits, target, loss }) =>
    reduction([logits, target], loss, {
      rows: rowsOf(logits),
      partialBytes: 8,
      costNs: COST_NS.exponential * numel(logits),
    }),
  crossEntropyBackward: ({ logits, target, dlogits }) => [
    rowWise(rowsOf(logits), COST_NS.exponential * numel(logits), [
      read(logits),
      read(target),
      write(dlogits),
    ]),
  ],
  // The merge of the partial moments writes all of `out` at once, so it is one item of one worker.
  statistics: ({ x, out }) =>
    reduction([x], out, {
      rows: rowsOf(x),
      partialBytes: STATISTICS_LENGTH * 8,
      costNs: COST_NS.moment * numel(x),
    }).map((phase) => (phase.name === "reduce" ? { ...phase, items: 1 } : phase)),
  histogram: ({ x, out }) =>
    reduction([x], out, { rows: rowsOf(x), partialBytes: numel(out) * 8, costNs: COST_NS.plain * numel(x) }),
  tally: ({ x, out }) =>
    reduction([x], out, {
      rows: rowsOf(x),
      partialBytes: TALLY_LENGTH * 8,
      costNs: COST_NS.element * numel(x),
    }),
  activeRows: ({ x, out }) =>
    reduction([x], out, {
      rows: rowsOf(x),
      partialBytes: numel(out) * 8,
      costNs: COST_NS.element * numel(x),
    }),
  gatherRows: ({ x, indices, out, byInputs }) => [gather(out, [x, indices], byInputs)],
  gatherBytes: ({ bytes, values, indices, out, byInputs }) => [
    gather(out, [bytes, values, ...(indices === null ? [] : [indices])], byInputs),
  ],
  ...OPTIMISER_SHARDING,
  lookUp: ({ values, counter, out }) => [single([readAll(values), readAll(counter), write(out)])],
  advance: ({ counter }) => [single([write(counter)])],
  squaredNorm: ({ x, out }) =>
    reduction([], out, {
      rows: numel(x),
      partialBytes: 8,
      costNs: COST_NS.element * numel(x),
    }).map((phase): Phase<typeof x> =>
      phase.name === "partial" ? { ...phase, axis: "elements", accesses: [read(x)] } : phase,
    ),
  squaredDistance: ({ a, b, out }) =>
    reduction([], out, {
      rows: numel(a),
      partialBytes: 8,
      costNs: COST_NS.element * numel(a),
    }).map((phase): Phase<typeof a> =>
      phase.name === "partial" ? { ...phase, axis: "elements", accesses: [read(a), read(b)] } : phase,
    ),
  rootRatio: ({ numerator, denominator, out }) => [
    single([readAll(numerator), ...(denominator === null ? [] : [readAll(denominator)]), write(out)]),
  ],
  zeroShare: ({ x, out }) => [single([readAll(x), write(out)])],
  clip: ({ x, squaredNorm }) => [{ ...update(x, [], [], [squaredNorm]), costNs: COST_NS.element * numel(x) }],
  accuracy: ({ logits, target, out }) =>
    reduction([logits, target], out, {
      rows: rowsOf(logits),
      partialBytes: 8,
      costNs: COST_NS.plain * numel(logits),
    }),
  record: ({ source }) => [
    { name: "run", axis: "elements", items: 1, accesses: [readAll(source)], partialBytes: 0, costNs: 1 },
  ],
  mark: () => [{ name: "run", axis: "elements", items: 1, accesses: [], partialBytes: 0, costNs: 1 }],
  ...LOSS_SHARDING,
  ...GENERIC_SHARDING,
};

/** The phases in which the workers carry out an op. Total over the op table. */
export function phasesOf<T extends TensorLike>(op: Op<T>): readonly Phase<T>[] {
  // The rule's parameter is the very op it is looked up by; TypeScript cannot follow that correlation.
  const rule = RULES[op.op] as (op: Op<T>) => readonly Phase<T>[];
  return rule(op);
}

import type { TensorLike } from "./tensor-like.ts";

/**
 * How one phase of an op touches a tensor:
 * `shard`: only this worker's items (its rows, or its elements of the flat tensor); `all`: the whole tensor.
 */
export interface Access<T> {
  readonly tensor: T;
  readonly part: "shard" | "all";
  readonly write: boolean;
}

/**
 * A step that all workers take together, each on its own contiguous range of `items`. Reductions take two phases:
 * `partial` leaves one result a worker in scratch, `reduce` adds them in the order of the workers, so the sum does
 * not depend on which worker was faster.
 */
export interface Phase<T> {
  readonly name: "run" | "partial" | "reduce";
  /** What is split among the workers: rows (the leading axis), elements, or stripes of columns. */
  readonly axis: "rows" | "elements" | "columns";
  readonly items: number;
  readonly accesses: readonly Access<T>[];
  /** Float64 scratch that each worker fills in `partial` and every worker may read in `reduce`. */
  readonly partialBytes: number;
  /** Rough time of one worker alone, in nanoseconds; decides how many workers are worth waking. */
  readonly costNs: number;
}

/**
 * What one worker takes, measured in November 2026 (Zen 5, one thread of two, data in the cache). They are constants,
 * because the number of threads decides the last bits of sums: it must not depend on the measurement of a day.
 */
export const COST_NS = {
  multiplyAdd: 0.02,
  /** One element of an outer product, written and added up in full. */
  outerProduct: 0.33,
  /** Vector loops: an element loaded, changed and stored. */
  element: 0.2,
  /** One that is changed by another: a parameter by its gradient, a gradient by its relu. */
  changed: 0.3,
  /** One operand of an expression, in blocks that stay in the first-level cache. */
  mapped: 0.05,
  /** Float64 sums, and their minimum, maximum and zeros. */
  moment: 1.2,
  exponential: 1.5,
  /** One at a time: the bins of a histogram, the largest of a row. */
  plain: 1,
} as const;

/**
 * Less than this for each worker, and a second one gains nothing: passing a barrier takes about a microsecond while
 * all workers are awake (2 cores, Zen 4 class, November 2026).
 */
export const WORTH_A_WORKER_NS = 4_000;

export const numel = (tensor: TensorLike): number =>
  tensor.shape.reduce((product, size) => product * size, 1);
export const rowsOf = (tensor: TensorLike): number => tensor.shape[0] ?? 1;

export const read = <T>(tensor: T): Access<T> => ({ tensor, part: "shard", write: false });
export const readAll = <T>(tensor: T): Access<T> => ({ tensor, part: "all", write: false });
export const write = <T>(tensor: T): Access<T> => ({ tensor, part: "shard", write: true });

/** Each worker changes its own elements of a parameter and of its states: one step of an optimiser. */
export function update<T extends TensorLike>(
  param: T,
  inputs: readonly T[],
  states: readonly T[],
  scalars: readonly T[],
): Phase<T> {
  return {
    name: "run",
    axis: "elements",
    items: numel(param),
    accesses: [write(param), ...states.map(write), ...inputs.map(read), ...scalars.map(readAll)],
    partialBytes: 0,
    costNs: COST_NS.changed * numel(param) * (1 + states.length),
  };
}

/** Each worker reduces its own rows of `inputs`, then each adds up its own elements of `out` over all workers. */
export function reduction<T extends TensorLike>(
  inputs: readonly T[],
  out: T,
  options: { readonly rows: number; readonly partialBytes: number; readonly costNs: number },
): readonly Phase<T>[] {
  return [
    {
      name: "partial",
      axis: "rows",
      items: options.rows,
      accesses: inputs.map(read),
      partialBytes: options.partialBytes,
      costNs: options.costNs,
    },
    {
      name: "reduce",
      axis: "elements",
      items: numel(out),
      accesses: [write(out)],
      partialBytes: 0,
      costNs: COST_NS.element * numel(out),
    },
  ];
}

/** One number, computed by one worker. */
export const single = <T>(accesses: readonly Access<T>[]): Phase<T> => ({
  name: "run",
  axis: "elements",
  items: 1,
  accesses,
  partialBytes: 0,
  costNs: 1,
});

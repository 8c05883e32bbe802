import {
  operandsOf,
  type GenericOp,
  type GenericOpName,
  type MapFunction,
  type MapStep,
  type StridedView,
} from "./generic-op.ts";
import { isOwn, reduceSplit, splitOf, type Split } from "./generic-split.ts";
import type { TensorLike } from "./tensor-like.ts";
import { COST_NS, numel, read, readAll, reduction, single, write, type Access, type Phase } from "./phase.ts";
import { countOf } from "./strides.ts";

const SLOW: ReadonlySet<MapFunction> = new Set(["exp", "log", "tanh", "sigmoid", "erf", "pow"]);
/** Numbers drawn one at a time. */
const DRAW_NS = 40;

/** One element of an expression. */
const mapCostNs = (steps: readonly MapStep[]): number =>
  steps.reduce<number>((sum, step) => {
    if (!("fn" in step)) return sum;
    return sum + (SLOW.has(step.fn) ? COST_NS.exponential : COST_NS.mapped * operandsOf(step.fn));
  }, COST_NS.element);

const readView = <T extends TensorLike>(
  view: StridedView<T>,
  shape: readonly number[],
  split: Split,
): Access<T> => (isOwn(view, shape, split) ? read(view.tensor) : readAll(view.tensor));

/** A result of one element an element of the iteration space, or one row a row. */
const writeOut = <T extends TensorLike>(out: T, { axis, items }: Split): Access<T> =>
  axis === "elements" || (out.shape[0] ?? 1) === items ? write(out) : writeAnywhere(out);

const writeAnywhere = <T>(tensor: T): Access<T> => ({ tensor, part: "all", write: true });

const run = <T extends TensorLike>(
  { axis, items }: Split,
  costNs: number,
  accesses: readonly Access<T>[],
): Phase<T> => ({ name: "run", axis, items, accesses, partialBytes: 0, costNs });

type Rules = {
  [K in GenericOpName]: <T extends TensorLike>(op: GenericOp<T, K>) => readonly Phase<T>[];
};

export const GENERIC_SHARDING: Rules = {
  map: ({ shape, inputs, steps, out }) => {
    const split = splitOf(shape);
    const reads = inputs.map((view) => readView(view, shape, split));
    return [run(split, mapCostNs(steps) * countOf(shape), [...reads, writeOut(out, split)])];
  },
  reduce: (op) => {
    const { shape, inputs, steps, out, kind } = op;
    const split = reduceSplit(op);
    const costNs = (mapCostNs(steps) + COST_NS.element) * countOf(shape);
    if (split.way === "results") {
      return [run(split, costNs, [...inputs.map(({ tensor }) => readAll(tensor)), write(out)])];
    }
    const reads = inputs.map((view) => readView(view, shape, split));
    if (split.way === "rows") return [run(split, costNs, [...reads, writeOut(out, split)])];
    const partialBytes = numel(out) * (kind === "argmax" || kind === "argmin" ? 16 : 8);
    return reduction([], out, { rows: split.items, partialBytes, costNs }).map((phase) =>
      phase.name === "partial" ? { ...phase, axis: split.axis, accesses: reads } : phase,
    );
  },
  copy: ({ shape, x, out }) => {
    const split = splitOf(shape);
    const writes = isOwn(out, shape, split) ? write(out.tensor) : writeAnywhere(out.tensor);
    return [run(split, 2 * COST_NS.element * countOf(shape), [readView(x, shape, split), writes])];
  },
  take: ({ shape, x, indices, out, outside }) => {
    const split = splitOf(shape);
    const costNs = COST_NS.plain * countOf(shape);
    const accesses = [readAll(x.tensor), readView(indices, shape, split), writeOut(out, split)];
    return reduction([], outside, { rows: split.items, partialBytes: 8, costNs }).map((phase) =>
      phase.name === "partial" ? { ...phase, axis: split.axis, accesses } : phase,
    );
  },
  // Every worker looks through all indices and adds to its own elements of `out`.
  scatterAdd: ({ shape, g, indices, out, outside }) => [
    run(elementsOf(out), COST_NS.plain * (countOf(shape) + numel(out)), [
      readAll(g.tensor),
      readAll(indices.tensor),
      write(out),
      writeAnywhere(outside),
    ]),
  ],
  draw: ({ distribution, out }) => {
    if (distribution === "permutation") return [single([writeAnywhere(out)])];
    const split = splitOf(out.shape);
    return [run(split, DRAW_NS * numel(out), [writeOut(out, split)])];
  },
};

const elementsOf = (out: TensorLike): Split => ({ axis: "elements", items: numel(out), length: 1 });

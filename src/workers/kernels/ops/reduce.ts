import type { GenericOp, ReduceKind } from "../../../core/ops/generic-op.ts";
import { reduceSplit } from "../../../core/ops/generic-split.ts";
import { numelOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import { countOf } from "../../../core/ops/strides.ts";
import {
  EXPRESSION_BLOCK,
  expressionBytes,
  resultsAtATime,
} from "../../../shared/engine/expression-scratch.ts";
import type { Kernels } from "../load/kernels.ts";
import type { Place, Reduce } from "../primitives/row-results.ts";
import { addPartials } from "./add-partials.ts";
import { blockEnd, compileExpression } from "./expression.ts";
import type { CompiledKernel, Kernel, KernelContext } from "./kernel.ts";

type Op = GenericOp<Tensor, "reduce">;

const isPlace = (kind: ReduceKind): boolean => kind === "argmax" || kind === "argmin";
/** What nothing is reduced to. */
const EMPTY: Readonly<Record<ReduceKind, number>> = {
  sum: 0,
  max: -Infinity,
  argmax: -Infinity,
  min: Infinity,
  argmin: Infinity,
};

interface Functions {
  readonly rows: Reduce | Place;
  readonly columns: Reduce | Place;
}

const functionsOf = (kind: ReduceKind, kernels: Kernels): Functions => {
  switch (kind) {
    case "sum":
      return { rows: kernels.addRows, columns: kernels.addColumns };
    case "max":
      return { rows: kernels.maximumOfRows, columns: kernels.maximumOfColumns };
    case "min":
      return { rows: kernels.minimumOfRows, columns: kernels.minimumOfColumns };
    case "argmax":
      return { rows: kernels.placeMaximumOfRows, columns: kernels.placeMaximumOfColumns };
    case "argmin":
      return { rows: kernels.placeMinimumOfRows, columns: kernels.placeMinimumOfColumns };
  }
};

/** Neighbouring dimensions that are all reduced, or all kept. */
interface Stretch {
  readonly size: number;
  readonly reduced: boolean;
}

function stretchesOf({ shape, axes }: Op): Stretch[] {
  const stretches: Stretch[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const reduced = axes.includes(d);
    const before = stretches.at(-1);
    if (before?.reduced === reduced) stretches[stretches.length - 1] = { size: before.size * size, reduced };
    else stretches.push({ size, reduced });
  });
  return stretches;
}

/** Float64 results, and behind them their places; `first` is the number of the first of them. */
class Results {
  readonly at: number;
  readonly places: number;
  readonly values: Float64Array;
  readonly found: Float64Array;

  constructor(context: KernelContext, at: number, length: number, kind: ReduceKind) {
    this.at = at;
    this.places = at + 8 * length;
    this.values = context.viewAt("float64", at, length);
    this.found = isPlace(kind) ? context.viewAt("float64", this.places, length) : this.values;
  }
}

/**
 * Adds blocks of the iteration space to results: stretches of the innermost reduced dimension are rows of one result
 * each, those of a kept one are columns. Blocks should begin at multiples of `alignment`: a row's sum must not depend on
 * where they do.
 */
function compileAccumulate(
  op: Op,
  kernels: Kernels,
  results: Results,
): { alignment: number; accumulate: (from: number, to: number, at: number, firstResult: number) => void } {
  const stretches = stretchesOf(op);
  const inner = stretches.at(-1) ?? { size: 1, reduced: true };
  const outer = stretches.slice(0, -1).reverse();
  const [next] = outer;
  const { rows: byRows, columns: byColumns } = functionsOf(op.kind, kernels);
  const accumulate = (from: number, to: number, at: number, firstResult: number): void => {
    for (let done = from; done < to;) {
      const column = done % inner.size;
      const row = (done - column) / inner.size;
      let [left, result, place] = [row, 0, 0];
      let [resultStep, placeStep] = [1, 1];
      for (const { size, reduced } of outer) {
        const index = left % size;
        left = (left - index) / size;
        if (reduced) {
          place += index * placeStep;
          placeStep *= size;
        } else {
          result += index * resultStep;
          resultStep *= size;
        }
      }
      const whole = column === 0 && to - done >= inner.size;
      // Rows that follow each other in the next dimension alone.
      const inNext = next === undefined ? 1 : next.size - (row % next.size);
      const height = whole ? Math.min(inNext, Math.floor((to - done) / inner.size)) : 1;
      const width = whole ? inner.size : Math.min(inner.size - column, to - done);
      const into = (inner.reduced ? result : result * inner.size + column) - firstResult;
      const first = inner.reduced ? place * inner.size + column : place;
      const kernel = inner.reduced ? byRows : byColumns;
      kernel(
        height,
        width,
        at + 4 * (done - from),
        4 * inner.size,
        results.at + 8 * into,
        results.places + 8 * into,
        first,
      );
      done += height * width;
    }
  };
  return { alignment: inner.size, accumulate };
}

/** One expression and what its blocks are added to. */
function compileBlocks(op: Op, context: KernelContext, results: Results) {
  const expression = compileExpression(op, context);
  const { alignment, accumulate } = compileAccumulate(op, context.kernels, results);
  const addRange = (from: number, to: number, firstResult: number): void => {
    for (let at = from; at < to;) {
      context.control.beat();
      const until = blockEnd(at, to, alignment, expression);
      accumulate(at, until, expression.evaluate(at, until, null), firstResult);
      at = until;
    }
  };
  return { expression, addRange };
}

/** Clears some results. */
function clear(results: Results, kind: ReduceKind, count: number): void {
  if (isPlace(kind)) results.found.fill(0, 0, count);
  results.values.fill(EMPTY[kind], 0, count);
}

/** Each worker's own results, some at a time: those of its rows, or its columns over all rows. */
function reduceOwn(op: Op, context: KernelContext): CompiledKernel {
  const { kind, scale, out } = op;
  const split = reduceSplit(op);
  const atATime = resultsAtATime(op);
  const scratch = context.scratchOffsetBytes + expressionBytes(op.steps, op.inputs.length);
  const results = new Results(context, Math.ceil(scratch / 8) * 8, atATime, kind);
  const target = context.view(out, "float32");
  const { expression, addRange } = compileBlocks(op, context, results);
  const putDown = (first: number, count: number): void => {
    for (let i = 0; i < count; i++) target[first + i] = scale * results.found[i]!;
  };

  const perItem = target.length / split.items;
  const itemsAtATime = Math.max(1, Math.floor(atATime / perItem));
  const ofRows = (begin: number, end: number): void => {
    for (let first = begin; first < end; first += itemsAtATime) {
      const last = Math.min(end, first + itemsAtATime);
      const count = (last - first) * perItem;
      clear(results, kind, count);
      addRange(first * split.length, last * split.length, first * perItem);
      putDown(first * perItem, count);
    }
  };
  const rows = countOf(op.shape) / target.length;
  const ofColumns = (begin: number, end: number): void => {
    for (let first = begin; first < end; first += EXPRESSION_BLOCK) {
      const last = Math.min(end, first + EXPRESSION_BLOCK);
      clear(results, kind, last - first);
      for (let row = 0; row < rows; row++) {
        addRange(row * target.length + first, row * target.length + last, first);
      }
      putDown(first, last - first);
    }
  };
  return {
    prepare: expression.prepare,
    run: (begin, end) => {
      expression.begin();
      if (split.way === "rows") ofRows(begin, end);
      else ofColumns(begin, end);
    },
  };
}

/** Each worker's share of all results. */
function reducePartial(op: Op, context: KernelContext): CompiledKernel {
  const { length } = reduceSplit(op);
  const count = numelOf(op.out.shape);
  const results = new Results(context, context.partialOffset(), count, op.kind);
  const { expression, addRange } = compileBlocks(op, context, results);
  return {
    prepare: () => {
      expression.prepare();
      clear(results, op.kind, count);
    },
    run: (begin, end) => {
      expression.begin();
      addRange(begin * length, end * length, 0);
    },
  };
}

/** The best of the workers' results, in the order of the workers; the first of equal ones, the first NaN before all. */
function mergePartials({ kind, out }: Op, context: KernelContext): CompiledKernel {
  const target = context.view(out, "float32");
  const partials = Array.from(
    { length: context.step.partialThreads },
    (_, worker) => new Results(context, context.partialOffset(worker), target.length, kind),
  );
  const largest = kind === "max" || kind === "argmax";
  const isBeyond = (one: number, other: number): boolean =>
    (largest ? one > other : one < other) || (Number.isNaN(one) && !Number.isNaN(other));
  return {
    run: (begin, end) => {
      for (let i = begin; i < end; i++) {
        let best = partials[0]!;
        for (const partial of partials) if (isBeyond(partial.values[i]!, best.values[i]!)) best = partial;
        target[i] = best.found[i]!;
      }
    },
  };
}

/** out = scale · Σ, max, min or their places over some dimensions of steps(inputs). */
export const reduce: Kernel<"reduce"> = (op, context) => {
  if (context.step.phase === "run") return reduceOwn(op, context);
  if (context.step.phase === "partial") return reducePartial(op, context);
  return op.kind === "sum" ? addPartials(op.out, context, { scale: op.scale }) : mergePartials(op, context);
};

import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { CompiledKernel, KernelContext } from "./kernel.ts";

/** Elements between two heartbeats: under a millisecond, of plain JavaScript too. */
export const BLOCK = 65_536;

/** Elements of one row: the product of all axes after the first. */
export const rowLength = (shape: readonly number[]): number =>
  shape.slice(1).reduce((n, size) => n * size, 1);

/** First byte of a float32 tensor. @throws {TypeError} If the tensor has another element type. */
export const floatsOf = (tensor: Tensor, context: KernelContext): number =>
  context.view(tensor, "float32").byteOffset;

/** Runs `visit(first, last)` over the elements of the rows asked for in blocks, with a heartbeat before each. */
export function inBlocks(
  context: KernelContext,
  length: number,
  visit: (from: number, to: number) => void,
): CompiledKernel {
  return {
    run: (begin, end) => {
      const to = end * length;
      for (let at = begin * length; at < to; at += BLOCK) {
        context.control.beat();
        visit(at, Math.min(to, at + BLOCK));
      }
    },
  };
}

/** As `inBlocks`, of what is summed up in float64: this worker's share begins with 0 and grows by what `visit` returns. */
export function sumInBlocks(
  context: KernelContext,
  length: number,
  visit: (from: number, to: number) => number,
): CompiledKernel {
  const sum = context.viewAt("float64", context.partialOffset(), 1);
  return {
    prepare: () => {
      sum[0] = 0;
    },
    run: inBlocks(context, length, (from, to) => {
      sum[0] = sum[0]! + visit(from, to);
    }).run,
  };
}

/** Runs `visit(first row, rows)` over the rows asked for, at most `rows` of them at a time, with a heartbeat before each. */
export function inRowBlocks(
  context: KernelContext,
  rows: number,
  visit: (first: number, count: number) => void,
): CompiledKernel {
  return {
    run: (begin, end) => {
      for (let row = begin; row < end; row += rows) {
        context.control.beat();
        visit(row, Math.min(rows, end - row));
      }
    },
  };
}

/** Before each repeat, this worker's share of counts and sums is 0. */
export function clearedPartials(
  context: KernelContext,
  length: number,
): { readonly at: number; readonly prepare: () => void } {
  const at = context.partialOffset();
  const partials = context.viewAt("float64", at, length);
  return {
    at,
    prepare: () => {
      partials.fill(0);
    },
  };
}

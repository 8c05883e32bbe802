import { collapse } from "../../../core/ops/strides.ts";
import type { Kernels } from "../load/kernels.ts";

/** Steps in elements between neighbours of one dimension. */
interface Step {
  readonly size: number;
  readonly source: number;
  readonly target: number;
}

/** Rows that are transposed at a time, so that what they are written to stays in the cache. */
const TRANSPOSED_ROWS = 64;

/**
 * Copies elements [from, to), in the flat order of an iteration space, from where `source` strides lead to where
 * `target` strides lead. Compiled once: two inner dimensions are one call of a kernel, the outer ones a loop.
 */
export function compileStridedCopy(
  kernels: Kernels,
  shape: readonly number[],
  source: readonly number[],
  target: readonly number[],
): (from: number, to: number, sourceAt: number, targetAt: number) => void {
  const dimensions = collapse(shape, [source, target]).map(
    ({ size, strides: [step = 0, into = 0] }): Step => ({ size, source: step, target: into }),
  );
  const one: Step = { size: 1, source: 0, target: 0 };
  const columns = dimensions.at(-1) ?? one;
  const rows = dimensions.at(-2) ?? one;
  const outer = dimensions.slice(0, -2).reverse();
  const plane = rows.size * columns.size;

  const copyPlane = (height: number, width: number, from: number, to: number): void => {
    if (rows.source === 1 && columns.target === 1 && columns.source > 1 && height > 1) {
      for (let row = 0; row < height; row += TRANSPOSED_ROWS) {
        const count = Math.min(TRANSPOSED_ROWS, height - row);
        kernels.copyTransposed(
          width,
          count,
          from + 4 * row,
          4 * columns.source,
          to + 4 * row * rows.target,
          4 * rows.target,
        );
      }
      return;
    }
    kernels.copyElements(
      height,
      width,
      from,
      4 * rows.source,
      4 * columns.source,
      to,
      4 * rows.target,
      4 * columns.target,
    );
  };

  return (from, to, sourceAt, targetAt) => {
    for (let at = from; at < to;) {
      let [left, sourceOffset, targetOffset] = [Math.floor(at / plane), 0, 0];
      for (const { size, source: step, target: into } of outer) {
        const index = left % size;
        left = (left - index) / size;
        sourceOffset += index * step;
        targetOffset += index * into;
      }
      const within = at % plane;
      const column = within % columns.size;
      const row = (within - column) / columns.size;
      sourceOffset += row * rows.source + column * columns.source;
      targetOffset += row * rows.target + column * columns.target;
      const whole = column === 0 && to - at >= columns.size;
      const height = whole ? Math.min(rows.size - row, Math.floor((to - at) / columns.size)) : 1;
      const width = whole ? columns.size : Math.min(columns.size - column, to - at);
      copyPlane(height, width, sourceAt + 4 * sourceOffset, targetAt + 4 * targetOffset);
      at += height * width;
    }
  };
}

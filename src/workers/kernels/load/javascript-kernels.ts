import { PANEL_COLUMNS } from "../../../shared/engine/instruction-sets.ts";
import { START } from "../../../shared/engine/kernel-scratch.ts";
import { addMoment, columnMomentsAt, type ColumnMoments } from "../primitives/column-sums.ts";
import { shiftedRelu } from "../primitives/elementwise.ts";
import { ArenaNumbers } from "../primitives/primitive.ts";
import { primitiveKernels } from "../primitives/primitive-table.ts";
import type { Kernels, LayoutOfA, MultiplyDots, MultiplyTiles } from "./kernels.ts";

/** Element (i, k) of A lies at a + stepI · i + stepK · k, (k, j) of B at b + stepOfK · k + stepOfJ · j, in floats. */
function multiply(
  f: Float32Array,
  [rows, depth, width]: readonly [number, number, number],
  a: { at: number; stepI: number; stepK: number },
  b: { at: number; stepK: number; stepJ: number },
  c: { at: number; stride: number; start: number; bias: number; relu: number; shift: number },
  moments: ColumnMoments | null,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      const target = c.at + i * c.stride + j;
      let sum = c.start === START.zero ? 0 : f[target]!;
      let atA = a.at + i * a.stepI;
      let atB = b.at + j * b.stepJ;
      for (let k = 0; k < depth; k++, atA += a.stepK, atB += b.stepK) sum += f[atA]! * f[atB]!;
      f[target] = c.bias === 0 ? sum : sum + f[c.bias / 4 + j]!;
      if (c.relu !== 0) f[target + c.relu / 4] = shiftedRelu(f[target], c.shift);
      if (moments === null) continue;
      addMoment(moments, j, f[target + c.relu / 4]!);
    }
  }
}

const momentsAt = (
  arena: ArenaNumbers,
  width: number,
  sums: number,
  squares: number,
  centres: number,
): ColumnMoments | null => (sums === 0 ? null : columnMomentsAt(arena, width, sums, squares, centres));

/** One tile function: bytes in, floats inside. */
const tiles =
  (arena: ArenaNumbers, layout: LayoutOfA, width: number): MultiplyTiles =>
  (rows, depth, a, strideA, b, strideB, c, strideC, start, bias, relu, shift, sums, squares, centres) => {
    const [stepI, stepK] = layout === "rows" ? [strideA / 4, 1] : [1, strideA / 4];
    multiply(
      arena.all,
      [rows, depth, width],
      { at: a / 4, stepI, stepK },
      { at: b / 4, stepK: strideB / 4, stepJ: 1 },
      { at: c / 4, stride: strideC / 4, start, bias, relu, shift },
      momentsAt(arena, width, sums, squares, centres),
    );
  };

const dots =
  (arena: ArenaNumbers, width: number): MultiplyDots =>
  (rows, depth, a, strideA, b, strideB, c, strideC, start, bias, relu, shift, sums, squares, centres) => {
    multiply(
      arena.all,
      [rows, depth, width],
      { at: a / 4, stepI: strideA / 4, stepK: 1 },
      { at: b / 4, stepK: 1, stepJ: strideB / 4 },
      { at: c / 4, stride: strideC / 4, start, bias, relu, shift },
      momentsAt(arena, width, sums, squares, centres),
    );
  };

const byWidth = <T>(widths: readonly number[], make: (width: number) => T): Record<number, T> =>
  Object.fromEntries(widths.map((width) => [width, make(width)]));

/**
 * The kernels in plain loops over the arena: some fifty times slower than with vectors, and right everywhere. Used
 * only where no WebAssembly module can be.
 */
export function javascriptKernels(memory: WebAssembly.Memory): Kernels {
  const arena = new ArenaNumbers(memory);
  const widths = [4, 3, 2, 1];
  return {
    ...primitiveKernels((_name, { loop }) => loop(arena)),
    instructionSet: "javascript",
    panelColumns: PANEL_COLUMNS.javascript,
    rows: byWidth(widths, (width) => tiles(arena, "rows", width)),
    columns: byWidth(widths, (width) => tiles(arena, "columns", width)),
    dots: byWidth([1, 2, 3], (width) => dots(arena, width)),
    peaks: {},
  };
}

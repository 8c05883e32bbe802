import { DEPTH_BLOCK, EDGE_TILE_BYTES, paddedToPanels, PANEL_COLUMNS } from "../../shared/kernel-scratch.ts";
import { addPartials } from "./add-partials.ts";
import type { Kernel, KernelContext } from "./kernel.ts";

const TILE_ROWS = 4;
/** Rows of tiles between two heartbeats; at 784 × 50 about a tenth of a millisecond. */
const ROWS_PER_BEAT = 64;

/** Where the tiles of one product lie; bytes throughout. */
interface TileWalk {
  readonly depth: number;
  readonly a: number;
  readonly strideA: number;
  readonly transposedA: boolean;
  readonly panels: number;
  readonly c: number;
  readonly rows: number;
  readonly columns: number;
  readonly accumulate: boolean;
}

/** Packs B (depth, columns), or its transpose, into panels of 8 columns, zero beyond the last column. */
function packPanels(
  source: Float32Array,
  packed: Float32Array,
  layout: { depth: number; columns: number; rowStride: number; columnStride: number; start: number },
): void {
  const { depth, columns, rowStride, columnStride, start } = layout;
  let at = 0;
  for (let first = 0; first < columns; first += PANEL_COLUMNS) {
    const width = Math.min(PANEL_COLUMNS, columns - first);
    for (let k = 0; k < depth; k++) {
      const row = start + k * rowStride + first * columnStride;
      for (let j = 0; j < width; j++) packed[at + j] = source[row + j * columnStride]!;
      for (let j = width; j < PANEL_COLUMNS; j++) packed[at + j] = 0;
      at += PANEL_COLUMNS;
    }
  }
}

/** Walks C tile by tile; tiles that hang over the right edge go through a small tile of their own. */
function tileMultiplier(context: KernelContext): (walk: TileWalk) => void {
  const { wasm, control, scratchOffsetBytes: edgeTile } = context;
  const edge = context.viewAt("float32", edgeTile, TILE_ROWS * PANEL_COLUMNS);
  const memory = context.viewAt("float32", 0, context.arenaBytes / 4);

  const multiplyEdge = (
    tile: typeof wasm.tile4x8,
    rows: number,
    width: number,
    walk: TileWalk,
    a: number,
    b: number,
    c: number,
  ): void => {
    const strideC = walk.columns;
    const first = c / 4;
    if (walk.accumulate) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < width; j++) {
          edge[i * PANEL_COLUMNS + j] = memory[first + i * strideC + j]!;
        }
      }
    }
    tile(walk.depth, a, walk.strideA, b, edgeTile, 4 * PANEL_COLUMNS, walk.accumulate ? 1 : 0);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < width; j++) {
        memory[first + i * strideC + j] = edge[i * PANEL_COLUMNS + j]!;
      }
    }
  };

  return (walk) => {
    const { depth, rows, columns, transposedA, strideA } = walk;
    const wide = transposedA ? wasm.tile4x8TransposedA : wasm.tile4x8;
    const narrow = transposedA ? wasm.tile1x8TransposedA : wasm.tile1x8;
    const accumulate = walk.accumulate ? 1 : 0;
    const strideC = 4 * columns;
    const panelBytes = 4 * PANEL_COLUMNS * depth;
    for (let i = 0; i < rows;) {
      if (i % ROWS_PER_BEAT < TILE_ROWS) control.beat();
      const height = rows - i >= TILE_ROWS ? TILE_ROWS : 1;
      const tile = height === TILE_ROWS ? wide : narrow;
      const a = walk.a + i * (transposedA ? 4 : strideA);
      for (let j = 0, b = walk.panels; j < columns; j += PANEL_COLUMNS, b += panelBytes) {
        const c = walk.c + i * strideC + 4 * j;
        const width = columns - j;
        if (width >= PANEL_COLUMNS) tile(depth, a, strideA, b, c, strideC, accumulate);
        else multiplyEdge(tile, height, width, walk, a, b, c);
      }
      i += height;
    }
  };
}

/** out rows [begin, end) = A @ B: A is read where it lies, B is packed by each worker for itself. */
const multiplyRows: Kernel<"matmul"> = ({ a, b, out, transposeB, accumulate }, context) => {
  const [, columns = 1] = out.shape;
  const [, depth = 1] = a.shape;
  const source = context.view(b, "float32");
  const panels = context.scratchOffsetBytes + EDGE_TILE_BYTES;
  const packed = context.viewAt("float32", panels, depth * paddedToPanels(columns));
  const layout = {
    depth,
    columns,
    rowStride: transposeB ? 1 : columns,
    columnStride: transposeB ? depth : 1,
    start: 0,
  };
  const walk: TileWalk = {
    depth,
    a: a.offsetBytes + context.begin * depth * 4,
    strideA: depth * 4,
    transposedA: false,
    panels,
    c: out.offsetBytes + context.begin * columns * 4,
    rows: context.end - context.begin,
    columns,
    accumulate,
  };
  const multiply = tileMultiplier(context);
  return () => {
    packPanels(source, packed, layout);
    multiply(walk);
  };
};

/** This worker's share of Aᵀ @ B: the rows [begin, end) of a and b, in blocks whose panel of b stays in cache. */
const multiplyTransposedPartial: Kernel<"matmul"> = ({ a, b, out, transposeB }, context) => {
  const [, columns = 1] = out.shape;
  const [totalDepth = 1, rows = 1] = a.shape;
  const source = context.view(b, "float32");
  const panels = context.scratchOffsetBytes + EDGE_TILE_BYTES;
  const packed = context.viewAt("float32", panels, DEPTH_BLOCK * paddedToPanels(columns));
  const partial = context.partialOffset();
  const rowStride = transposeB ? 1 : columns;
  const columnStride = transposeB ? totalDepth : 1;
  const multiply = tileMultiplier(context);
  return () => {
    for (let first = context.begin; first < context.end; first += DEPTH_BLOCK) {
      const depth = Math.min(DEPTH_BLOCK, context.end - first);
      packPanels(source, packed, { depth, columns, rowStride, columnStride, start: first * rowStride });
      multiply({
        depth,
        a: a.offsetBytes + first * rows * 4,
        strideA: rows * 4,
        transposedA: true,
        panels,
        c: partial,
        rows,
        columns,
        accumulate: first > context.begin,
      });
    }
  };
};

/** out = A @ B by tiles of 4 × 8; a reduction over rows of a (xᵀ·dy) leaves partial sums first. */
export const matmul: Kernel<"matmul"> = (op, context) => {
  switch (context.step.phase) {
    case "run":
      return multiplyRows(op, context);
    case "partial":
      return multiplyTransposedPartial(op, context);
    case "reduce":
      return addPartials(op.out, context, { partialType: "float32", accumulate: op.accumulate, scale: 1 });
  }
};

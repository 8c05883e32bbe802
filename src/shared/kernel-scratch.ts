import type { Op } from "../core/ops/op.ts";
import { numelOf, type Tensor } from "../core/ops/recording-ops.ts";

/** Columns of a packed panel of B: the width of the micro-kernels' tile. */
export const PANEL_COLUMNS = 8;

/** Rows of x and dy that xᵀ·dy takes at a time: its packed panel of dy stays in the first-level cache. */
export const DEPTH_BLOCK = 240;

/** One 4 × 8 float32 tile at the beginning of the scratch, for tiles that hang over an edge. */
export const EDGE_TILE_BYTES = 4 * PANEL_COLUMNS * 4;

/** Four lanes a vector: a row of dy padded to whole vectors. */
export const paddedToVectors = (columns: number): number => Math.ceil(columns / 4) * 4;

/** Columns padded to whole panels. */
export const paddedToPanels = (columns: number): number => Math.ceil(columns / PANEL_COLUMNS) * PANEL_COLUMNS;

/** Private scratch that a worker needs for an op: packed panels, or the outer products of a chunk of rows. */
export function scratchBytesOf(op: Op<Tensor>): number {
  if (op.op === "matmul") {
    const columns = paddedToPanels(op.out.shape[1] ?? 1);
    const depth = op.transposeA ? DEPTH_BLOCK : (op.a.shape[1] ?? 1);
    return EDGE_TILE_BYTES + depth * columns * 4;
  }
  if (op.op === "outerProductSum") {
    const columns = paddedToVectors(op.dy.shape[1] ?? 1);
    return EDGE_TILE_BYTES + columns * 4 + op.chunkRows * (numelOf(op.x.shape.slice(1)) * columns) * 4;
  }
  return EDGE_TILE_BYTES;
}

import { isGeneric } from "../../core/ops/generic-op.ts";
import { asGeneric, isLossOp } from "../../core/ops/loss-ops.ts";
import { splitsByColumns } from "../../core/ops/sharding.ts";
import type { Op } from "../../core/ops/op.ts";
import { numelOf, type Tensor } from "../../core/ops/recording-ops.ts";
import { cacheBlocks, DEPTH_BLOCK, LONGEST_PASS } from "./cache-blocks.ts";
import { genericScratchBytes } from "./expression-scratch.ts";

/** What the sums of a tile begin with: nothing, or what lies in C. */
export const START = { zero: 0, sums: 1 } as const;

/** B is packed as a whole, once, up to this size: larger ones would leave a second-level cache of 1 MB no room for A. */
export const RESIDENT_B_BYTES = 384 * 1024;

/** A larger B is packed slab by slab, each one pass deep and as many columns wide as fit: a part of the last-level cache. */
export const SLAB_BYTES = 1024 * 1024;

/** Packed rows lie this many bytes further apart than they are long: a power of two would meet few cache sets. */
export const PACKED_PADDING_BYTES = 64;

/** Arena bytes that testing and timing kernels write to: three operands and scratch. */
export const VERIFICATION_BYTES = 4 * 1024 * 1024;

/** The same where blocks for all sizes of caches are timed. */
export const TUNING_BYTES = 8 * 1024 * 1024;

/** Four lanes a vector: columns padded to whole vectors. */
export const paddedToVectors = (columns: number): number => Math.ceil(columns / 4) * 4;

/** Bytes of B packed as a whole: each panel padded to whole vectors. */
export const packedBytesOfB = (depth: number, columns: number): number =>
  depth * paddedToVectors(columns) * 4;

/** Sums of a tile of dot products on their way out of the registers. */
export const DOTS_BYTES = 384;

/** Bytes of a worker's share of a product that is formed transposed. */
export const turnedBytes = (rows: number, columns: number): number => paddedToVectors(rows * columns) * 4;

/**
 * Scratch at `packedB`, after it `packedA` and after that the dot products' sums, for a product with the given operands
 * in blocks for `cacheBytes`.
 */
export function productScratch(
  depth: number,
  columns: number,
  cacheBytes: number,
): { bytesOfB: number; bytesOfA: number; bytes: number } {
  const whole = packedBytesOfB(depth, columns);
  const bytesOfB =
    whole <= RESIDENT_B_BYTES
      ? whole
      : Math.min(packedBytesOfB(Math.min(depth, LONGEST_PASS), columns), SLAB_BYTES);
  const { packedRows } = cacheBlocks(cacheBytes);
  const bytesOfA = (packedRows * 4 + PACKED_PADDING_BYTES) * DEPTH_BLOCK;
  return { bytesOfB, bytesOfA, bytes: bytesOfB + bytesOfA + DOTS_BYTES };
}

/** The most that a stripe of the columns needs: a part of B may be kept packed where the whole would be too large. */
function stripesScratchBytes(depth: number, columns: number, cacheBytes: number): number {
  const { bytes, bytesOfB } = productScratch(depth, columns, cacheBytes);
  return bytes - bytesOfB + Math.max(bytesOfB, Math.min(packedBytesOfB(depth, columns), RESIDENT_B_BYTES));
}

/** Rows whose exponentials are taken at a time. */
export const EXPONENTIAL_ROWS = 64;

/** Private scratch that a worker needs for an op: packed operands, or the outer products of a chunk of rows. */
export function scratchBytesOf(op: Op<Tensor>, cacheBytes: number): number {
  if (splitsByColumns(op) && (op.op === "matmul" || op.op === "linear")) {
    const depth = (op.op === "linear" ? op.x : op.a).shape[1] ?? 1;
    return stripesScratchBytes(depth, op.out.shape[1] ?? 1, cacheBytes);
  }
  if (op.op === "matmul") {
    const [rows = 1, columns = 1] = op.out.shape;
    const depth = (op.transposeA ? op.a.shape[0] : op.a.shape[1]) ?? 1;
    // A sum over rows of a may be formed transposed, with the sides changed.
    const { bytes } = productScratch(depth, op.transposeA ? Math.max(rows, columns) : columns, cacheBytes);
    return bytes + (op.transposeA ? turnedBytes(rows, columns) : 0);
  }
  if (op.op === "linear") return productScratch(op.x.shape[1] ?? 1, op.out.shape[1] ?? 1, cacheBytes).bytes;
  if (op.op === "statistics") return 64;
  if (op.op === "crossEntropy" || op.op === "crossEntropyBackward") {
    const rowBytes = 4 * (op.logits.shape[1] ?? 1);
    return EXPONENTIAL_ROWS * (8 + (op.op === "crossEntropy" ? rowBytes : 0));
  }
  if (op.op === "normalizeColumns") return 4 * (op.x.shape[1] ?? 1);
  if (op.op === "normalizeColumnsBackward") return 3 * 4 * (op.dy.shape[1] ?? 1);
  if (op.op === "outerProductSum") {
    const columns = paddedToVectors(op.dy.shape[1] ?? 1);
    return columns * 4 + op.chunkRows * (numelOf(op.x.shape.slice(1)) * columns) * 4;
  }
  if (isLossOp<Tensor>(op)) return genericScratchBytes(asGeneric(op));
  return isGeneric(op) ? genericScratchBytes(op) : 0;
}

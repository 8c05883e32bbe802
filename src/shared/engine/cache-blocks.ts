/** Second-level cache of a worker where nothing is known of it: of most CPUs that have been sold since 2021. */
export const USUAL_CACHE_BYTES = 1024 * 1024;

/** Blocks for less would be too small for the tiles, for more too large for the first-level cache's misses to be hidden. */
export const SMALLEST_CACHE_BYTES = 256 * 1024;
export const LARGEST_CACHE_BYTES = 2 * 1024 * 1024;

/** Depth that a dot product is summed over at a time. It is the same everywhere, because it decides the last bits. */
export const DEPTH_BLOCK = 256;

/**
 * Depth after which a tile puts its sums down, where B is packed: reading and writing C cost a fifth of a large product
 * that did so every 256 values, while a panel of B streams from the second-level cache as fast as from the first.
 */
export const PASS_DEPTH = 1024;

/** A pass may be this long where it saves another. */
export const LONGEST_PASS = 1280;

/** How work is cut for a second-level cache. None of it changes how an element is summed. */
export interface CacheBlocks {
  /** Rows of an A stored in columns that are packed at a time: with DEPTH_BLOCK values each, half of the cache. */
  readonly packedRows: number;
  /** Rows of A that go along the packed panels of B at a time: with a depth of 784, three eighths of the cache. */
  readonly streamedRows: number;
  /** What a block of rows may take in all tensors of a group, beside packed weights and growing sums. */
  readonly groupBytes: number;
}

/** Tiles are 8 or 6 rows high at most; a block of streamed rows is made of whole ones of 6. */
const TILE_ROWS = 6;

/** Blocks for a worker that has `cacheBytes` of second-level cache for itself. */
export function cacheBlocks(cacheBytes: number): CacheBlocks {
  return {
    packedRows: Math.floor(cacheBytes / 2 / (DEPTH_BLOCK * 4)),
    streamedRows: TILE_ROWS * Math.floor((cacheBytes * 21) / USUAL_CACHE_BYTES),
    groupBytes: Math.floor((cacheBytes * 7) / 16),
  };
}

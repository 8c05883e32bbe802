import { cacheBlocks, DEPTH_BLOCK, LONGEST_PASS, PASS_DEPTH } from "../../../shared/engine/cache-blocks.ts";
import {
  PACKED_PADDING_BYTES,
  packedBytesOfB,
  paddedToVectors,
  productScratch,
  RESIDENT_B_BYTES,
  SLAB_BYTES,
  START,
} from "../../../shared/engine/kernel-scratch.ts";
import { columnMomentPlaces } from "./column-moments.ts";
import type { MultiplyDots, Kernels } from "../load/kernels.ts";

/** A float32 matrix in the arena, rows contiguous; bytes throughout. Read transposed with `transposed`. */
export interface MatrixPlace {
  readonly at: number;
  readonly stride: number;
  readonly transposed: boolean;
}

/** C (rows, columns) = A (rows, depth) @ B (depth, columns), or C += … with `accumulate`. */
export interface Product {
  /** All rows, of which a worker may ask for some: how an element is summed must not depend on the other workers. */
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Where this worker's part begins, when the sums are cut along the depth; B is then not kept packed. */
  readonly firstDepth?: number;
  readonly a: MatrixPlace;
  readonly b: MatrixPlace;
  readonly c: { readonly at: number; readonly stride: number };
  readonly accumulate: boolean;
  /** What happens to C in the registers; the sums are not cut along the depth then. */
  readonly epilogue?: Epilogue;
}

/**
 * + bias (columns,), max(C, 0) − shift into a second matrix laid out as C, and at `momentsAt` the sums over the rows of
 * the last of these, see column-moments.ts.
 */
export interface Epilogue {
  readonly biasAt: number;
  readonly relu: { readonly at: number; readonly shift: number } | null;
  readonly momentsAt: number | null;
}

/** Columns of C that one micro-kernel takes. */
interface Columns {
  readonly first: number;
  readonly width: number;
}

interface Panel extends Columns {
  readonly multiply: MultiplyDots;
  /** B's columns contiguous along the depth, for dot products; else its rows. */
  readonly byColumns: boolean;
  readonly packed: boolean;
}

/** From here on packing B costs less than its scattered rows do. */
const ROWS_WORTH_PACKING_B = 96;
/** From here on the last columns are worth turning for dot products. */
const ROWS_WORTH_DOTS = 16;
/**
 * Depth of a block where A is stored in columns and the sum goes over a batch: each value of the depth brings a line of
 * A's, of which a tile takes a third. With those of 256 values and B's panel the first-level cache would be full to the
 * brim. Of a longer sum the rows come out of memory, and C is met again too often.
 */
const DEPTH_OF_BATCH = 128;
const LONGEST_BATCH = 1024;
/** Rows for which a slab is packed: with more, C would be out of every cache before the next block of the depth. */
const ROWS_OF_A_SLAB = 1024;
/**
 * A panel of a B that is read in place meets one line of each row, which no prefetcher follows where rows are long. So
 * they are read before, in the order in which they lie, into the second-level cache: 1.3 times as fast for x of the
 * notebook's dW, 2.2 times for 16 rows by 4096 × 4096 weights (Emerald Rapids, November 2026). Weights of a step come from
 * the caches of the workers that updated them; of a batch's rows those that the last-level cache has would lose a tenth.
 */
const WEIGHTS_WORTH_TOUCHING = { stride: 1024, bytes: 512 * 1024 };
const DATA_WORTH_TOUCHING = { stride: 2048, bytes: 16 * 1024 * 1024 };
/** Rows of B, at least, that are read so at a time. */
const LEAST_TOUCHED = 32;
/** From here on packing an A that is stored in columns costs less than a page for every value of the depth. */
const COLUMNS_WORTH_PACKING_A = 128;
const SCATTERED_BYTES = 1024;
const CACHE_LINE_BYTES = 64;
/** Multiply-adds between two heartbeats: a tenth of a millisecond, or two on the slowest runtime. */
const WORK_PER_BEAT = 4_000_000;

/** `before`: columns before the first panel of full width, so that each row of such a panel is one line of the cache. */
function columnsOf(columns: number, widest: number, before: number): Columns[] {
  const panels: Columns[] = [];
  for (let first = 0; first < columns;) {
    const left = (first < before ? before : columns) - first;
    const width = [widest, 8, 4].find((size) => size <= left) ?? left;
    panels.push({ first, width });
    first += width;
  }
  return panels;
}

/** Panels that lie side by side. */
interface Slab {
  readonly panels: readonly Panel[];
  readonly firstColumn: number;
  /** So many of the first ones are packed whole and as they lie: they are read together, row by row. */
  readonly together: number;
}

function slabOf(panels: readonly Panel[], b: MatrixPlace): Slab {
  const other = panels.findIndex(
    ({ packed, byColumns, width }) => !packed || byColumns || b.transposed || width !== 16,
  );
  return { panels, firstColumn: panels[0]!.first, together: other === -1 ? panels.length : other };
}

/** As many panels together as a slab of B holds that is `depth` deep. */
function slabsOf(panels: readonly Panel[], b: MatrixPlace, depth: number): Slab[] {
  // Whole vectors: the last panel is padded to them.
  const most = 4 * Math.floor(SLAB_BYTES / (16 * depth));
  const slabs: Panel[][] = [];
  for (const panel of panels) {
    const slab = slabs.at(-1);
    if (slab === undefined || panel.first + panel.width - slab[0]!.first > most) slabs.push([panel]);
    else slab.push(panel);
  }
  return slabs.map((slab) => slabOf(slab, b));
}

/** Columns of a B that is read in place until its rows come to the beginning of a line of the cache, all at once. */
function columnsBeforeLine({ at, stride, transposed }: MatrixPlace, columns: number): number {
  if (transposed || stride % CACHE_LINE_BYTES !== 0) return 0;
  return Math.min(columns, (-at & (CACHE_LINE_BYTES - 1)) / 4);
}

/** Cuts `length` into equal blocks of at most `largest`. */
const evenBlock = (length: number, largest: number): number =>
  Math.ceil(length / Math.ceil(length / largest));

/** Depth of a pass, of whole blocks of `cut`. */
function passDepth(depth: number, cut: number): number {
  const usual = cut * Math.max(1, Math.floor(PASS_DEPTH / cut));
  const fewest = Math.ceil(depth / LONGEST_PASS);
  return fewest < Math.ceil(depth / usual) ? cut * Math.ceil(depth / cut / fewest) : usual;
}

/** Who multiplies. */
export interface ProductPlace {
  readonly kernels: Kernels;
  /** See cache-blocks.ts. */
  readonly cacheBytes: number;
  /** Called every few milliseconds. */
  readonly beat: () => void;
}

/** A product made ready: any block of it can be asked for, in ascending order of depth for each element. */
export interface CompiledProduct {
  /** Packs B where it is kept packed; before the first block, whenever B has changed. */
  readonly prepare: () => void;
  /** The part of C (rows [i0, i1)) that depths [k0, k1) add; at `firstDepth` the sums begin. */
  readonly multiply: (i0: number, i1: number, k0: number, k1: number) => void;
}

/**
 * A is read in place unless it is stored in columns, B where packing does not pay; blocks keep a panel of B in the
 * first-level cache and a block of A in the second. A block of few rows goes along all panels of a slab: so each row of C
 * is met again on its page and its next cache line, which a block of all rows leaves before it comes back.
 *
 * `scratch` has room for what `productScratch(depth, columns, cacheBytes)` says.
 */
export function compileProduct(
  { kernels, cacheBytes, beat }: ProductPlace,
  { rows, columns, depth, firstDepth, a, b, c, accumulate, epilogue }: Product,
  scratch: number,
): CompiledProduct {
  const packsB = b.transposed || rows >= ROWS_WORTH_PACKING_B;
  const residentB = packsB && firstDepth === undefined && packedBytesOfB(depth, columns) <= RESIDENT_B_BYTES;
  const depthBlock = a.transposed && depth <= LONGEST_BATCH ? DEPTH_OF_BATCH : DEPTH_BLOCK;
  const depthCut = evenBlock(depth, depthBlock);
  /** A pass, after which C is read and written, is as long as several blocks. */
  const inPasses = packsB && !a.transposed;
  const depthPass = inPasses ? passDepth(depth, depthCut) : depthCut;
  const packsA = a.transposed && columns >= COLUMNS_WORTH_PACKING_A && a.stride >= SCATTERED_BYTES;
  const { packedRows, streamedRows } = cacheBlocks(cacheBytes);
  const largestRowBlock = packsB && !packsA ? streamedRows : packedRows;
  const { bytesOfA, bytesOfB } = productScratch(depth, columns, cacheBytes);
  const packedB = scratch;
  const packedA = packedB + bytesOfB;
  const dotSums = packedA + bytesOfA;
  const tiles = a.transposed ? kernels.columns : kernels.rows;
  // Not where the last columns are dot products, whose bits depend on which columns these are.
  const before = packsB || !a.transposed ? 0 : columnsBeforeLine(b, columns);
  const panels = columnsOf(columns, kernels.panelColumns, before).map(({ first, width }): Panel => {
    // Rows of A against columns of B: both must lie contiguous along the depth.
    const dots = a.transposed || rows < ROWS_WORTH_DOTS ? undefined : kernels.dots[width];
    const multiply = dots ?? tiles[width];
    if (multiply === undefined) throw new RangeError(`compileProduct: no kernel for ${width} columns`);
    return { first, width, multiply, byColumns: dots !== undefined, packed: packsB || dots !== undefined };
  });
  const { stride: worthTouching, bytes: leastTouchedBytes } = a.transposed
    ? DATA_WORTH_TOUCHING
    : WEIGHTS_WORTH_TOUCHING;
  const touchesB = !packsB && b.stride >= worthTouching;
  const touchedDepth = Math.max(LEAST_TOUCHED, Math.floor(cacheBytes / 2 / b.stride));
  const slabs = slabsOf(panels, b, Math.max(depthPass, Math.min(depth, PASS_DEPTH)));
  const whole = slabOf(panels, b);
  const reluAt = epilogue?.relu ?? null;
  const reluDistance = reluAt === null ? 0 : reluAt.at - c.at;
  const shift = reluAt?.shift ?? 0;
  const momentsAt = epilogue?.momentsAt ?? null;
  const moments = momentsAt === null ? null : columnMomentPlaces(momentsAt, columns);
  let workSinceBeat = 0;

  const packPanel = (panel: Panel, k: number, kCount: number, target: number): void => {
    const { first, width, byColumns } = panel;
    const bytes = 4 * paddedToVectors(width);
    if (byColumns === b.transposed) {
      // As it lies. Lanes beyond the last column are copied from whatever follows; they are never stored.
      if (byColumns) {
        kernels.copyRows(width, 4 * kCount, b.at + first * b.stride + 4 * k, b.stride, target, 4 * kCount);
      } else {
        kernels.copyRows(kCount, bytes, b.at + k * b.stride + 4 * first, b.stride, target, bytes);
      }
    } else if (byColumns) {
      kernels.copyTransposed(kCount, width, b.at + k * b.stride + 4 * first, b.stride, target, 4 * kCount);
    } else {
      kernels.copyTransposed(width, kCount, b.at + first * b.stride + 4 * k, b.stride, target, bytes);
    }
  };
  const packSlab = (
    { panels, firstColumn, together }: Slab,
    k: number,
    kCount: number,
    target: number,
  ): void => {
    kernels.copyPanels(kCount, together, b.at + k * b.stride + 4 * firstColumn, b.stride, target);
    for (let p = together; p < panels.length; p++) {
      const panel = panels[p]!;
      if (panel.packed) packPanel(panel, k, kCount, target + 4 * kCount * (panel.first - firstColumn));
    }
  };
  const touchSlab = ({ panels, firstColumn }: Slab, k: number, kCount: number): void => {
    const last = panels.at(-1)!;
    const bytes = 4 * (last.first + last.width - firstColumn);
    kernels.touchRows(kCount, bytes, b.at + k * b.stride + 4 * firstColumn, b.stride);
  };
  /** Where depths from k on begin in a B that is kept packed. */
  const residentAt = (k: number): number => packedB + 4 * k * paddedToVectors(columns);

  /** `slabAt`: where the panels of the slab lie packed, those that are. Dot products are summed block by block of `cut`. */
  const multiplyBlock = (
    i: number,
    iCount: number,
    k: number,
    kCount: number,
    { panels, firstColumn }: Slab,
    slabAt: number,
    cut: number,
  ): void => {
    let atA = a.at + (a.transposed ? k * a.stride + 4 * i : i * a.stride + 4 * k);
    let strideA = a.stride;
    if (packsA) {
      strideA = 4 * iCount + PACKED_PADDING_BYTES;
      kernels.copyRows(kCount, 4 * iCount, atA, a.stride, packedA, strideA);
      atA = packedA;
    }
    for (let p = 0; p < panels.length; p++) {
      const panel = panels[p]!;
      const { first, width, byColumns } = panel;
      let atB = b.at + k * b.stride + 4 * first;
      let strideB = b.stride;
      if (panel.packed) {
        strideB = 4 * (byColumns ? kCount : paddedToVectors(width));
        atB = slabAt + 4 * kCount * (first - firstColumn);
      }
      const step = byColumns ? cut : kCount;
      for (let from = 0; from < kCount; from += step) {
        const depthCount = Math.min(step, kCount - from);
        const continues = accumulate || k + from > (firstDepth ?? 0);
        const complete = k + from + depthCount === depth;
        panel.multiply(
          iCount,
          depthCount,
          atA + 4 * from,
          strideA,
          atB + 4 * from,
          strideB,
          c.at + i * c.stride + 4 * first,
          c.stride,
          continues ? START.sums : START.zero,
          complete && epilogue !== undefined ? epilogue.biasAt + 4 * first : 0,
          complete ? reluDistance : 0,
          shift,
          complete && moments !== null ? moments.sums + 8 * first : 0,
          complete && moments !== null ? moments.squares + 8 * first : 0,
          complete && moments !== null ? moments.centres + 4 * first : 0,
          dotSums,
        );
      }
      workSinceBeat += iCount * kCount * width;
      if (workSinceBeat < WORK_PER_BEAT) continue;
      workSinceBeat = 0;
      beat();
    }
  };

  return {
    prepare: () => {
      if (!residentB) return;
      for (let k = 0; k < depth; k += depthPass) {
        packSlab(whole, k, Math.min(depthPass, depth - k), residentAt(k));
      }
    },
    multiply: (i0, i1, k0, k1) => {
      const rowBlock = evenBlock(i1 - i0, largestRowBlock);
      if (residentB) {
        for (let i = i0; i < i1; i += rowBlock) {
          const iCount = Math.min(rowBlock, i1 - i);
          // Cut where it was packed.
          for (let k = k0; k < k1; k += depthPass)
            multiplyBlock(i, iCount, k, Math.min(depthPass, k1 - k), whole, residentAt(k), depthCut);
        }
        return;
      }
      const cut = evenBlock(k1 - k0, depthBlock);
      const touches = touchesB && (k1 - k0) * b.stride > leastTouchedBytes;
      const pass = inPasses
        ? cut * Math.max(1, Math.floor(depthPass / cut))
        : touches && a.transposed
          ? Math.min(cut, touchedDepth)
          : cut;
      const part = evenBlock(i1 - i0, ROWS_OF_A_SLAB);
      for (let from = i0; from < i1; from += part) {
        const until = Math.min(i1, from + part);
        for (let k = k0; k < k1; k += pass) {
          const kCount = Math.min(pass, k1 - k);
          for (let s = 0; s < slabs.length; s++) {
            const slab = slabs[s]!;
            packSlab(slab, k, kCount, packedB);
            if (touches) touchSlab(slab, k, kCount);
            for (let i = from; i < until; i += rowBlock)
              multiplyBlock(i, Math.min(rowBlock, until - i), k, kCount, slab, packedB, cut);
          }
        }
      }
    },
  };
}

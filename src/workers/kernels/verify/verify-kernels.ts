import { USUAL_CACHE_BYTES } from "../../../shared/engine/cache-blocks.ts";
import { columnMomentPlaces } from "../ops/column-moments.ts";
import { compileProduct, type Product, type ProductPlace } from "../ops/multiply.ts";
import type { Kernels } from "../load/kernels.ts";
import type { VerifiedHalf } from "../../../shared/engine/worker-tasks.ts";
import { verifyPrimitives } from "./verify-primitives.ts";

/** (rows, depth, columns): every width and height of a tile, one more and one less, and more than one block deep. */
const AWKWARD_SHAPES: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [2, 3, 2],
  [3, 17, 3],
  [5, 65, 50],
  [7, 259, 23],
  [17, 50, 33],
  [97, 300, 17],
  [9, 270, 130],
  [97, 900, 116],
];

/** Of a large product some elements stand for all: one in this many. */
const SAMPLED = 37;
const LARGE = 1_000_000;

/** Every way the operands may be stored. */
interface Layout {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const LAYOUTS: readonly Layout[] = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

/** What becomes of the sums. */
interface Ending {
  readonly accumulate: boolean;
  /** With a bias, a relu and the columns' moments. */
  readonly epilogue: boolean;
}

const PLAIN: Ending = { accumulate: false, epilogue: false };
const ENDINGS: readonly Ending[] = [
  PLAIN,
  { accumulate: true, epilogue: false },
  { accumulate: false, epilogue: true },
];

const SHIFT = 0.5;
/** Added to the bias of every third column: there a sum that begins with it, or squares of what it leaves, come out wrong. */
const FAR = 4096;
const UNIT_ROUNDOFF = 2 ** -24;

/** Deterministic values of both signs below 1, in all bits of the fraction. */
function fill(values: Float32Array, seed: number): void {
  let state = seed;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2 ** 31;
  }
}

/** A product in the region for tests, with the end of what it needs there. */
interface PlacedProduct extends Product {
  readonly biasAt: number;
  readonly reluAt: number;
  readonly momentsAt: number;
  readonly end: number;
}

/** Where the operands of a product lie in the region for tests. */
function place(
  region: number,
  [rows, depth, columns]: readonly [number, number, number],
  layout: Layout,
  ending: Ending,
): PlacedProduct {
  // Four bytes on: tensors are aligned to 64 bytes, their rows are not.
  const a = region + 4;
  const b = a + rows * depth * 4 + 64;
  const c = b + depth * columns * 4 + 64;
  const biasAt = c + rows * columns * 4 + 64;
  const reluAt = biasAt + columns * 4 + 64;
  const momentsAt = Math.ceil((reluAt + rows * columns * 4 + 64) / 8) * 8;
  return {
    rows,
    columns,
    depth,
    a: { at: a, stride: (layout.transposeA ? rows : depth) * 4, transposed: layout.transposeA },
    b: { at: b, stride: (layout.transposeB ? depth : columns) * 4, transposed: layout.transposeB },
    c: { at: c, stride: columns * 4 },
    accumulate: ending.accumulate,
    ...(ending.epilogue ? { epilogue: { biasAt, relu: { at: reluAt, shift: SHIFT }, momentsAt } } : {}),
    biasAt,
    reluAt,
    momentsAt,
    end: momentsAt + columns * 20 + 64,
  };
}

const testPlace = (kernels: Kernels, cacheBytes = USUAL_CACHE_BYTES): ProductPlace => ({
  kernels,
  cacheBytes,
  beat: () => undefined,
});

/** A (rows, depth) and B (depth, columns), and of A @ B the elements that are looked at, one in `step`, summed in float64. */
interface Expected {
  readonly valuesA: Float32Array;
  readonly valuesB: Float32Array;
  readonly sums: Float64Array;
  readonly step: number;
}

function expected([rows, depth, columns]: readonly [number, number, number]): Expected {
  const valuesA = new Float32Array(rows * depth);
  const valuesB = new Float32Array(depth * columns);
  fill(valuesA, 1);
  fill(valuesB, 2);
  const step = rows * depth * columns < LARGE ? 1 : SAMPLED;
  const sums = new Float64Array(Math.ceil((rows * columns) / step));
  for (let index = 0; index < sums.length; index++) {
    const i = Math.trunc((index * step) / columns);
    const j = index * step - i * columns;
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += valuesA[i * depth + k]! * valuesB[k * columns + j]!;
    sums[index] = sum;
  }
  return { valuesA, valuesB, sums, step };
}

/** Writes a matrix of `columns` columns to where an operand lies, the way it is stored there. */
function store(memory: WebAssembly.Memory, values: Float32Array, columns: number, to: Product["a"]): void {
  const stored = new Float32Array(memory.buffer, to.at, values.length);
  if (!to.transposed) {
    stored.set(values);
    return;
  }
  const rows = values.length / columns;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) stored[j * rows + i] = values[i * columns + j]!;
}

/** The first element that differs from `sums`, what a plain float64 loop gave, in words; null when all are right. */
function firstDifference(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  product: PlacedProduct,
  { sums, step }: Pick<Expected, "sums" | "step">,
): string | null {
  const { rows, columns, depth, a, b, c, epilogue } = product;
  const floats = (at: number, length: number): Float32Array => new Float32Array(memory.buffer, at, length);
  const result = floats(c.at, rows * columns);
  const behind = floats(c.at + rows * columns * 4, 4);
  const bias = floats(product.biasAt, columns);
  const activated = floats(product.reluAt, rows * columns);
  fill(result, 3);
  fill(bias, 4);
  for (let j = 1; j < columns; j += 3) bias[j] = bias[j]! + FAR;
  behind.fill(7);
  const moments = new Float64Array(memory.buffer, product.momentsAt, 2 * columns).fill(0);
  const centres = floats(columnMomentPlaces(product.momentsAt, columns).centres, columns).fill(NaN);
  const before = result.slice();
  const compiled = compileProduct(testPlace(kernels), product, product.end);
  compiled.prepare();
  compiled.multiply(0, rows, 0, depth);
  const title = `${rows}×${depth}×${columns}${a.transposed ? " Aᵀ" : ""}${b.transposed ? " Bᵀ" : ""}${epilogue === undefined ? "" : " + bias"}`;
  for (let at = 0; at < rows * columns; at += step) {
    const i = Math.trunc(at / columns);
    const j = at - i * columns;
    let sum = sums[at / step]!;
    if (product.accumulate) sum += before[at]!;
    if (epilogue !== undefined) sum += bias[j]!;
    const got = result[at]!;
    // Rounding: at most depth times half a unit of the last place of partial sums that stay below depth; the bias, last.
    if (!(Math.abs(got - sum) <= 1e-6 * (depth + 1) + UNIT_ROUNDOFF * Math.abs(sum))) {
      return `${title}: element (${i}, ${j}) is ${got} instead of ${sum}`;
    }
    const wanted = Math.fround(Math.max(got, 0) - SHIFT);
    if (epilogue !== undefined && activated[at] !== wanted) {
      return `${title}: relu of element (${i}, ${j}) is ${activated[at]} instead of ${wanted}`;
    }
  }
  if (epilogue !== undefined) {
    for (let at = 0; at < 2 * columns; at++) {
      const [j, power] = [at % columns, at < columns ? 1 : 2];
      let [sum, magnitude] = [0, 0];
      for (let i = 0; i < rows; i++) {
        const distance = activated[i * columns + j]! - activated[j]!;
        // Not `**`, which calls the system's pow and takes ten times as long beside 256-bit code.
        const term = power === 1 ? distance : distance * distance;
        sum += term;
        magnitude += Math.abs(term);
      }
      // Around the first row; a tile's few rows are summed in float32.
      if (centres[j] !== activated[j] || !(Math.abs(moments[at]! - sum) <= 16 * UNIT_ROUNDOFF * magnitude)) {
        return `${title}: moment ${power} of column ${j} is ${moments[at]} around ${centres[j]} instead of ${sum} around ${activated[j]}`;
      }
    }
  }
  return behind.every((value) => value === 7) ? null : `${title}: wrote behind the last element`;
}

/**
 * Checks the products of all shapes and layouts against plain loops, in memory from `region` on.
 *
 * @returns What is wrong, or null.
 */
function verifyProducts(kernels: Kernels, memory: WebAssembly.Memory, region: number): string | null {
  for (const shape of AWKWARD_SHAPES) {
    const [, depth, columns] = shape;
    const wanted = expected(shape);
    for (const layout of LAYOUTS) {
      const { a, b } = place(region, shape, layout, PLAIN);
      store(memory, wanted.valuesA, depth, a);
      store(memory, wanted.valuesB, columns, b);
      for (const ending of ENDINGS) {
        const wrong = firstDifference(kernels, memory, place(region, shape, layout, ending), wanted);
        if (wrong !== null) return wrong;
      }
    }
  }
  return null;
}

/**
 * Checks half of what kernels can: what no half finds wrong may be used.
 *
 * @returns What is wrong, or null.
 */
export const verifyHalf: Readonly<
  Record<VerifiedHalf, (kernels: Kernels, memory: WebAssembly.Memory, region: number) => string | null>
> = { products: verifyProducts, primitives: verifyPrimitives };

/** The product that candidates are timed on: larger than a first-level cache, a millisecond on a slow runtime. */
const TIMED_SHAPE = [128, 256, 192] as const;

/**
 * The product that blocks are timed on: each block of A goes along sixteen panels of a B that is kept packed. It takes a
 * millisecond: long enough for the caches, short beside the time that a busy system gives a thread.
 */
const LARGE_SHAPE = [1024, 256, 256] as const;

/** The best of the calls in `timedMs`, at least of one, in GFLOP/s. */
function timeProduct(
  shape: readonly [number, number, number],
  { kernels, memory, region, cacheBytes }: Timed,
  timedMs: number,
): number {
  const product = place(region, shape, LAYOUTS[0]!, PLAIN);
  const { rows, columns, depth, a, b } = product;
  fill(new Float32Array(memory.buffer, a.at, rows * depth), 1);
  fill(new Float32Array(memory.buffer, b.at, depth * columns), 2);
  const compiled = compileProduct(testPlace(kernels, cacheBytes), product, product.end);
  compiled.prepare();
  const endMs = performance.now() + timedMs;
  let bestMs = Infinity;
  do {
    const startedMs = performance.now();
    compiled.multiply(0, rows, 0, depth);
    bestMs = Math.min(bestMs, performance.now() - startedMs);
  } while (performance.now() < endMs);
  return (2 * rows * columns * depth) / bestMs / 1e6;
}

interface Timed {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  readonly region: number;
  readonly cacheBytes: number;
}

/** A product of medium size, in GFLOP/s. */
export const timeKernels = (
  kernels: Kernels,
  memory: WebAssembly.Memory,
  region: number,
  timedMs: number,
): number => timeProduct(TIMED_SHAPE, { kernels, memory, region, cacheBytes: USUAL_CACHE_BYTES }, timedMs);

/** A large product in blocks for `cacheBytes`, in GFLOP/s: one call, or as many as fit into some milliseconds. */
export const timeLargeProduct = (
  kernels: Kernels,
  memory: WebAssembly.Memory,
  region: number,
  cacheBytes: number,
): number => timeProduct(LARGE_SHAPE, { kernels, memory, region, cacheBytes }, LARGE_MS);

const LARGE_MS = 6;

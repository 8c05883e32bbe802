import { describe, expect, it } from "vitest";
import { setV8Flags } from "../../../src/main/engine/v8-flags.ts";
import { WASM_SETS } from "../../../src/shared/engine/instruction-sets.ts";
import {
  LARGEST_CACHE_BYTES,
  SMALLEST_CACHE_BYTES,
  USUAL_CACHE_BYTES,
} from "../../../src/shared/engine/cache-blocks.ts";
import { productScratch } from "../../../src/shared/engine/kernel-scratch.ts";
import { kernelText } from "../../../src/workers/kernels/generate/generate.ts";
import { javascriptKernels } from "../../../src/workers/kernels/load/javascript-kernels.ts";
import { columnMomentPlaces } from "../../../src/workers/kernels/ops/column-moments.ts";
import { compileProduct } from "../../../src/workers/kernels/ops/multiply.ts";
import { instantiateKernels, readModule, type Kernels } from "../../../src/workers/kernels/load/kernels.ts";
import { THOROUGH } from "../../thorough.ts";
import { assembleQuickly } from "./assemble-quickly.ts";

// As the app runs; kernels.test.ts goes through the same driver without flags.
setV8Flags();

type Shape = readonly [rows: number, depth: number, columns: number];
interface Flags {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly accumulate: boolean;
  readonly epilogue: boolean;
}

const SHIFT = 0.25;
const GUARD = 16;
const SENTINEL = 12_345;

/** Around the heights and widths of tiles, primes, the notebook's 50. */
const EDGES = [1, 2, 3, 5, 6, 7, 8, 13, 15, 16, 17, 31, 33, 48, 50, 51, 64, 97];
/** Around the rounds of a tile and the blocks of the depth; the notebook's 784. */
const DEPTHS = [1, 2, 3, 7, 8, 9, 17, 50, 64, 127, 255, 256, 257, 300, 513, 784];
const SMALL: readonly Shape[] = EDGES.flatMap((rows, i) =>
  EDGES.map((columns, j): Shape => [rows, DEPTHS[(7 * i + 3 * j) % DEPTHS.length], columns]),
);
/** Past the sizes from which operands are packed and blocks are cut. */
const LARGE: readonly Shape[] = [
  [1_000, 50, 1],
  [131, 784, 50],
  [96, 784, 131],
  [513, 300, 130],
  [97, 2_053, 131],
  [1_025, 17, 128],
  [5, 784, 10],
  [640, 5, 784],
  [256, 256, 256],
  [257, 259, 511],
  [97, 100, 1_040],
  // One long pass, and more columns than a slab holds that is as deep.
  [96, 1_031, 260],
];
/** Past a second-level cache, a slab of B that is packed and the rows for which it is. */
const LARGER: Shape = [1_030, 300, 340];
const SHAPES = [...SMALL, ...LARGE];
/** Of an operand. */
const MOST_VALUES = Math.max(
  ...[...SHAPES, LARGER].map(([rows, depth, columns]) =>
    Math.max(rows * depth, depth * columns, rows * columns),
  ),
);

const FLAGS: readonly Flags[] = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) => [
    { transposeA, transposeB, accumulate: false, epilogue: false },
    { transposeA, transposeB, accumulate: true, epilogue: false },
    { transposeA, transposeB, accumulate: false, epilogue: true },
  ]),
);

const memory = new WebAssembly.Memory({ initial: 512, maximum: 65_536, shared: true });
const generated = WASM_SETS.map((instructionSet) => {
  const module = readModule(assembleQuickly(kernelText(instructionSet)));
  if (module === null) throw new Error(`${instructionSet} is not known to this runtime`);
  return instantiateKernels(instructionSet, module, memory);
});

const candidates = [...generated, javascriptKernels(memory)];

/** Deterministic values of both signs below 1, in all bits of the fraction. */
const sequenceFrom = (seed: number): Float32Array => {
  let state = seed;
  return Float32Array.from({ length: MOST_VALUES }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
};
/** For a, b, c and the bias, each from its first value on. */
const SEQUENCES = [1, 2, 3, 4].map(sequenceFrom);

/** Operands one after another from byte 68 on (4-byte aligned only), each between guards. */
class Operands {
  readonly #places: { at: number; length: number }[] = [];
  end = 68;

  floats(length: number): Float32Array {
    const at = this.end + 4 * GUARD;
    this.end = at + 4 * length + 4 * GUARD;
    this.#places.push({ at, length });
    return new Float32Array(memory.buffer, at, length);
  }

  /** Aligned, as a worker's partial results are; between guards too. */
  doubles(length: number): Float64Array {
    if ((this.end + 4 * GUARD) % 8 !== 0) this.end += 4;
    const { byteOffset } = this.floats(2 * length);
    return new Float64Array(memory.buffer, byteOffset, length);
  }

  guard(): void {
    for (const { at, length } of this.#places) {
      new Float32Array(memory.buffer, at - 4 * GUARD, GUARD).fill(SENTINEL);
      new Float32Array(memory.buffer, at + 4 * length, GUARD).fill(SENTINEL);
    }
  }

  /** Whether nothing was written beside an operand. */
  intact(): boolean {
    return this.#places.every(({ at, length }) =>
      [at - 4 * GUARD, at + 4 * length].every((place) =>
        new Float32Array(memory.buffer, place, GUARD).every((value) => value === SENTINEL),
      ),
    );
  }
}

interface Case {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly c: Float32Array;
  readonly bias: Float32Array;
  readonly relu: Float32Array;
  /** Of the relu's columns, see `columnMomentPlaces`: two sums a column, and half as many bytes of centres. */
  readonly moments: Float64Array;
  readonly operands: Operands;
}

function place([rows, depth, columns]: Shape): Case {
  const operands = new Operands();
  const a = operands.floats(rows * depth);
  const b = operands.floats(depth * columns);
  const c = operands.floats(rows * columns);
  const bias = operands.floats(columns);
  const relu = operands.floats(rows * columns);
  const moments = operands.doubles(2 * columns + Math.ceil(columns / 2));
  for (const [which, values] of [a, b, c, bias].entries()) {
    values.set(SEQUENCES[which].subarray(0, values.length));
  }
  // Far from 0 the bias has to come last, and squares leave nothing of the differences.
  bias.forEach((value, j) => (bias[j] = j % 3 === 1 ? 4096 + value : value));
  return { a, b, c, bias, relu, moments, operands };
}

/** Multiplies with one candidate; rows come in two parts, as from a planner's blocks. */
function multiply(
  kernels: Kernels,
  { a, b, c, bias, relu, moments, operands }: Case,
  [rows, depth, columns]: Shape,
  flags: Flags,
  cacheBytes = USUAL_CACHE_BYTES,
): void {
  operands.guard();
  const compiled = compileProduct(
    { kernels, cacheBytes, beat: () => undefined },
    {
      rows,
      columns,
      depth,
      a: { at: a.byteOffset, stride: 4 * (flags.transposeA ? rows : depth), transposed: flags.transposeA },
      b: { at: b.byteOffset, stride: 4 * (flags.transposeB ? depth : columns), transposed: flags.transposeB },
      c: { at: c.byteOffset, stride: 4 * columns },
      accumulate: flags.accumulate,
      ...(flags.epilogue
        ? {
            epilogue: {
              biasAt: bias.byteOffset,
              relu: { at: relu.byteOffset, shift: SHIFT },
              momentsAt: moments.byteOffset,
            },
          }
        : {}),
    },
    operands.end,
  );
  const needed = operands.end + productScratch(depth, columns, cacheBytes).bytes - memory.buffer.byteLength;
  if (needed > 0) throw new Error(`the test's memory is ${needed} bytes too small`);
  compiled.prepare();
  moments.fill(0);
  centresOf(moments, columns).fill(NaN);
  const middle = Math.floor(rows / 3);
  compiled.multiply(0, middle, 0, depth);
  compiled.multiply(middle, rows, 0, depth);
}

interface Reference {
  readonly sums: Float64Array;
  /** Σ |a b|, which bounds the rounding. */
  readonly magnitudes: Float64Array;
}
/** Every candidate multiplies the same numbers. */
const references = new Map<string, Reference>();

function reference(one: Case, shape: Shape, { transposeA, transposeB }: Flags): Reference {
  const key = `${shape.join("×")} ${transposeA} ${transposeB}`;
  const known = references.get(key) ?? product(one, shape, transposeA, transposeB);
  references.set(key, known);
  return known;
}

/** The float64 product. */
function product(
  { a, b }: Case,
  [rows, depth, columns]: Shape,
  transposeA: boolean,
  transposeB: boolean,
): Reference {
  const sums = new Float64Array(rows * columns);
  const magnitudes = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < depth; k++) {
      const left = transposeA ? a[k * rows + i] : a[i * depth + k];
      for (let j = 0; j < columns; j++) {
        const term = left * (transposeB ? b[j * depth + k] : b[k * columns + j]);
        sums[i * columns + j] += term;
        magnitudes[i * columns + j] += Math.abs(term);
      }
    }
  }
  return { sums, magnitudes };
}

const UNIT_ROUNDOFF = 2 ** -24;

const centresOf = (moments: Float64Array, columns: number): Float32Array =>
  new Float32Array(memory.buffer, columnMomentPlaces(moments.byteOffset, columns).centres, columns);

/** What is wrong with the sums of the relu's columns around their first row, and of the squares, or null. */
function momentFault({ relu, moments }: Case, columns: number): string | null {
  const centres = centresOf(moments, columns);
  const moved = centres.findIndex((centre, column) => centre !== relu[column]);
  if (moved >= 0) return `centre ${moved} is ${centres[moved]}, expected the first row's ${relu[moved]}`;
  const expected = new Float64Array(2 * columns);
  const magnitudes = new Float64Array(2 * columns);
  for (let row = 0; row < relu.length; row += columns) {
    for (let column = 0; column < columns; column++) {
      const distance = relu[row + column] - centres[column];
      expected[column] += distance;
      expected[columns + column] += distance * distance;
      magnitudes[column] += Math.abs(distance);
      magnitudes[columns + column] += distance * distance;
    }
  }
  // A tile's few rows are summed in float32, the tiles in float64.
  const wrong = expected.findIndex(
    (sum, at) => !(Math.abs(moments[at] - sum) <= 16 * UNIT_ROUNDOFF * magnitudes[at]),
  );
  return wrong < 0 ? null : `moment ${wrong} is ${moments[wrong]}, expected ${expected[wrong]}`;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** What is wrong with a candidate's result, in words, or null. */
function fault(kernels: Kernels, shape: Shape, flags: Flags): string | null {
  const one = place(shape);
  const [, depth, columns] = shape;
  const before = SEQUENCES[2];
  const { sums, magnitudes } = reference(one, shape, flags);
  multiply(kernels, one, shape, flags);
  const where = `${kernels.instructionSet} ${shape.join("×")} ${JSON.stringify(flags)}`;
  for (let at = 0; at < sums.length; at++) {
    const beginning = flags.accumulate ? before[at] : 0;
    const expected = sums[at] + beginning + (flags.epilogue ? one.bias[at % columns] : 0);
    // Higham, Accuracy and Stability, 3.1: n roundings change a sum by at most about n u Σ |terms|. The bias comes last.
    const bound =
      UNIT_ROUNDOFF *
      ((depth + 2) * (magnitudes[at] + Math.abs(beginning)) + (flags.epilogue ? Math.abs(expected) : 0));
    if (!(Math.abs(one.c[at] - expected) <= bound)) {
      return `${where}: element ${at} is ${one.c[at]}, expected ${expected} ± ${bound}`;
    }
    const activated = Math.fround(Math.max(one.c[at], 0) - SHIFT);
    if (flags.epilogue && one.relu[at] !== activated) {
      return `${where}: relu ${at} is ${one.relu[at]}, expected ${activated}`;
    }
  }
  if (flags.epilogue) {
    const wrong = momentFault(one, columns);
    if (wrong !== null) return `${where}: ${wrong}`;
  }
  if (!one.operands.intact()) return `${where}: wrote beside an operand`;
  const inputsKept = [one.a, one.b].every((values, which) =>
    bytesOf(values).equals(bytesOf(SEQUENCES[which].subarray(0, values.length))),
  );
  return inputsKept ? null : `${where}: changed an operand`;
}

describe.each(candidates)("compileProduct() with $instructionSet", (kernels) => {
  it("equals the float64 product within the bound of rounding, on over 300 shapes, stored in every way", () => {
    expect(SHAPES.length).toBeGreaterThan(300);
    const faults = SHAPES.flatMap((shape, index) =>
      // Every shape in three ways, neighbours in different ones; before a release the large ones in all.
      FLAGS.filter(
        (_, way) => (THOROUGH && shape[0] * shape[1] * shape[2] > 1e6) || (way + index) % 4 === 0,
      ).map((flags) => fault(kernels, shape, flags)),
    );
    expect(faults.filter((found) => found !== null)).toEqual([]);
  });

  it("gives the same bits in blocks for any cache", () => {
    // Plain loops go through the same blocks, a hundred times as slowly.
    const shapes = kernels.instructionSet === "javascript" ? LARGE.slice(1, 3) : [...LARGE, LARGER];
    const differing = shapes.flatMap((shape, index) =>
      FLAGS.filter((_, way) => THOROUGH || (way + index) % 4 === 0).flatMap((flags) => {
        const [usual, ...others] = [USUAL_CACHE_BYTES, SMALLEST_CACHE_BYTES, LARGEST_CACHE_BYTES].map(
          (cacheBytes) => {
            const one = place(shape);
            multiply(kernels, one, shape, flags, cacheBytes);
            return Buffer.concat([one.c, one.relu].map(bytesOf));
          },
        );
        return others.every((bytes) => bytes.equals(usual)) ? [] : [{ shape, flags }];
      }),
    );
    expect(differing).toEqual([]);
  });

  it.each<Shape>([
    [7, 9, 21],
    [13, 17, 50],
    [130, 270, 35],
    [97, 33, 131],
  ])("carries NaN and infinity of %i×%i×%i just where they belong", (...shape) => {
    const [rows, depth, columns] = shape;
    const [row, step, column] = [rows - 2, depth - 1, columns - 1];
    for (const flags of FLAGS) {
      const at = (matrix: "a" | "b", i: number, j: number): number =>
        matrix === "a"
          ? flags.transposeA
            ? j * rows + i
            : i * depth + j
          : flags.transposeB
            ? j * depth + i
            : i * columns + j;
      const isNotFinite = (one: Case): string[] =>
        [...one.c.entries()]
          .filter(([, value]) => !Number.isFinite(value))
          .map(([place]) => `${Math.floor(place / columns)},${place % columns}`);
      const wholeRow = Array.from({ length: columns }, (_, j) => `${row},${j}`);
      const wholeColumn = Array.from({ length: rows }, (_, i) => `${i},${column}`);

      const withNaNInA = place(shape);
      withNaNInA.a[at("a", row, step)] = NaN;
      multiply(kernels, withNaNInA, shape, flags);
      expect(isNotFinite(withNaNInA)).toEqual(wholeRow);
      if (flags.epilogue) expect(withNaNInA.relu[row * columns]).toBeNaN();

      const withNaNInB = place(shape);
      withNaNInB.b[at("b", step, column)] = NaN;
      multiply(kernels, withNaNInB, shape, flags);
      expect(isNotFinite(withNaNInB)).toEqual(wholeColumn);

      const withInfinity = place(shape);
      withInfinity.a[at("a", row, step)] = Infinity;
      withInfinity.b[at("b", step, 0)] = 0;
      multiply(kernels, withInfinity, shape, flags);
      expect(isNotFinite(withInfinity)).toEqual(wholeRow);
      // Infinity · 0
      expect(withInfinity.c[row * columns]).toBeNaN();
      expect(Math.abs(withInfinity.c[row * columns + 1])).toBe(Infinity);
    }
  });
});

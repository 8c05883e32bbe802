import { STATISTICS, STATISTICS_LENGTH, type Op } from "../core/ops/op.ts";
import { numelOf } from "../core/ops/recording-ops.ts";
import { showShape } from "../core/tensor/shapes.ts";
import type { TensorNode } from "../core/tensor/tensor-node.ts";
import type { CellOutput } from "../shared/live/cell-output.ts";
import type { BufferTensor } from "../core/tensor/lower/lowered.ts";
import { GuestError } from "./guest-error.ts";
import type { TensorLedger } from "./tensor-ledger.ts";

const MOST_BINS = 1_000;
const MOST_IMAGES = 64;
/** Rows and columns of an image that is shown as it is. */
const MOST_SIDE = 256;
/** Rows and columns of a heat map; a larger matrix is shown by means of patches. */
const MOST_PATCHES = 64;
const MOST_HEAT = 4_000_000;

const refuse = (text: string): GuestError => new GuestError("TypeError", text);

/** Lowest and highest of the finite ones; 0 and 1 where there is none. */
function rangeOf(values: ArrayLike<number>): { lo: number; hi: number } {
  let [lo, hi] = [Infinity, -Infinity];
  for (const value of Array.from(values)) {
    if (!Number.isFinite(value)) continue;
    lo = Math.min(lo, value);
    hi = Math.max(hi, value);
  }
  return lo > hi ? { lo: 0, hi: 1 } : { lo, hi };
}

/** Makes pictures of tensors: reads of them only what is shown. */
export class Pictures {
  readonly #ledger: TensorLedger;
  readonly #show: (output: CellOutput) => void;

  constructor(ledger: TensorLedger, show: (output: CellOutput) => void) {
    this.#ledger = ledger;
    this.#show = show;
  }

  histogram(node: TensorNode, bins: number, title: string): void {
    if (!Number.isInteger(bins) || bins < 1 || bins > MOST_BINS) {
      throw refuse(`hist(): bins must be a whole number from 1 to ${MOST_BINS}, got ${bins}`);
    }
    const x = this.#ledger.view(node);
    const statistics = this.#scratch("statistics", STATISTICS_LENGTH);
    const moments = this.#run({ op: "statistics", x, out: statistics }, statistics);
    const at = (index: number): number => moments[index] ?? NaN;
    let [lo, hi] = [at(STATISTICS.min), at(STATISTICS.max)];
    if (!Number.isFinite(lo) || !Number.isFinite(hi)) {
      throw refuse(
        `hist(): the tensor holds ${lo} to ${hi}, which no histogram can show; look for NaN and infinities first`,
      );
    }
    // All values alike are one bar in the middle.
    if (lo === hi) [lo, hi] = [lo - 0.5, hi + 0.5];
    const out = this.#scratch("histogram", bins);
    const counts = Array.from(this.#run({ op: "histogram", x, out, lo, hi }, out));
    const elements = numelOf(node.shape);
    this.#show({ kind: "histogram", title, lo, hi, counts, elements, notFinite: 0 });
  }

  image(node: TensorNode, width: number, title: string): void {
    const { count, rows, columns } = imageShape(node.shape, width);
    const shown = Math.min(count, MOST_IMAGES);
    const values = this.#read(node, shown * rows * columns);
    const images = Array.from({ length: shown }, (_image, i) => ({
      rows,
      columns,
      values: Array.from(values.subarray(i * rows * columns, (i + 1) * rows * columns)),
    }));
    this.#show({ kind: "image", title, images, ...rangeOf(values) });
  }

  heat(node: TensorNode, title: string): void {
    const [rows, columns] = node.shape.length === 1 ? [1, node.shape[0] ?? 1] : node.shape;
    if (rows === undefined || columns === undefined || node.shape.length > 2) {
      throw refuse(`heat(): expected a matrix, got shape ${showShape(node.shape)}`);
    }
    if (rows * columns > MOST_HEAT) {
      throw refuse(
        `heat(): ${showShape(node.shape)} is too large; take a .slice() of at most ${MOST_HEAT} elements`,
      );
    }
    const patches = patchMeans(this.#read(node, rows * columns), rows, columns);
    this.#show({ kind: "heat", title, shape: [...node.shape], ...patches, ...rangeOf(patches.values) });
  }

  #scratch(name: string, length: number): BufferTensor {
    return { name, shape: [length], dtype: "float64", buffer: this.#ledger.nextBuffer(), offset: 0 };
  }

  #run(op: Op<BufferTensor>, out: BufferTensor): Float32Array | Float64Array {
    const { values } = this.#ledger.run([], { ops: [op], buffers: [out], reads: [out] });
    return values[0] ?? new Float64Array();
  }

  #read(node: TensorNode, count: number): Float32Array {
    const view = this.#ledger.view(node);
    const { values } = this.#ledger.run([], { reads: [{ ...view, shape: [count] }] });
    return Float32Array.from(values[0] ?? []);
  }
}

/** How many images of which size a tensor holds. @throws {GuestError} */
function imageShape(
  shape: readonly number[],
  width: number,
): { count: number; rows: number; columns: number } {
  const sizes = (count: number, rows: number, columns: number) => {
    if (rows > MOST_SIDE || columns > MOST_SIDE) {
      throw refuse(
        `image(): an image may have at most ${MOST_SIDE} rows and columns, got (${rows}, ${columns})`,
      );
    }
    return { count, rows, columns };
  };
  const [a = 1, b = 1, c = 1] = shape;
  if (shape.length === 3) return sizes(a, b, c);
  const pixels = shape.length === 2 ? b : a;
  const side = width > 0 ? width : Math.sqrt(pixels);
  const isRow = Number.isInteger(side) && pixels % side === 0;
  if (shape.length === 1 && isRow) return sizes(1, pixels / side, side);
  // 784 columns are images of 28 × 28; a small matrix that is no such row is one image.
  if (shape.length === 2 && isRow && (width > 0 || b > MOST_SIDE)) return sizes(a, b / side, side);
  if (shape.length === 2) return sizes(1, a, b);
  throw refuse(
    `image(): expected (H, W), (N, H, W) or rows of pixels, got shape ${showShape(shape)}; give { width } for rows that are not square`,
  );
}

/** Means over patches of a matrix, at most MOST_PATCHES a side. */
function patchMeans(values: Float32Array, rows: number, columns: number) {
  const [down, across] = [Math.min(rows, MOST_PATCHES), Math.min(columns, MOST_PATCHES)];
  const sums = new Float64Array(down * across);
  const counts = new Float64Array(down * across);
  for (let i = 0; i < rows; i++) {
    const row = Math.floor((i * down) / rows) * across;
    for (let j = 0; j < columns; j++) {
      const at = row + Math.floor((j * across) / columns);
      sums[at] = (sums[at] ?? 0) + (values[i * columns + j] ?? NaN);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return { rows: down, columns: across, values: Array.from(sums, (sum, at) => sum / (counts[at] ?? 1)) };
}

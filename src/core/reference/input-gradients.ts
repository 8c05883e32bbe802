import { UNIT_ROUNDOFF } from "./float32-arithmetic.ts";
import { backwardLayer, type Batch, type LinearReference, type ReferencePass } from "./network-pass.ts";

/** Zeros for all rows. */
export const zerosLike = (rows: readonly Float64Array[]): Float64Array[] =>
  rows.map(({ length }) => new Float64Array(length));

/** Gradients of all rows, and bounds of their rounding. */
interface Kept {
  readonly dy: readonly Float64Array[];
  readonly errors: readonly Float64Array[];
}

/** Gradients of values that are read once more further on wait here until the walk back has come to those values. */
export class Pending {
  readonly #kept = new Map<number, readonly Kept[]>();

  /** Keeps gradients of the value number `index`; of `null` there are none. */
  keep(index: number | null, dy: readonly Float64Array[], errors: readonly Float64Array[]): void {
    if (index !== null) this.#kept.set(index, [...(this.#kept.get(index) ?? []), { dy, errors }]);
  }

  /** Adds what is kept of the value number `index` to its gradients. */
  add(index: number, dy: Float64Array[], errors: Float64Array[]): [Float64Array[], Float64Array[]] {
    const kept = this.#kept.get(index) ?? [];
    this.#kept.delete(index);
    return kept.reduce<[Float64Array[], Float64Array[]]>(
      ([sumsBefore, boundsBefore], more) => {
        const sums = sumsBefore.map((row, n) => row.map((value, j) => value + more.dy[n][j]));
        const bounds = boundsBefore.map((row, n) =>
          row.map((error, j) => error + more.errors[n][j] + UNIT_ROUNDOFF * Math.abs(sums[n][j])),
        );
        return [sums, bounds];
      },
      [dy, errors],
    );
  }
}

/** Gradients of a layer's inputs, of all rows. */
export function inputGradients(
  pass: ReferencePass,
  position: number,
  batch: Batch,
  dy: readonly Float64Array[],
): Float64Array[] {
  const layer = pass.layers[position];
  return layer.type === "linear"
    ? dy.map((gradient) => timesTransposed(layer, gradient))
    : backwardLayer(pass, position, batch, dy);
}

/** dx = dy Wᵀ. */
function timesTransposed({ in: inputs, out, weight }: LinearReference, dy: Float64Array): Float64Array {
  return new Float64Array(inputs).map((_, i) => {
    let sum = 0;
    for (let j = 0; j < out; j++) sum += weight[i * out + j] * dy[j];
    return sum;
  });
}

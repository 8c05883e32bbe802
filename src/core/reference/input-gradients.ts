import { UNIT_ROUNDOFF } from "./float32-arithmetic.ts";
import { backwardLayer, type Batch, type LinearReference, type ReferencePass } from "./network-pass.ts";

/** Gradients that go around a block wait here until what goes through it has come to its beginning. */
export class Pending {
  readonly #kept = new Map<number, { dy: readonly Float64Array[]; errors: readonly Float64Array[] }>();

  /** Keeps what reaches the end of a block. */
  keep(
    layer: ReferencePass["layers"][number],
    dy: readonly Float64Array[],
    errors: readonly Float64Array[],
  ): void {
    if (layer.type === "skip") this.#kept.set(layer.from, { dy, errors });
  }

  /** Adds it to the gradients of the value number `index`, where a block begins there. */
  add(index: number, dy: Float64Array[], errors: Float64Array[]): [Float64Array[], Float64Array[]] {
    const kept = this.#kept.get(index);
    if (kept === undefined) return [dy, errors];
    this.#kept.delete(index);
    const sums = dy.map((row, n) => row.map((value, j) => value + kept.dy[n][j]));
    const bounds = errors.map((row, n) =>
      row.map((error, j) => error + kept.errors[n][j] + UNIT_ROUNDOFF * Math.abs(sums[n][j])),
    );
    return [sums, bounds];
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

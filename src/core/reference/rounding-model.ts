import { hash32 } from "../random/hash.ts";
import {
  shareRounding,
  slopeRounding,
  SMALLEST_FLOAT32,
  SMALLEST_SHARE,
  sumRounding,
  UNIT_ROUNDOFF,
  valueRounding,
  type Float32Arithmetic,
} from "./float32-arithmetic.ts";
import {
  outputOf,
  rowLossGradient,
  slopeOf,
  softmax,
  wantedOutput,
  type ElementwiseLayer,
  type LinearReference,
  type ReferencePass,
} from "./network-pass.ts";

/** Rows of a block that are computed with made-up rounding, and how often each. */
const SAMPLED_ROWS = 8;
const SAMPLES = 4;
/** By how much rounding may exceed the largest that was seen in the samples. */
const SAFETY = 4;

/** Rows to calibrate with, spread over a block of so many. */
export function sampledRows(rows: number): readonly number[] {
  const count = Math.min(rows, SAMPLED_ROWS);
  return Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/** −1 to 1, by the value alone: units with equal values round alike, as they do in a computer. */
function rounding(value: number, sample: number): number {
  bits[0] = value;
  return hash32(words[0] ^ hash32(words[1] ^ hash32(sample + 1))) / 2 ** 31 - 1;
}

/** A layer's errors go forward as they are: only products can make them cancel. */
type Errors = Float64Array;

/**
 * Running error analysis of one network in float32 (Higham, "Accuracy and Stability of Numerical Algorithms", 3.3):
 * beside each value a bound of its rounding, which is that of the operation, a multiple of u Σ|term|, and what the
 * operands' bounds pass on through |derivatives|.
 *
 * Taken literally the bound of a deep network is many times too large, for absolute values never cancel. So after each
 * product it is scaled by what some rows really show: they are computed a few times in float64 with made-up rounding of
 * the size of each operation's bound, and the largest deviation over the bound, times SAFETY, is the factor. It is never
 * above 1.
 */
export class RoundingModel {
  readonly #pass: ReferencePass;
  readonly #arithmetic: Float32Arithmetic;
  /** |W| by position; empty for other layers. */
  readonly #absolute: readonly Float64Array[];
  /** By position, of a layer's outputs going forward, and of the gradient of its inputs going back. */
  readonly #forward: Float64Array;
  readonly #backward: Float64Array;

  constructor(pass: ReferencePass, arithmetic: Float32Arithmetic) {
    this.#pass = pass;
    this.#arithmetic = arithmetic;
    this.#absolute = pass.layers.map((layer) =>
      layer.type === "linear" ? layer.weight.map(Math.abs) : new Float64Array(),
    );
    this.#forward = new Float64Array(pass.layers.length).fill(1);
    this.#backward = new Float64Array(pass.layers.length).fill(1);
  }

  /** Bounds of a row's values: of the input, which is exact, then of every layer's output. */
  forward(values: readonly ArrayLike<number>[]): readonly Errors[] {
    const errors: Errors[] = [new Float64Array(values[0].length)];
    for (let position = 0; position < this.#pass.layers.length; position++) {
      errors.push(scaled(this.#forwardLayer(position, values, errors[position]), this.#forward[position]));
    }
    return errors;
  }

  /** Bound of the gradient of one row's loss by the output, before the mean. */
  lossGradient(out: ArrayLike<number>, outErrors: Errors, target: number): Errors {
    const bound = this.#lossRounding(out, target);
    const largest = outErrors.reduce((most, error) => Math.max(most, error), 0);
    const shares = this.#pass.loss === "crossEntropy" ? softmax(out) : null;
    for (let c = 0; c < bound.length; c++) {
      bound[c] +=
        shares === null
          ? (2 * outErrors[c]) / out.length
          : // A share and what it lacks both change by the outputs' errors: the smaller of them counts.
            Math.min(
              1,
              Math.min(shares[c], 1 - shares[c]) * Math.expm1(Math.min(50, outErrors[c] + largest)),
            );
    }
    return bound;
  }

  /** Bound of dx behind an element-wise layer, from dy and its bound. */
  elementwise(position: number, x: ArrayLike<number>, xErrors: Errors, dy: Errors, dyErrors: Errors): Errors {
    const layer = this.#pass.layers[position];
    if (layer.type === "linear") throw new RangeError("RoundingModel.elementwise: the layer is linear");
    const smooth = layer.type !== "relu" && layer.activation.kind !== "leakyRelu";
    return dy.map((gradient, j) => {
      const slope = slopeOf(layer, x[j]);
      let error = slopeRounding(this.#arithmetic, layer, x[j], slope);
      if (smooth && xErrors[j] > 0) {
        error += Math.max(
          Math.abs(slopeOf(layer, x[j] + xErrors[j]) - slope),
          Math.abs(slopeOf(layer, x[j] - xErrors[j]) - slope),
        );
      }
      return (
        Math.abs(slope) * dyErrors[j] +
        error * (Math.abs(gradient) + dyErrors[j]) +
        UNIT_ROUNDOFF * Math.abs(slope * gradient) +
        SMALLEST_FLOAT32
      );
    });
  }

  /** Bound of dx = dy Wᵀ, from dy and its bound. */
  linear(position: number, dy: Errors, dyErrors: Errors): Errors {
    return scaled(this.#backwardLinear(position, dy, dyErrors), this.#backward[position]);
  }

  /** Finds the factors from these rows. */
  calibrate(
    chosen: readonly { readonly values: readonly ArrayLike<number>[]; readonly target: number }[],
  ): void {
    const { layers } = this.#pass;
    const perturbed = chosen.map(({ values, target }) =>
      Array.from({ length: SAMPLES }, (_, sample) => this.#perturbedRow(values, target, sample)),
    );
    const factorOf = (
      bounds: readonly Errors[],
      deviations: (row: number, sample: number) => Errors,
    ): number => {
      let most = 0;
      for (const [row, bound] of bounds.entries()) {
        for (let sample = 0; sample < SAMPLES; sample++) {
          deviations(row, sample).forEach((deviation, j) => {
            if (bound[j] > 0) most = Math.max(most, Math.abs(deviation) / bound[j]);
          });
        }
      }
      return most >= 0 && most < 1 / SAFETY ? SAFETY * most : 1;
    };
    const errors: Errors[][] = chosen.map(({ values }) => [new Float64Array(values[0].length)]);
    for (let position = 0; position < layers.length; position++) {
      const bounds = chosen.map(({ values }, row) =>
        this.#forwardLayer(position, values, errors[row][position]),
      );
      if (layers[position].type === "linear") {
        this.#forward[position] = factorOf(bounds, (row, sample) =>
          minus(perturbed[row][sample].values[position + 1], chosen[row].values[position + 1]),
        );
      }
      bounds.forEach((bound, row) => errors[row].push(scaled(bound, this.#forward[position])));
    }
    let dy = chosen.map(({ values, target }) => rowLossGradient(this.#pass, values[layers.length], target));
    let dyErrors = chosen.map(({ values, target }, row) =>
      this.lossGradient(values[layers.length], errors[row][layers.length], target),
    );
    for (let position = layers.length - 1; position >= 0; position--) {
      const layer = layers[position];
      if (layer.type === "linear") {
        const bounds = dyErrors.map((error, row) => this.#backwardLinear(position, dy[row], error));
        const dx = dy.map((gradient) => timesTransposed(layer, gradient));
        this.#backward[position] = factorOf(bounds, (row, sample) =>
          minus(perturbed[row][sample].gradients[position], dx[row]),
        );
        dyErrors = bounds.map((bound) => scaled(bound, this.#backward[position]));
        dy = dx;
        continue;
      }
      dyErrors = dyErrors.map((error, row) =>
        this.elementwise(position, chosen[row].values[position], errors[row][position], dy[row], error),
      );
      dy = dy.map((gradient, row) =>
        gradient.map((value, j) => value * slopeOf(layer, chosen[row].values[position][j])),
      );
    }
  }

  #forwardLayer(position: number, values: readonly ArrayLike<number>[], xErrors: Errors): Errors {
    const layer = this.#pass.layers[position];
    const x = values[position];
    if (layer.type === "linear") return this.#productBound(layer, this.#absolute[position], x, xErrors);
    const y = values[position + 1];
    return xErrors.map((error, j) => {
      const slope = Math.max(
        Math.abs(slopeOf(layer, x[j])),
        Math.abs(slopeOf(layer, x[j] + error)),
        Math.abs(slopeOf(layer, x[j] - error)),
      );
      return slope * error + valueRounding(this.#arithmetic, layer, x[j], y[j]);
    });
  }

  /** Σ (|x| rounding + error of x) |w| + rounding |b|. */
  #productBound(
    { in: inputs, out, bias }: LinearReference,
    absolute: Float64Array,
    x: ArrayLike<number>,
    xErrors: Errors,
  ): Errors {
    const each = sumRounding(inputs + 1);
    const bound = bias.map((value) => each * Math.abs(value) + inputs * SMALLEST_FLOAT32);
    for (let i = 0; i < inputs; i++) {
      const size = each * Math.abs(x[i]) + xErrors[i];
      if (size === 0) continue;
      const at = i * out;
      for (let j = 0; j < out; j++) bound[j] += size * absolute[at + j];
    }
    return bound;
  }

  #backwardLinear(position: number, dy: Errors, dyErrors: Errors): Errors {
    const layer = this.#pass.layers[position];
    if (layer.type !== "linear") throw new RangeError("RoundingModel.linear: the layer is element-wise");
    const { in: inputs, out } = layer;
    const absolute = this.#absolute[position];
    const each = sumRounding(out);
    const sizes = dy.map((value, j) => each * Math.abs(value) + dyErrors[j]);
    const bound = new Float64Array(inputs).fill(out * SMALLEST_FLOAT32);
    for (let i = 0; i < inputs; i++) {
      const at = i * out;
      let sum = 0;
      for (let j = 0; j < out; j++) sum += absolute[at + j] * sizes[j];
      bound[i] += sum;
    }
    return bound;
  }

  /** What the loss's gradient itself rounds. */
  #lossRounding(out: ArrayLike<number>, target: number): Errors {
    const wanted = wantedOutput(this.#pass, out.length, target);
    if (this.#pass.loss !== "crossEntropy") {
      return wanted.map(
        (value, c) => (8 * UNIT_ROUNDOFF * Math.abs(out[c] - value)) / out.length + SMALLEST_FLOAT32,
      );
    }
    let largest = -Infinity;
    for (let c = 0; c < out.length; c++) largest = Math.max(largest, out[c]);
    return softmax(out).map(
      (share, c) =>
        share * shareRounding(this.#arithmetic, largest - out[c], out.length) +
        4 * UNIT_ROUNDOFF * wanted[c] +
        SMALLEST_SHARE,
    );
  }

  /** One row with made-up rounding: values as `forwardRow` gives them, gradients of every layer's input and of the output. */
  #perturbedRow(
    exact: readonly ArrayLike<number>[],
    target: number,
    sample: number,
  ): { values: readonly ArrayLike<number>[]; gradients: readonly Float64Array[] } {
    const { layers } = this.#pass;
    const nothing = (values: ArrayLike<number>): Errors => new Float64Array(values.length);
    const disturb = (values: Float64Array, bounds: Errors): Float64Array =>
      values.map((value, j) => value + rounding(value, sample) * bounds[j]);
    const values: ArrayLike<number>[] = [exact[0]];
    for (const [position, layer] of layers.entries()) {
      const x = values[position];
      const y =
        layer.type === "linear"
          ? times(layer, x)
          : Float64Array.from(x, (value, j) => sameSide(layer, exact[position][j], value, outputOf));
      values.push(disturb(y, this.#forwardLayer(position, [...values, y], nothing(x))));
    }
    const out = values[layers.length];
    const gradients: Float64Array[] = [];
    gradients[layers.length] = disturb(
      rowLossGradient(this.#pass, out, target),
      this.#lossRounding(out, target),
    );
    for (let position = layers.length - 1; position >= 0; position--) {
      const layer = layers[position];
      const dy = gradients[position + 1];
      const x = values[position];
      gradients[position] =
        layer.type === "linear"
          ? disturb(timesTransposed(layer, dy), this.#backwardLinear(position, dy, nothing(dy)))
          : disturb(
              dy.map((value, j) => value * sameSide(layer, exact[position][j], x[j], slopeOf)),
              this.elementwise(position, x, nothing(x), dy, nothing(dy)),
            );
    }
    return { values, gradients };
  }
}

/** What a layer gives for x on the side of the kink where `exact` lies: the other side is told of by itself. */
function sameSide(
  layer: ElementwiseLayer,
  exact: number,
  x: number,
  of: (layer: ElementwiseLayer, x: number) => number,
): number {
  const kinked = layer.type === "relu" || layer.activation.kind === "leakyRelu";
  if (!kinked || x > 0 === exact > 0) return of(layer, x);
  return of(layer, exact > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE);
}

const scaled = (errors: Errors, factor: number): Errors =>
  factor === 1 ? errors : errors.map((error) => error * factor);

const minus = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array =>
  Float64Array.from(a, (value, j) => value - b[j]);

/** y = x W + b. */
function times({ in: inputs, out, weight, bias }: LinearReference, x: ArrayLike<number>): Float64Array {
  const y = bias.slice();
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < out; j++) y[j] += x[i] * weight[i * out + j];
  }
  return y;
}

/** dx = dy Wᵀ. */
function timesTransposed({ in: inputs, out, weight }: LinearReference, dy: Float64Array): Float64Array {
  return new Float64Array(inputs).map((_, i) => {
    let sum = 0;
    for (let j = 0; j < out; j++) sum += weight[i * out + j] * dy[j];
    return sum;
  });
}

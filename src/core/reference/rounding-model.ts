import {
  slopeRounding,
  SMALLEST_FLOAT32,
  sumRounding,
  UNIT_ROUNDOFF,
  valueRounding,
  type Float32Arithmetic,
} from "./float32-arithmetic.ts";
import { inputGradients, Pending, zerosLike } from "./input-gradients.ts";
import { lossGradientErrors, lossRounding } from "./loss-rounding.ts";
import {
  asideOf,
  backwardAside,
  columnOf,
  forwardLayer,
  isElementwise,
  jumpOf,
  normalisedRow,
  outputOf,
  slopeOf,
  type Batch,
  type ElementwiseLayer,
  type LinearReference,
  type ReferencePass,
} from "./network-pass.ts";
import { dropoutFactor } from "../network/dropout-mask.ts";
import { normalisedErrors, normErrors, throughMomentsErrors, type BatchErrors } from "./norm-rounding.ts";
import { rounding, SAMPLES } from "./sampled-rounding.ts";
import { rowLossGradient, type RowTargets } from "./row-loss.ts";

/** By how much rounding may exceed the largest that was seen in the samples. */
const SAFETY = 4;

/** A layer's errors go forward as they are: only products can make them cancel. */
type Errors = Float64Array;

const nothing = (batch: Batch): BatchErrors => ({
  values: batch.values.map((row) => row.map(({ length }) => new Float64Array(length))),
  norms: [],
});

/**
 * Running error analysis of one network in float32 (Higham, "Accuracy and Stability of Numerical Algorithms", 3.3):
 * beside each value a bound of its rounding, which is that of the operation, a multiple of u Σ|term|, and what the
 * operands' bounds pass on through |derivatives|.
 *
 * Taken literally the bound of a deep network is many times too large, for absolute values never cancel. So after each
 * product and norm it is scaled by what some rows really show: they are computed a few times in float64 with made-up
 * rounding of the size of each operation's bound, and the largest deviation over the bound, times SAFETY, is the factor.
 * It is never above 1.
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

  /** Bounds of a batch's values. */
  forward(batch: Batch): BatchErrors {
    const errors: BatchErrors = {
      values: batch.values.map(([x]) => [new Float64Array(x.length)]),
      norms: [],
    };
    for (let position = 0; position < this.#pass.layers.length; position++) {
      const bounds = this.#forwardLayer(position, batch, errors);
      bounds.forEach((bound, n) => errors.values[n].push(scaled(bound, this.#forward[position])));
    }
    return errors;
  }

  /** Bound of the gradient of one row's loss by the output, before the mean. */
  lossGradient(out: ArrayLike<number>, outErrors: Errors, targets: RowTargets): Errors {
    return lossGradientErrors(this.#pass, this.#arithmetic, { out, errors: outErrors, targets });
  }

  /** Bounds of the gradients of a layer's inputs, from those of its outputs and theirs; of a block's end those of the branch before it. */
  backward(
    position: number,
    batch: Batch,
    errors: BatchErrors,
    dy: readonly Float64Array[],
    dyErrors: readonly Errors[],
  ): Errors[] {
    const bounds = this.#backwardLayer(position, batch, errors, dy, dyErrors);
    return bounds.map((bound) => scaled(bound, this.#backward[position]));
  }

  /** Bounds of the gradients that go elsewhere: `backwardAside`. */
  backwardAside(
    position: number,
    batch: Batch,
    errors: BatchErrors,
    dy: readonly Float64Array[],
    dyErrors: readonly Errors[],
  ): Errors[] {
    return this.#pass.layers[position].type === "product"
      ? dy.map((gradient, n) =>
          timesErrors(gradient, dyErrors[n], batch.values[n][position], errors.values[n][position]),
        )
      : [...dyErrors];
  }

  /** Finds the factors from this batch. */
  calibrate(batch: Batch, targets: readonly RowTargets[]): void {
    const { layers } = this.#pass;
    const perturbed = Array.from({ length: SAMPLES }, (_, sample) => this.#perturbed(batch, targets, sample));
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
    const cancels = (position: number): boolean =>
      ["linear", "batchNorm", "layerNorm"].includes(layers[position].type);
    const errors: BatchErrors = {
      values: batch.values.map(([x]) => [new Float64Array(x.length)]),
      norms: [],
    };
    for (let position = 0; position < layers.length; position++) {
      const bounds = this.#forwardLayer(position, batch, errors);
      if (cancels(position)) {
        this.#forward[position] = factorOf(bounds, (row, sample) =>
          minus(perturbed[sample].values[row][position + 1], batch.values[row][position + 1]),
        );
      }
      bounds.forEach((bound, row) => errors.values[row].push(scaled(bound, this.#forward[position])));
    }
    const outputs = batch.values.map((row) => row[layers.length]);
    const pending = new Pending();
    let dy = outputs.map((out, n) => rowLossGradient(this.#pass, out, targets[n]));
    let dyErrors = outputs.map((out, n) =>
      this.lossGradient(out, errors.values[n][layers.length], targets[n]),
    );
    for (let position = layers.length - 1; position >= 0; position--) {
      pending.keep(
        asideOf(layers[position]),
        backwardAside(layers[position], position, batch, dy),
        this.backwardAside(position, batch, errors, dy, dyErrors),
      );
      const bounds = this.#backwardLayer(position, batch, errors, dy, dyErrors);
      dy = inputGradients(this.#pass, position, batch, dy);
      if (cancels(position)) {
        this.#backward[position] = factorOf(bounds, (row, sample) =>
          minus(perturbed[sample].gradients[position][row], dy[row]),
        );
      }
      dyErrors = bounds.map((bound) => scaled(bound, this.#backward[position]));
      [dy, dyErrors] = pending.add(position, dy, dyErrors);
    }
  }

  #forwardLayer(position: number, batch: Batch, errors: BatchErrors): Errors[] {
    const layer = this.#pass.layers[position];
    const inputs = batch.values.map((row) => row[position]);
    const given = errors.values.map((row) => row[position]);
    switch (layer.type) {
      case "linear":
        return inputs.map((x, n) => this.#productBound(layer, this.#absolute[position], x, given[n]));
      case "relu":
      case "activation":
        return inputs.map((x, n) => {
          const y = batch.values[n][position + 1];
          return given[n].map((error, j) => {
            const slope = Math.max(
              Math.abs(slopeOf(layer, x[j])),
              Math.abs(slopeOf(layer, x[j] + error)),
              Math.abs(slopeOf(layer, x[j] - error)),
            );
            return slope * error + valueRounding(this.#arithmetic, layer, x[j], y[j]);
          });
        });
      case "dropout":
        return given.map((row, n) =>
          row.map((error, j) => {
            const factor = dropoutFactor(layer, batch.rows[n] * row.length + j);
            return factor * (error + 2 * UNIT_ROUNDOFF * Math.abs(inputs[n][j]));
          }),
        );
      case "skip":
        return given.map((row, n) =>
          row.map(
            (error, j) =>
              error +
              errors.values[n][layer.from][j] +
              UNIT_ROUNDOFF * Math.abs(batch.values[n][position + 1][j]),
          ),
        );
      case "branch":
        return errors.values.map((row) => Float64Array.from(row[layer.from]));
      case "product":
        return inputs.map((x, n) =>
          timesErrors(x, given[n], batch.values[n][layer.left], errors.values[n][layer.left]),
        );
      case "batchNorm":
      case "layerNorm": {
        const moments = batch.moments[position];
        errors.norms[position] =
          layer.type === "layerNorm"
            ? inputs.map((x, n) => normErrors(Float64Array.from(x), given[n], moments[n]))
            : Array.from(layer.gain, (_, j) =>
                normErrors(
                  columnOf(batch, position, j),
                  Float64Array.from(given, (row) => row[j]),
                  moments[j],
                ),
              );
        return inputs.map((_, n) => {
          const normalised = normalisedRow(layer, position, batch, n);
          const own = normalisedErrors(layer, errors.norms[position], n);
          return own.map((error, j) => {
            const part = Math.abs(layer.gain[j] * normalised[j]);
            const rounded = UNIT_ROUNDOFF * (2 * part + Math.abs(batch.values[n][position + 1][j]));
            return Math.abs(layer.gain[j]) * error + rounded + SMALLEST_FLOAT32;
          });
        });
      }
    }
  }

  #backwardLayer(
    position: number,
    batch: Batch,
    errors: BatchErrors,
    dy: readonly Float64Array[],
    dyErrors: readonly Errors[],
  ): Errors[] {
    const layer = this.#pass.layers[position];
    switch (layer.type) {
      case "linear":
        return dy.map((gradient, n) => this.#backwardLinear(layer, position, gradient, dyErrors[n]));
      case "relu":
      case "activation":
        return dy.map((gradient, n) =>
          this.#elementwise(
            layer,
            batch.values[n][position],
            errors.values[n][position],
            gradient,
            dyErrors[n],
          ),
        );
      case "dropout":
        return dyErrors.map((row, n) =>
          row.map((error, j) => {
            const factor = dropoutFactor(layer, batch.rows[n] * row.length + j);
            return factor * (error + 2 * UNIT_ROUNDOFF * Math.abs(dy[n][j]));
          }),
        );
      case "skip":
        return [...dyErrors];
      case "branch":
        return dy.map((_, n) => new Float64Array(batch.values[n][position].length));
      case "product":
        return dy.map((gradient, n) =>
          timesErrors(gradient, dyErrors[n], batch.values[n][layer.left], errors.values[n][layer.left]),
        );
      case "layerNorm":
        return dy.map((gradient, n) =>
          throughMomentsErrors(
            gradient.map((value, j) => value * layer.gain[j]),
            dyErrors[n].map(
              (error, j) => Math.abs(layer.gain[j]) * (error + UNIT_ROUNDOFF * Math.abs(gradient[j])),
            ),
            normalisedRow(layer, position, batch, n),
            errors.norms[position][n],
            batch.moments[position][n].deviation,
          ),
        );
      case "batchNorm": {
        const normalised = dy.map((_, n) => normalisedRow(layer, position, batch, n));
        const bounds = dy.map(({ length }) => new Float64Array(length));
        layer.gain.forEach((gain, j) => {
          const column = throughMomentsErrors(
            Float64Array.from(dy, (row) => row[j]),
            Float64Array.from(dyErrors, (row) => row[j]),
            Float64Array.from(normalised, (row) => row[j]),
            errors.norms[position][j],
            batch.moments[position][j].deviation,
          );
          column.forEach((bound, n) => (bounds[n][j] = Math.abs(gain) * bound + SMALLEST_FLOAT32));
        });
        return bounds;
      }
    }
  }

  /** Of dx behind an element-wise layer. */
  #elementwise(
    layer: ElementwiseLayer,
    x: ArrayLike<number>,
    xErrors: Errors,
    dy: Float64Array,
    dyErrors: Errors,
  ): Errors {
    const smooth = jumpOf(layer) === 0;
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

  /** Of dx = dy Wᵀ. */
  #backwardLinear(
    { in: inputs, out }: LinearReference,
    position: number,
    dy: Float64Array,
    dyErrors: Errors,
  ): Errors {
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

  /** A batch with made-up rounding: values, and gradients of every layer's input and of the output, by position and row. */
  #perturbed(
    exact: Batch,
    targets: readonly RowTargets[],
    sample: number,
  ): { values: Batch["values"]; gradients: readonly Float64Array[][] } {
    const { layers } = this.#pass;
    const disturb = (values: Float64Array, bounds: Errors): Float64Array =>
      values.map((value, j) => value + rounding(value, sample) * bounds[j]);
    const batch: Batch = { rows: exact.rows, values: exact.values.map(([x]) => [x]), moments: [] };
    for (let position = 0; position < layers.length; position++) {
      const layer = layers[position];
      const outputs = isElementwise(layer)
        ? batch.values.map((row, n) =>
            Float64Array.from(row[position], (value, j) =>
              sameSide(layer, exact.values[n][position][j], value, outputOf),
            ),
          )
        : forwardLayer(this.#pass, position, batch);
      outputs.forEach((y, n) => batch.values[n].push(y));
      const bounds = this.#forwardLayer(position, batch, nothing(batch));
      outputs.forEach((y, n) => (batch.values[n][position + 1] = disturb(y, bounds[n])));
    }
    const errors = nothing(batch);
    // The norms' own rounding, with inputs that have none.
    for (let position = 0; position < layers.length; position++) this.#forwardLayer(position, batch, errors);
    const gradients: Float64Array[][] = [];
    const pending = new Pending();
    let dy = batch.values.map((row, n) => {
      const out = row[layers.length];
      return disturb(
        rowLossGradient(this.#pass, out, targets[n]),
        lossRounding(this.#pass, this.#arithmetic, out, targets[n]),
      );
    });
    for (let position = layers.length - 1; position >= 0; position--) {
      const layer = layers[position];
      const still = zerosLike(dy);
      const asideBounds = this.backwardAside(position, batch, errors, dy, still);
      pending.keep(
        asideOf(layer),
        layer.type === "product"
          ? backwardAside(layer, position, batch, dy).map((row, n) => disturb(row, asideBounds[n]))
          : dy,
        still,
      );
      const bounds = this.#backwardLayer(position, batch, errors, dy, still);
      const dx = isElementwise(layer)
        ? dy.map((gradient, n) =>
            gradient.map(
              (value, j) =>
                value * sameSide(layer, exact.values[n][position][j], batch.values[n][position][j], slopeOf),
            ),
          )
        : inputGradients(this.#pass, position, batch, dy);
      dy = dx.map((gradient, n) => disturb(gradient, bounds[n]));
      gradients[position] = dy;
      [dy] = pending.add(position, dy, zerosLike(dy));
    }
    return { values: batch.values, gradients };
  }
}

/** What a layer gives for x on the side of the kink where `exact` lies: the other side is told of by itself. */
function sameSide(
  layer: ElementwiseLayer,
  exact: number,
  x: number,
  of: (layer: ElementwiseLayer, x: number) => number,
): number {
  if (jumpOf(layer) === 0 || x > 0 === exact > 0) return of(layer, x);
  return of(layer, exact > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE);
}

/** Of a ⊙ b: |a| error of b + |b| error of a + both errors + rounding; what is exactly 0 stays so. */
const timesErrors = (a: ArrayLike<number>, aErrors: Errors, b: ArrayLike<number>, bErrors: Errors): Errors =>
  aErrors.map((error, j) => {
    const [sizeA, sizeB] = [Math.abs(a[j]), Math.abs(b[j])];
    const bound = error * (sizeB + bErrors[j]) + sizeA * (bErrors[j] + UNIT_ROUNDOFF * sizeB);
    return bound === 0 ? 0 : bound + SMALLEST_FLOAT32;
  });

const scaled = (errors: Errors, factor: number): Errors =>
  factor === 1 ? errors : errors.map((error) => error * factor);

const minus = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array =>
  Float64Array.from(a, (value, j) => value - b[j]);

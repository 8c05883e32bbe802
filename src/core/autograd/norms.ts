import {
  addBiasInPlace,
  columnProducts,
  columnSum,
  normalizeColumns,
  normalizeColumnsBackward,
  normalizeRows,
  normalizeRowsBackward,
  scaleColumns,
} from "../ops/functional.ts";
import type { TensorLike } from "../ops/op.ts";
import { ContractError } from "../errors.ts";
import { Module } from "./module.ts";
import type { Parameter, Variable } from "./tape.ts";

/**
 * `y = (x − mean) / √(variance + eps) · gain + shift` with mean and variance of the batch's rows, or of the running
 * averages when it evaluates. x, y (N, F); gain, shift (F,); running (2, F) holds mean and variance, and follows the
 * batches. The backward pass goes through mean and variance too, or takes running averages as the constants they are.
 *
 * @see torch.nn.BatchNorm1d
 */
export class BatchNorm<T extends TensorLike> extends Module<T> {
  readonly gain: Parameter<T>;
  readonly shift: Parameter<T>;
  readonly #running: T;
  readonly #options: { readonly momentum: number; readonly eps: number; readonly training: boolean };

  constructor(
    gain: Parameter<T>,
    shift: Parameter<T>,
    running: T,
    options: { readonly momentum: number; readonly eps: number; readonly training: boolean },
  ) {
    super();
    this.gain = gain;
    this.shift = shift;
    this.#running = running;
    this.#options = options;
  }

  override forward(x: Variable<T>): Variable<T> {
    const { gain, shift } = this;
    const { momentum, eps, training } = this.#options;
    const { ops } = x.tape;
    const [rows = 1, features = 1] = x.data.shape;
    const name = `${x.data.name} normalised`;
    let meanVariance = this.#running;
    if (training) {
      if (rows < 2) {
        throw new ContractError(
          `BatchNorm.forward: expected more than 1 value per channel when training, got ${x.data.name} (${rows}, ${features}): take batches of at least 2 rows`,
        );
      }
      const moments = ops.tensor(`moments of ${x.data.name}`, [2, features], "float64");
      ops.run({ op: "columnMoments", x: x.data, out: moments });
      meanVariance = ops.tensor(`mean and variance of ${x.data.name}`, [2, features]);
      ops.run({ op: "meanVariance", moments, out: meanVariance, rows });
      ops.run({ op: "track", running: this.#running, batch: meanVariance, momentum, rows });
    }
    const normalized = normalizeColumns(ops, x.data, meanVariance, { eps, name });
    const y = addBiasInPlace(ops, scaleColumns(ops, normalized, gain.data), shift.data);
    return x.tape.record(y, [x, gain, shift], (dy) => {
      const dshift = columnSum(ops, dy, `${shift.data.name}.g`);
      const dgain = columnProducts(ops, dy, normalized, `${gain.data.name}.g`);
      // Averages that only follow are constants: dx = dy · gain / √(variance + eps).
      if (!training) return [this.#throughConstants(x, dy), dgain, dshift];
      const given = { normalized, dy, gain: gain.data, dgain, dshift, meanVariance };
      return [normalizeColumnsBackward(ops, given, { eps, name: `${x.data.name}.g` }), dgain, dshift];
    });
  }

  /** dx = dy · gain / √(running variance + eps). */
  #throughConstants(x: Variable<T>, dy: T): T {
    const { ops } = x.tape;
    const { shape } = dy;
    const features = shape[1];
    const dx = ops.tensor(`${x.data.name}.g`, shape);
    ops.run({
      op: "map",
      shape,
      inputs: [
        { tensor: dy, offset: 0, strides: [features, 1] },
        { tensor: this.gain.data, offset: 0, strides: [0, 1] },
        { tensor: this.#running, offset: features, strides: [0, 1] },
      ],
      steps: [
        { input: 0 },
        { input: 1 },
        { fn: "mul" } as const,
        { input: 2 },
        { value: this.#options.eps },
        { fn: "add" } as const,
        { fn: "rsqrt" } as const,
        { fn: "mul" },
      ],
      out: dx,
    });
    return dx;
  }
}

/**
 * `y = (x − mean) / √(variance + eps) · gain + shift` with mean and variance of each row. x, y (N, F); gain, shift (F,).
 *
 * @see torch.nn.LayerNorm
 */
export class LayerNorm<T extends TensorLike> extends Module<T> {
  readonly gain: Parameter<T>;
  readonly shift: Parameter<T>;
  readonly #eps: number;

  constructor(gain: Parameter<T>, shift: Parameter<T>, eps: number) {
    super();
    this.gain = gain;
    this.shift = shift;
    this.#eps = eps;
  }

  override forward(x: Variable<T>): Variable<T> {
    const { gain, shift } = this;
    const { ops } = x.tape;
    const normalized = normalizeRows(ops, x.data, { eps: this.#eps, name: `${x.data.name} normalised` });
    const y = addBiasInPlace(ops, scaleColumns(ops, normalized, gain.data), shift.data);
    return x.tape.record(y, [x, gain, shift], (dy) => {
      const dnormalized = scaleColumns(ops, dy, gain.data);
      return [
        normalizeRowsBackward(ops, x.data, dnormalized, { eps: this.#eps, name: `${x.data.name}.g` }),
        columnProducts(ops, dy, normalized, `${gain.data.name}.g`),
        columnSum(ops, dy, `${shift.data.name}.g`),
      ];
    });
  }
}

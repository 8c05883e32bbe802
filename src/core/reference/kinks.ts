import { dropoutFactor } from "../network/dropout-mask.ts";
import { Pending, zerosLike } from "./input-gradients.ts";
import {
  asideOf,
  BESIDE_ZERO,
  isElementwise,
  jumpOf,
  normalisedRow,
  slopeOf,
  type Batch,
  type LinearReference,
  type NormReference,
  type ReferencePass,
} from "./network-pass.ts";

/** A pre-activation whose side of the kink float32 rounding may change. */
export interface Kink {
  /** Position of the element-wise layer. */
  readonly position: number;
  readonly unit: number;
}

/** Pre-activations farther from zero than this are not examined without a rounding model; its bound stays far under it. */
const NEAR_ZERO = 1e-3;
/** Rounding of a float32 dot product as a multiple of Σ|x w|: a few units in the last place of 2⁻²⁴. */
const DOT_PRODUCT_ERROR = 4 * 2 ** -24;

/**
 * Units of an element-wise layer that lie at its kink within rounding: of the product before it, and of what came into
 * that product, which every linear layer before has rounded once. With `errors`, the bounds of a rounding model, these
 * decide.
 */
export function kinksAt(
  pass: ReferencePass,
  position: number,
  values: readonly ArrayLike<number>[],
  errors: readonly ArrayLike<number>[] | null,
): Kink[] {
  const layer = pass.layers[position];
  if (!isElementwise(layer) || jumpOf(layer) === 0) return [];
  const before = position === 0 ? null : pass.layers[position - 1];
  const found: Kink[] = [];
  const z = values[position];
  if (errors !== null) {
    // What two element-wise layers in a row leave at 0 exactly was decided by the first, and a mask is no rounding.
    const exactZeros =
      before !== null && (isElementwise(before) || before.type === "dropout" || asideOf(before) !== null);
    for (let unit = 0; unit < z.length; unit++) {
      const bound = errors[position][unit];
      if (Math.abs(z[unit]) <= bound && !(exactZeros && bound === 0)) found.push({ position, unit });
    }
    return found;
  }
  if (before?.type !== "linear") return [];
  const depth = pass.layers.slice(0, position).filter(({ type }) => type === "linear").length;
  const x = values[position - 1];
  for (let unit = 0; unit < before.out; unit++) {
    if (Math.abs(z[unit]) > NEAR_ZERO) continue;
    let sum = Math.abs(before.bias[unit]);
    for (let i = 0; i < before.in; i++) sum += Math.abs(x[i] * before.weight[i * before.out + unit]);
    if (Math.abs(z[unit]) <= depth * DOT_PRODUCT_ERROR * sum) found.push({ position, unit });
  }
  return found;
}

/** Where a row's allowances go: into sums that are already there, so that nothing of a parameter's size is made. */
export interface KinkSink {
  /** By parameter. */
  readonly allowances: Readonly<Record<string, Float64Array>>;
  /** By how much the row's x.g may differ; as long as the row. */
  readonly x: Float64Array;
}

/** Rows whose kinks are followed together. */
export interface KinkedBatch {
  readonly batch: Batch;
  /** By row. */
  readonly kinks: readonly (readonly Kink[])[];
  /** The largest |gradient| of each layer's output, by row and position; of rows without kinks nothing. */
  readonly gradients: readonly (readonly ArrayLike<number>[])[];
  /** Bounds of the values' rounding, by row and position; null without a rounding model. */
  readonly errors: readonly (readonly ArrayLike<number>[])[] | null;
}

const plainBefore = (pass: ReferencePass): boolean =>
  pass.layers.every((layer) => layer.type === "linear" || isElementwise(layer));

/**
 * Adds what the other sides of kinks would have given. Kinks of one layer of a row do not meet, so in a plain network each
 * is walked back by itself, as it is. With kinks in several layers, or with norms and blocks between, any of their sides
 * may come together: then all go back at once, as absolute values, through the steeper side of every kink. Rows of
 * `sinks` are those of the batch.
 */
export function addJumps(pass: ReferencePass, kinked: KinkedBatch, sinks: readonly KinkSink[]): void {
  const [own = []] = kinked.kinks;
  const alone = kinked.kinks.length === 1 && new Set(own.map(({ position }) => position)).size === 1;
  if (!alone || !plainBefore(pass)) {
    walkTogether(pass, kinked, sinks);
    return;
  }
  const [values] = kinked.batch.values;
  const [sink] = sinks;
  for (const { position, unit } of own) {
    const layer = pass.layers[position];
    const jump = isElementwise(layer) ? kinked.gradients[0][position][unit] * jumpOf(layer) : 0;
    if (jump === 0) continue;
    let dy = new Float64Array(values[position].length);
    dy[unit] = jump;
    for (let at = position - 1; at >= 0; at--) {
      const before = pass.layers[at];
      const x = values[at];
      if (before.type === "linear") dy = walkThrough(before, x, dy, sink, { absolute: false, errors: null });
      else if (isElementwise(before)) dy = dy.map((value, j) => value * slopeOf(before, x[j]));
    }
    for (let i = 0; i < dy.length; i++) sink.x[i] += Math.abs(dy[i]);
  }
}

function walkTogether(
  pass: ReferencePass,
  { batch, kinks, gradients, errors }: KinkedBatch,
  sinks: readonly KinkSink[],
): void {
  const { layers } = pass;
  const highest = kinks.flat().reduce((most, { position }) => Math.max(most, position), 0);
  let dy: Float64Array[] = batch.values.map((row) => new Float64Array(row[highest + 1].length));
  const pending = new Pending();
  for (let position = highest; position >= 0; position--) {
    const layer = layers[position];
    switch (layer.type) {
      case "linear":
        dy = dy.map((row, n) =>
          walkThrough(layer, batch.values[n][position], row, sinks[n], {
            absolute: true,
            errors: errors?.[n][position] ?? null,
          }),
        );
        break;
      case "relu":
      case "activation": {
        const steeper = Math.max(
          Math.abs(slopeOf(layer, BESIDE_ZERO)),
          Math.abs(slopeOf(layer, -BESIDE_ZERO)),
        );
        dy = dy.map((row, n) => {
          const here = new Set(kinks[n].flatMap((kink) => (kink.position === position ? [kink.unit] : [])));
          const x = batch.values[n][position];
          return row.map((value, j) =>
            here.has(j)
              ? steeper * value + Math.abs(jumpOf(layer)) * gradients[n][position][j]
              : value * Math.abs(slopeOf(layer, x[j])),
          );
        });
        break;
      }
      case "dropout":
        dy = dy.map((row, n) =>
          row.map((value, j) => value * dropoutFactor(layer, batch.rows[n] * row.length + j)),
        );
        break;
      case "skip":
        pending.keep(layer.from, dy, zerosLike(dy));
        break;
      case "branch":
        pending.keep(layer.from, dy, zerosLike(dy));
        dy = batch.values.map((row) => new Float64Array(row[position].length));
        break;
      case "product": {
        const through = (index: number): Float64Array[] =>
          dy.map((row, n) =>
            row.map(
              (value, j) => value * (Math.abs(batch.values[n][index][j]) + (errors?.[n][index][j] ?? 0)),
            ),
          );
        const aside = through(position);
        pending.keep(layer.left, aside, zerosLike(aside));
        dy = through(layer.left);
        break;
      }
      case "batchNorm":
      case "layerNorm":
        dy = walkNorm(layer, position, batch, dy, sinks);
    }
    [dy] = pending.add(position, dy, zerosLike(dy));
  }
  dy.forEach((row, n) => {
    for (let i = 0; i < row.length; i++) sinks[n].x[i] += row[i];
  });
}

/** (|dn| + mean |dn| + |x̂| mean(|dn| |x̂|)) / deviation, on the way adding |dy x̂| and |dy|. */
function walkNorm(
  layer: NormReference,
  position: number,
  batch: Batch,
  dy: readonly Float64Array[],
  sinks: readonly KinkSink[],
): Float64Array<ArrayBuffer>[] {
  const sizes = dy.map((_, n) => normalisedRow(layer, position, batch, n).map(Math.abs));
  const byRow = layer.type === "layerNorm";
  const [rows, features] = [dy.length, layer.gain.length];
  dy.forEach((row, n) => {
    const { allowances } = sinks[n];
    for (let j = 0; j < features; j++) {
      allowances[layer.gainName][j] += row[j] * sizes[n][j];
      allowances[layer.shiftName][j] += row[j];
    }
  });
  const groups = byRow ? rows : features;
  const [mean, along] = [new Float64Array(groups), new Float64Array(groups)];
  const count = byRow ? features : rows;
  for (let n = 0; n < rows; n++) {
    for (let j = 0; j < features; j++) {
      const dn = (dy[n][j] * Math.abs(layer.gain[j])) / count;
      mean[byRow ? n : j] += dn;
      along[byRow ? n : j] += dn * sizes[n][j];
    }
  }
  return dy.map((row, n) =>
    Float64Array.from(row, (value, j) => {
      const group = byRow ? n : j;
      const dn = value * Math.abs(layer.gain[j]);
      return (dn + mean[group] + sizes[n][j] * along[group]) / batch.moments[position][group].deviation;
    }),
  );
}

/**
 * dx = dy Wᵀ, or |dy| |W|ᵀ, on the way adding |xᵀ dy| and |dy|. An x that lies at a kink itself is 0 but for its rounding:
 * with `errors` that counts too.
 */
function walkThrough(
  { in: inputs, out, weight, weightName, biasName }: LinearReference,
  x: ArrayLike<number>,
  dy: Float64Array,
  { allowances }: KinkSink,
  { absolute, errors }: { readonly absolute: boolean; readonly errors: ArrayLike<number> | null },
): Float64Array<ArrayBuffer> {
  const [weights, biases] = [allowances[weightName], allowances[biasName]];
  const moved = Array.from(dy.keys()).filter((j) => dy[j] !== 0);
  for (const j of moved) biases[j] += Math.abs(dy[j]);
  const dx = new Float64Array(inputs);
  if (moved.length === 0) return dx;
  for (let i = 0; i < inputs; i++) {
    const at = i * out;
    let sum = 0;
    for (const j of moved) {
      weights[at + j] += (Math.abs(x[i]) + (errors?.[i] ?? 0)) * Math.abs(dy[j]);
      const part = weight[at + j] * dy[j];
      sum += absolute ? Math.abs(part) : part;
    }
    dx[i] = sum;
  }
  return dx;
}

import { jumpOf, slopeOf, type LinearReference, type ReferencePass } from "./network-pass.ts";

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
  if (layer.type === "linear" || jumpOf(layer) === 0) return [];
  const before = position === 0 ? null : pass.layers[position - 1];
  const found: Kink[] = [];
  const z = values[position];
  if (errors !== null) {
    // What two element-wise layers in a row leave at 0 exactly was decided by the first.
    const exactZeros = before?.type === "relu" || before?.type === "activation";
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

/** A row whose kinks are followed. */
export interface KinkedRow {
  readonly values: readonly ArrayLike<number>[];
  readonly kinks: readonly Kink[];
  /** The largest |gradient| of each layer's output, by position. */
  readonly gradients: readonly ArrayLike<number>[];
}

/**
 * Adds what the other sides of a row's kinks would have given. Kinks of one layer do not meet, so each is walked back by
 * itself, as it is. With kinks in several layers any of their sides may come together: then all go back at once, as
 * absolute values, through the steeper side of every kink.
 */
export function addJumps(pass: ReferencePass, { values, kinks, gradients }: KinkedRow, sink: KinkSink): void {
  const positions = [...new Set(kinks.map(({ position }) => position))];
  if (positions.length > 1) {
    walkTogether(pass, { values, kinks, gradients }, sink);
    return;
  }
  for (const { position, unit } of kinks) {
    const layer = pass.layers[position];
    const jump = layer.type === "linear" ? 0 : gradients[position][unit] * jumpOf(layer);
    if (jump === 0) continue;
    let dy = new Float64Array(values[position].length);
    dy[unit] = jump;
    for (let at = position - 1; at >= 0; at--) {
      const before = pass.layers[at];
      const x = values[at];
      dy =
        before.type === "linear"
          ? walkThrough(before, x, dy, sink, { absolute: false })
          : dy.map((value, j) => value * slopeOf(before, x[j]));
    }
    for (let i = 0; i < dy.length; i++) sink.x[i] += Math.abs(dy[i]);
  }
}

function walkTogether(
  { layers }: ReferencePass,
  { values, kinks, gradients }: KinkedRow,
  sink: KinkSink,
): void {
  const highest = kinks.reduce((most, { position }) => Math.max(most, position), 0);
  let dy = new Float64Array(values[highest + 1].length);
  for (let position = highest; position >= 0; position--) {
    const layer = layers[position];
    const x = values[position];
    if (layer.type === "linear") {
      dy = walkThrough(layer, x, dy, sink, { absolute: true });
      continue;
    }
    const here = new Set(kinks.flatMap((kink) => (kink.position === position ? [kink.unit] : [])));
    const steeper = Math.max(Math.abs(slopeOf(layer, 1)), Math.abs(slopeOf(layer, -1)));
    dy = dy.map((value, j) =>
      here.has(j)
        ? steeper * value + Math.abs(jumpOf(layer)) * gradients[position][j]
        : value * Math.abs(slopeOf(layer, x[j])),
    );
  }
  for (let i = 0; i < dy.length; i++) sink.x[i] += dy[i];
}

/** dx = dy Wᵀ, or |dy| |W|ᵀ, on the way adding |xᵀ dy| and |dy|. */
function walkThrough(
  { in: inputs, out, weight, weightName, biasName }: LinearReference,
  x: ArrayLike<number>,
  dy: Float64Array,
  { allowances }: KinkSink,
  { absolute }: { readonly absolute: boolean },
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
      weights[at + j] += Math.abs(x[i] * dy[j]);
      const part = weight[at + j] * dy[j];
      sum += absolute ? Math.abs(part) : part;
    }
    dx[i] = sum;
  }
  return dx;
}

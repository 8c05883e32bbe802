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

/** What a row's gradient jumps by at a kink: the gradient of the layer's output times the jump of its slope. */
export interface Jump extends Kink {
  readonly dz: number;
}

/** Kinks of a row that are followed one by one; more of them go back together, as absolute values. */
const MOST_APART = 8;

/** Where a row's allowances go. */
export interface KinkSink {
  /** By parameter. */
  readonly allowances: Readonly<Record<string, Float64Array>>;
  /** By how much the row's x.g may differ; as long as the row. */
  readonly x: Float64Array;
}

/**
 * Adds what the other side of these kinks would have given, walking back from each into sums that are already there:
 * nothing of a parameter's size is made. Kinks of the first product touch one column each and always go one by one.
 */
export function addJumps(
  pass: ReferencePass,
  values: readonly ArrayLike<number>[],
  jumps: readonly Jump[],
  sink: KinkSink,
): void {
  const first = pass.layers.findIndex(({ type }) => type === "linear");
  const real = jumps.filter(({ dz }) => dz !== 0);
  const apart = real.filter(({ position }) => position === first + 1 || real.length <= MOST_APART);
  for (const { position, unit, dz } of apart) {
    const start = new Float64Array(values[position].length);
    start[unit] = dz;
    walkBack(pass, values, position - 1, start, sink);
  }
  const together = new Map<number, Float64Array>();
  for (const { position, unit, dz } of real) {
    if (position === first + 1 || real.length <= MOST_APART) continue;
    const start = together.get(position) ?? new Float64Array(values[position].length);
    start[unit] = Math.abs(dz);
    together.set(position, start);
  }
  for (const [position, start] of together) {
    walkBack(pass, values, position - 1, start, sink, { absolute: true });
  }
}

/** Walks a jump back and adds its absolute values; with `absolute` nothing cancels on the way either. */
function walkBack(
  { layers }: ReferencePass,
  values: readonly ArrayLike<number>[],
  from: number,
  start: Float64Array,
  sink: KinkSink,
  { absolute } = { absolute: false },
): void {
  let dy = start;
  for (let position = from; position >= 0; position--) {
    const layer = layers[position];
    const x = values[position];
    if (layer.type === "linear") {
      dy = walkThrough(layer, x, dy, sink, absolute);
      continue;
    }
    dy = dy.map((value, j) => {
      const dx = value * slopeOf(layer, x[j]);
      return absolute ? Math.abs(dx) : dx;
    });
  }
  for (let i = 0; i < dy.length; i++) sink.x[i] += Math.abs(dy[i]);
}

function walkThrough(
  { in: inputs, out, weight, weightName, biasName }: LinearReference,
  x: ArrayLike<number>,
  dy: Float64Array,
  { allowances }: KinkSink,
  absolute: boolean,
): Float64Array {
  const [weights, biases] = [allowances[weightName], allowances[biasName]];
  const moved = Array.from(dy.keys()).filter((j) => dy[j] !== 0);
  for (const j of moved) biases[j] += Math.abs(dy[j]);
  const dx = new Float64Array(inputs);
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

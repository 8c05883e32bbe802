import { advance, BIAS, constant, lines, local, set } from "./wat.ts";

/** An optimiser's step on every element: what becomes of four lanes of each tensor. */
export interface Update {
  /** Pointers, in the order of the function's parameters; all are read. */
  readonly tensors: readonly string[];
  /** Those that are written, in the order in which they are. */
  readonly written: readonly string[];
  /** Numbers, after the pointers and the bytes. */
  readonly scalars: readonly string[];
  /** Assignments to the tensors' lanes and to `g`. */
  readonly body: readonly (readonly [name: string, value: string])[];
}

export const plus = (a: string, b: string): string => `(f32x4.add ${a} ${b})`;
export const minus = (a: string, b: string): string => `(f32x4.sub ${a} ${b})`;
export const times = (a: string, b: string): string => `(f32x4.mul ${a} ${b})`;
export const over = (a: string, b: string): string => `(f32x4.div ${a} ${b})`;
export const root = (a: string): string => `(f32x4.sqrt ${a})`;
/** Four lanes of a tensor, or of `g`. */
export const lane = (name: string): string => local(`v_${name}`);
/** A scalar in four lanes. */
export const all = (name: string): string => local(`all_${name}`);

/** g = grad + decay · param. */
export const DECAYED = ["g", plus(lane("grad"), times(all("decay"), lane("param")))] as const;

/** Rounds of 16 bytes, or of 4 for the rest, while so many are left. */
function rounds({ tensors, written, body }: Update, width: 16 | 4): string {
  const load = width === 16 ? "v128.load" : "v128.load32_zero";
  const store = (name: string): string =>
    width === 16
      ? `(v128.store offset=${BIAS} ${local(name)} ${lane(name)})`
      : `(v128.store32_lane offset=${BIAS} 0 ${local(name)} ${lane(name)})`;
  return lines([
    `(block $no${width} (loop $round${width} (br_if $no${width} (i32.lt_u ${local("bytes")} ${constant(width)}))`,
    tensors.map((name) => set(`v_${name}`, `(${load} offset=${BIAS} ${local(name)})`)),
    body.map(([name, value]) => set(`v_${name}`, value)),
    written.map(store),
    tensors.map((name) => advance(name, constant(width))),
    advance("bytes", constant(-width)),
    `(br $round${width})))`,
  ]);
}

/** `name(tensors…, bytes, scalars…)`: each element's result is the same wherever it falls. */
export function updateFunction(name: string, update: Update): string {
  const { tensors, scalars } = update;
  return lines([
    `(func (export "${name}")`,
    [...tensors, "bytes"].map((pointer) => `(param $${pointer} i32)`),
    scalars.map((scalar) => `(param $${scalar} f32)`),
    scalars.map((scalar) => `(local $all_${scalar} v128)`),
    [...tensors, "g"].map((tensor) => `(local $v_${tensor} v128)`),
    scalars.map((scalar) => set(`all_${scalar}`, `(f32x4.splat ${local(scalar)})`)),
    tensors.map((pointer) => advance(pointer, constant(-BIAS))),
    rounds(update, 16),
    rounds(update, 4),
    ")",
  ]);
}

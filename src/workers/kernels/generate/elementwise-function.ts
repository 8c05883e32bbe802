import { advance, BIAS, constant, lines, local, set } from "./wat.ts";

/** An op on every element: what becomes of a vector of each input, `x`, `y` and so on. */
export interface Elementwise {
  readonly inputs: readonly string[];
  /** Locals of four lanes that the body sets and reads, besides the inputs. */
  readonly locals?: readonly string[];
  /** Numbers that the body uses, besides the inputs: in four lanes of float32. */
  readonly scalars: readonly string[];
  /** The result of four lanes, from `$x0`, `$y0`, or those of the next vector. */
  readonly body: (lane: (input: string) => string, scalar: (name: string) => string) => string;
}

/** Rounds of `width` bytes while so many are left: all loads, then all stores. */
function rounds({ inputs, scalars, body }: Elementwise, width: number): string {
  const single = width < 16;
  const vectors = width > 16 ? [0, 1] : [0];
  const load = single ? "v128.load32_zero" : "v128.load";
  const store = (vector: number, value: string): string =>
    single
      ? `(v128.store32_lane offset=${BIAS} 0 ${local("target")} ${value})`
      : `(v128.store offset=${BIAS + 16 * vector} ${local("target")} ${value})`;
  const splat = (name: string): string => {
    if (!scalars.includes(name)) throw new Error(`generate-elementwise: no scalar ${name}`);
    return local(`all_${name}`);
  };
  return lines([
    `(block $no${width} (loop $round${width} (br_if $no${width} (i32.lt_u ${local("bytes")} ${constant(width)}))`,
    vectors.flatMap((vector) =>
      inputs.map((input) =>
        set(`${input}${vector}`, `(${load} offset=${BIAS + 16 * vector} ${local(input)})`),
      ),
    ),
    vectors.map((vector) =>
      set(
        `r${vector}`,
        body((input) => local(`${input}${vector}`), splat),
      ),
    ),
    vectors.map((vector) => store(vector, local(`r${vector}`))),
    [...inputs, "target"].map((pointer) => advance(pointer, constant(width))),
    advance("bytes", constant(-width)),
    `(br $round${width})))`,
  ]);
}

/**
 * `relu(x, target, bytes, shift)`, `mask(x, y, target, bytes)` and so on: target = body(x, y), element by element;
 * `target` may be an input. Pairs of vectors first, which V8's revectoriser may join, then one, then floats: each
 * element's result is the same wherever it falls.
 */
export function elementwiseFunction(name: string, op: Elementwise): string {
  const { scalars } = op;
  return lines([
    `(func (export "${name}")`,
    [...op.inputs, "target", "bytes"].map((pointer) => `(param $${pointer} i32)`),
    scalars.map((scalar) => `(param $${scalar} f32)`),
    scalars.map((scalar) => `(local $all_${scalar} v128)`),
    (op.locals ?? []).map((register) => `(local $${register} v128)`),
    [...op.inputs, "r"].flatMap((register) => [`(local $${register}0 v128)`, `(local $${register}1 v128)`]),
    scalars.map((scalar) => set(`all_${scalar}`, `(f32x4.splat ${local(scalar)})`)),
    [...op.inputs, "target"].map((pointer) => advance(pointer, constant(-BIAS))),
    [32, 16, 4].map((width) => rounds(op, width)),
    ")",
  ]);
}

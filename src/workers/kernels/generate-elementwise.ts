import { advance, BIAS, constant, lines, local, set } from "./wat.ts";

/** An op on every element: what becomes of a vector of each input, `x` and maybe `y`. */
interface Elementwise {
  readonly name: string;
  readonly inputs: readonly ("x" | "y")[];
  /** Numbers that the body uses, besides the inputs. */
  readonly scalars: readonly string[];
  /** The result of four lanes, from `$x0`, `$y0`, or those of the next vector. */
  readonly body: (lane: (input: "x" | "y") => string, scalar: (name: string) => string) => string;
}

const ZERO = "(v128.const i64x2 0 0)";

const OPS: readonly Elementwise[] = [
  { name: "addInto", inputs: ["x", "y"], scalars: [], body: (of) => `(f32x4.add ${of("x")} ${of("y")})` },
  {
    // The second operand of pmax wins only if it is larger, so NaN stays.
    name: "relu",
    inputs: ["x"],
    scalars: ["shift"],
    body: (of, scalar) => `(f32x4.sub (f32x4.pmax ${of("x")} ${ZERO}) ${scalar("shift")})`,
  },
  {
    name: "mask",
    inputs: ["x", "y"],
    scalars: [],
    body: (of) => `(v128.and (f32x4.gt ${of("x")} ${ZERO}) ${of("y")})`,
  },
  {
    name: "scaledDifference",
    inputs: ["x", "y"],
    scalars: ["scale"],
    body: (of, scalar) => `(f32x4.mul ${scalar("scale")} (f32x4.sub ${of("x")} ${of("y")}))`,
  },
  {
    name: "subtractScaled",
    inputs: ["x", "y"],
    scalars: ["scale"],
    body: (of, scalar) => `(f32x4.sub ${of("x")} (f32x4.mul ${scalar("scale")} ${of("y")}))`,
  },
];

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
function elementwiseFunction(op: Elementwise): string {
  return lines([
    `(func (export "${op.name}")`,
    [...op.inputs, "target", "bytes"].map((name) => `(param $${name} i32)`),
    op.scalars.map((name) => `(param $${name} f32)`),
    op.scalars.map((name) => `(local $all_${name} v128)`),
    [...op.inputs, "r"].flatMap((name) => [`(local $${name}0 v128)`, `(local $${name}1 v128)`]),
    op.scalars.map((name) => set(`all_${name}`, `(f32x4.splat ${local(name)})`)),
    [...op.inputs, "target"].map((pointer) => advance(pointer, constant(-BIAS))),
    [32, 16, 4].map((width) => rounds(op, width)),
    ")",
  ]);
}

export const elementwiseFunctions = (): string[] => OPS.map(elementwiseFunction);

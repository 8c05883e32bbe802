import { high, low, whileLeft } from "./lanes.ts";
import { advance, BIAS, constant, lines, local, set, ZERO } from "./wat.ts";

/** An op on every element: what becomes of a vector of each input, `x`, `y` and so on. */
export interface Elementwise {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Locals of four lanes that the body sets and reads, besides the inputs. */
  readonly locals?: readonly string[];
  /** Numbers that the body uses, besides the inputs: in four lanes of float32. */
  readonly scalars: readonly string[];
  /** More of them, in two lanes of float64. */
  readonly doubles?: readonly string[];
  /** The result of four lanes, from `$x0`, `$y0`, or those of the next vector. */
  readonly body: (lane: (input: string) => string, scalar: (name: string) => string) => string;
}

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
  { name: "multiply", inputs: ["x", "y"], scalars: [], body: (of) => `(f32x4.mul ${of("x")} ${of("y")})` },
  {
    name: "standardize",
    inputs: ["x", "mean", "factor"],
    scalars: [],
    body: (of) => `(f32x4.mul (f32x4.sub ${of("x")} ${of("mean")}) ${of("factor")})`,
  },
  {
    name: "batchNormBackward",
    inputs: ["x", "dy", "factor", "mean", "along"],
    scalars: [],
    body: (of) =>
      `(f32x4.mul ${of("factor")} (f32x4.sub (f32x4.sub ${of("dy")} ${of("mean")}) (f32x4.mul ${of("x")} ${of("along")})))`,
  },
  {
    name: "scale",
    inputs: ["x"],
    scalars: ["factor"],
    body: (of, scalar) => `(f32x4.mul ${scalar("factor")} ${of("x")})`,
  },
  {
    // In float64, so that no mean and no factor costs digits.
    name: "normalize",
    inputs: ["x"],
    scalars: [],
    doubles: ["mean", "factor"],
    body: (of, scalar) => {
      const half = (x: string): string =>
        `(f32x4.demote_f64x2_zero (f64x2.mul (f64x2.sub ${x} ${scalar("mean")}) ${scalar("factor")}))`;
      return `(i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 ${half(low(of("x")))} ${half(high(of("x")))})`;
    },
  },
];

/** `scaleBytes(bytes, target, count, divisor)`: target = bytes / divisor as float32, eight at a time, then one. */
const SCALE_BYTES = lines([
  '(func (export "scaleBytes") (param $x i32) (param $target i32) (param $count i32) (param $divisor f32)',
  "(local $v v128) (local $all v128)",
  set("all", `(f32x4.splat ${local("divisor")})`),
  whileLeft(
    "eight",
    "count",
    8,
    [
      set("v", `(v128.load8x8_u ${local("x")})`),
      ["low", "high"].map(
        (half, index) =>
          `(v128.store offset=${16 * index} ${local("target")} (f32x4.div (f32x4.convert_i32x4_u (i32x4.extend_${half}_i16x8_u ${local("v")})) ${local("all")}))`,
      ),
      advance("x", constant(8)),
      advance("target", constant(32)),
    ].flat(),
  ),
  whileLeft("one", "count", 1, [
    `(f32.store ${local("target")} (f32.div (f32.convert_i32_u (i32.load8_u ${local("x")})) ${local("divisor")}))`,
    advance("x", constant(1)),
    advance("target", constant(4)),
  ]),
  ")",
]);

/** Rounds of `width` bytes while so many are left: all loads, then all stores. */
function rounds({ inputs, scalars, doubles = [], body }: Elementwise, width: number): string {
  const single = width < 16;
  const vectors = width > 16 ? [0, 1] : [0];
  const load = single ? "v128.load32_zero" : "v128.load";
  const store = (vector: number, value: string): string =>
    single
      ? `(v128.store32_lane offset=${BIAS} 0 ${local("target")} ${value})`
      : `(v128.store offset=${BIAS + 16 * vector} ${local("target")} ${value})`;
  const splat = (name: string): string => {
    if (![...scalars, ...doubles].includes(name)) throw new Error(`generate-elementwise: no scalar ${name}`);
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
export function elementwiseFunction(op: Elementwise): string {
  const scalars = [
    ...op.scalars.map((name) => ({ name, type: "f32", lanes: "f32x4" })),
    ...(op.doubles ?? []).map((name) => ({ name, type: "f64", lanes: "f64x2" })),
  ];
  return lines([
    `(func (export "${op.name}")`,
    [...op.inputs, "target", "bytes"].map((name) => `(param $${name} i32)`),
    scalars.map(({ name, type }) => `(param $${name} ${type})`),
    scalars.map(({ name }) => `(local $all_${name} v128)`),
    (op.locals ?? []).map((name) => `(local $${name} v128)`),
    [...op.inputs, "r"].flatMap((name) => [`(local $${name}0 v128)`, `(local $${name}1 v128)`]),
    scalars.map(({ name, lanes }) => set(`all_${name}`, `(${lanes}.splat ${local(name)})`)),
    [...op.inputs, "target"].map((pointer) => advance(pointer, constant(-BIAS))),
    [32, 16, 4].map((width) => rounds(op, width)),
    ")",
  ]);
}

export const elementwiseFunctions = (): string[] => [...OPS.map(elementwiseFunction), SCALE_BYTES];

import { advance, BIAS, constant, lines, local, set } from "./wat.ts";

/** An optimiser's step on every element: what becomes of four lanes of each tensor. */
interface Update {
  readonly name: string;
  /** Pointers, in the order of the function's parameters; all are read. */
  readonly tensors: readonly string[];
  /** Those that are written, in the order in which they are. */
  readonly written: readonly string[];
  /** Numbers, after the pointers and the bytes. */
  readonly scalars: readonly string[];
  /** Assignments to the tensors' lanes and to `g`. */
  readonly body: readonly (readonly [name: string, value: string])[];
}

const plus = (a: string, b: string): string => `(f32x4.add ${a} ${b})`;
const minus = (a: string, b: string): string => `(f32x4.sub ${a} ${b})`;
const times = (a: string, b: string): string => `(f32x4.mul ${a} ${b})`;
const over = (a: string, b: string): string => `(f32x4.div ${a} ${b})`;
const root = (a: string): string => `(f32x4.sqrt ${a})`;
const lane = (name: string): string => local(`v_${name}`);
const all = (name: string): string => local(`all_${name}`);

/** g = grad + decay · param. */
const DECAYED = ["g", plus(lane("grad"), times(all("decay"), lane("param")))] as const;

const UPDATES: readonly Update[] = [
  {
    // The step is ofGradient · g + ofVelocity · velocity: (0, 1), or (1, momentum) with Nesterov's look ahead.
    name: "momentum",
    tensors: ["param", "grad", "velocity"],
    written: ["velocity", "param"],
    scalars: ["lr", "momentum", "ofGradient", "ofVelocity", "decay"],
    body: [
      DECAYED,
      ["velocity", plus(times(all("momentum"), lane("velocity")), lane("g"))],
      [
        "param",
        minus(
          lane("param"),
          times(
            all("lr"),
            plus(times(all("ofGradient"), lane("g")), times(all("ofVelocity"), lane("velocity"))),
          ),
        ),
      ],
    ],
  },
  {
    // stepSize = lr / (1 − β₁ᵗ), scale = 1 / √(1 − β₂ᵗ), keep = 1 − lr · weightDecay when that is decoupled, else 1.
    name: "adam",
    tensors: ["param", "grad", "m", "v"],
    written: ["m", "v", "param"],
    scalars: ["stepSize", "scale", "beta1", "rest1", "beta2", "rest2", "eps", "decay", "keep"],
    body: [
      ["param", times(lane("param"), all("keep"))],
      DECAYED,
      ["m", plus(times(all("beta1"), lane("m")), times(all("rest1"), lane("g")))],
      ["v", plus(times(all("beta2"), lane("v")), times(all("rest2"), times(lane("g"), lane("g"))))],
      [
        "param",
        minus(
          lane("param"),
          over(times(all("stepSize"), lane("m")), plus(times(root(lane("v")), all("scale")), all("eps"))),
        ),
      ],
    ],
  },
  {
    name: "rmsProp",
    tensors: ["param", "grad", "v"],
    written: ["v", "param"],
    scalars: ["lr", "alpha", "rest", "eps", "decay"],
    body: [
      DECAYED,
      ["v", plus(times(all("alpha"), lane("v")), times(all("rest"), times(lane("g"), lane("g"))))],
      ["param", minus(lane("param"), over(times(all("lr"), lane("g")), plus(root(lane("v")), all("eps"))))],
    ],
  },
];

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

/** `adam(param, grad, m, v, bytes, stepSize, …)` and so on: each element's result is the same wherever it falls. */
function updateFunction(update: Update): string {
  const { name, tensors, scalars } = update;
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

export const optimiserFunctions = (): string[] => UPDATES.map(updateFunction);

import { normal } from "../random/normal.ts";
import { randomStream } from "../random/random-stream.ts";

/** Toys and what they show. */
export const TOYS = {
  circles: "a disc inside a ring: no straight line parts them",
  xor: "exclusive or: the sign of x₁ · x₂",
  moons: "two half moons that reach into each other",
  gaussians: "two clouds that a straight line parts",
  spirals: "two arms wound around each other",
  regression: "a wave over the plane: a number to predict",
} as const;
export type Toy = keyof typeof TOYS;

/** Points (rows, 2), row-major, with a class 0 or 1 each, or a number for `regression`. */
export interface ToyPoints {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** A stream of their own, away from those that draw weights and shuffle. */
const TOY_STREAM = 91;

interface Draws {
  readonly uniform: () => number;
  readonly normal: () => number;
}

/** One point without noise: x₁, x₂ in about [−1, 1], and its target. `at` is its place among the class's points, 0 to 1. */
type Rule = (label: 0 | 1, at: number, draws: Draws) => readonly [number, number, number];

const RULES: Readonly<Record<Toy, Rule>> = {
  circles: (label, _at, { uniform }) => {
    const radius = label === 0 ? 0.4 * Math.sqrt(uniform()) : 0.7 + 0.3 * uniform();
    const angle = 2 * Math.PI * uniform();
    return [radius * Math.cos(angle), radius * Math.sin(angle), label];
  },
  xor: (label, _at, { uniform }) => {
    const [u, v] = [0.05 + 0.95 * uniform(), 0.05 + 0.95 * uniform()];
    const sign = uniform() < 0.5 ? -1 : 1;
    return [sign * u, (label === 1 ? -sign : sign) * v, label];
  },
  moons: (label, at) => {
    const angle = Math.PI * at;
    // The upper moon around (−0.25, −0.15), the lower one around (0.25, 0.15), both of radius 0.6.
    return label === 0
      ? [0.6 * Math.cos(angle) - 0.25, 0.6 * Math.sin(angle) - 0.15, 0]
      : [0.25 - 0.6 * Math.cos(angle), 0.15 - 0.6 * Math.sin(angle), 1];
  },
  gaussians: (label, _at, draws) => {
    const centre = label === 0 ? -0.45 : 0.45;
    return [centre + 0.15 * draws.normal(), centre + 0.15 * draws.normal(), label];
  },
  spirals: (label, at) => {
    const radius = 0.05 + 0.95 * at;
    const angle = 3.5 * Math.PI * at + (label === 1 ? Math.PI : 0);
    return [radius * Math.sin(angle), radius * Math.cos(angle), label];
  },
  regression: (_label, _at, { uniform }) => {
    const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
    return [u, v, Math.sin(Math.PI * u) + v ** 2 - u * v];
  },
};

/**
 * Draws a toy: `rows` points of two features, both classes in turn. `noise` is the standard
 * deviation that is added to each coordinate (to the target of `regression`), where the points fill [−1, 1]².
 *
 * @throws {RangeError} If rows or noise are no such numbers.
 * @see scikit-learn's make_circles and make_moons; TensorFlow Playground
 */
export function toyPoints(
  toy: Toy,
  { rows, noise, seed }: { readonly rows: number; readonly noise: number; readonly seed: number },
): ToyPoints {
  if (!Number.isInteger(rows) || rows < 1)
    throw new RangeError(`toyPoints: expected rows from 1, got ${rows}`);
  if (!(noise >= 0 && noise < Infinity))
    throw new RangeError(`toyPoints: expected noise from 0, got ${noise}`);
  const stream = randomStream(seed, TOY_STREAM);
  const draws: Draws = { uniform: () => stream.next(), normal: () => normal(stream, 1)[0] };
  const [x, y] = [new Float32Array(2 * rows), new Float32Array(rows)];
  const rule = RULES[toy];
  for (let row = 0; row < rows; row++) {
    const label = row % 2 === 0 ? 0 : 1;
    const [u, v, target] = rule(label, draws.uniform(), draws);
    const [e, f] = [noise * draws.normal(), noise * draws.normal()];
    const moved = toy !== "regression";
    x[2 * row] = moved ? u + e : u;
    x[2 * row + 1] = moved ? v + f : v;
    y[row] = moved ? target : target + e;
  }
  return { x, y };
}

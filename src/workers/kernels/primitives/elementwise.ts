import { ZERO } from "../generate/wat.ts";
import { mapOne, mapped, mapTwo, type MapOne, type MapTwo, type MapTwoScaled } from "./mapped.ts";

/** max(x, 0) − shift; a comparison with NaN is false, so NaN stays. */
export const shiftedRelu = (x: number, shift: number): number => (x < 0 ? 0 : x) - shift;

export const ELEMENTWISE = {
  /** max(x, 0) − scalar. */
  relu: mapped<MapOne>({
    inputs: ["x"],
    scalars: ["shift"],
    // The second operand of pmax wins only if it is larger, so NaN stays.
    body: (of, scalar) => `(f32x4.sub (f32x4.pmax ${of("x")} ${ZERO}) ${scalar("shift")})`,
    loop: mapOne(shiftedRelu),
    check: (relu, { signed, zeros, length }) => {
      relu(signed, zeros, 4 * length, 0.75);
    },
  }),
  /** x + y. */
  addInto: mapped<MapTwo>({
    inputs: ["x", "y"],
    scalars: [],
    body: (of) => `(f32x4.add ${of("x")} ${of("y")})`,
    loop: mapTwo((x, y) => x + y),
    check: (add, { signed, positive, zeros, length }) => {
      add(signed, positive, zeros, 4 * length);
      add(positive, signed, positive, 4 * length);
    },
  }),
  /** y where x > 0, else 0. */
  mask: mapped<MapTwo>({
    inputs: ["x", "y"],
    scalars: [],
    body: (of) => `(v128.and (f32x4.gt ${of("x")} ${ZERO}) ${of("y")})`,
    loop: mapTwo((x, y) => (x > 0 ? y : 0)),
    check: (mask, { signed, positive, zeros, length }) => {
      mask(signed, positive, zeros, 4 * length);
    },
  }),
  /** scalar · (x − y). */
  scaledDifference: mapped<MapTwoScaled>({
    inputs: ["x", "y"],
    scalars: ["scale"],
    body: (of, scalar) => `(f32x4.mul ${scalar("scale")} (f32x4.sub ${of("x")} ${of("y")}))`,
    loop: mapTwo((x, y, scale) => scale * (x - y)),
    check: (difference, { signed, positive, zeros, length }) => {
      difference(signed, positive, zeros, 4 * length, 0.75);
    },
  }),
  /** x − scalar · y. */
  subtractScaled: mapped<MapTwoScaled>({
    inputs: ["x", "y"],
    scalars: ["scale"],
    body: (of, scalar) => `(f32x4.sub ${of("x")} (f32x4.mul ${scalar("scale")} ${of("y")}))`,
    loop: mapTwo((x, y, scale) => x - scale * y),
    check: (subtract, { signed, positive, zeros, length }) => {
      subtract(signed, positive, zeros, 4 * length, 0.75);
    },
  }),
  /** x · y. */
  multiply: mapped<MapTwo>({
    inputs: ["x", "y"],
    scalars: [],
    body: (of) => `(f32x4.mul ${of("x")} ${of("y")})`,
    loop: mapTwo((x, y) => x * y),
    check: (multiply, { signed, positive, zeros, length }) => {
      multiply(signed, positive, zeros, 4 * length);
    },
  }),
  /** scalar · x. */
  scale: mapped<MapOne>({
    inputs: ["x"],
    scalars: ["factor"],
    body: (of, scalar) => `(f32x4.mul ${scalar("factor")} ${of("x")})`,
    loop: mapOne((x, factor) => factor * x),
    check: (scale, { signed, zeros, length }) => {
      scale(signed, zeros, 4 * length, -1.5);
    },
  }),
  /** (x − mean) · factor, each of them as long as x. */
  standardize: mapped<(x: number, mean: number, factor: number, target: number, bytes: number) => void>({
    inputs: ["x", "mean", "factor"],
    scalars: [],
    body: (of) => `(f32x4.mul (f32x4.sub ${of("x")} ${of("mean")}) ${of("factor")})`,
    loop: (arena) => (x, mean, factor, target, bytes) => {
      const { all } = arena;
      for (let at = 0; at < bytes; at += 4) {
        all[(target + at) / 4] = (all[(x + at) / 4]! - all[(mean + at) / 4]!) * all[(factor + at) / 4]!;
      }
    },
    check: (standardize, { signed, positive, others, zeros, length }) => {
      standardize(signed, positive, others, zeros, 4 * length);
    },
  }),
  /** factor · (dy − mean − x · along), each of them as long as x. */
  batchNormBackward: mapped<
    (
      x: number,
      dy: number,
      factor: number,
      mean: number,
      along: number,
      target: number,
      bytes: number,
    ) => void
  >({
    inputs: ["x", "dy", "factor", "mean", "along"],
    scalars: [],
    body: (of) =>
      `(f32x4.mul ${of("factor")} (f32x4.sub (f32x4.sub ${of("dy")} ${of("mean")}) (f32x4.mul ${of("x")} ${of("along")})))`,
    loop: (arena) => (x, dy, factor, mean, along, target, bytes) => {
      const { all } = arena;
      for (let at = 0; at < bytes; at += 4) {
        const without =
          all[(dy + at) / 4]! - all[(mean + at) / 4]! - all[(x + at) / 4]! * all[(along + at) / 4]!;
        all[(target + at) / 4] = all[(factor + at) / 4]! * without;
      }
    },
    check: (backward, { signed, positive, others, zeros, length }) => {
      backward(signed, positive, others, positive + 16, others + 16, zeros, 4 * length);
    },
  }),
};

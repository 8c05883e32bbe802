import type { Distribution } from "../ops/generic-op.ts";
import { numelOf } from "../ops/recording-ops.ts";
import { record } from "./record.ts";
import { checkSizes, MAX_WHOLE, showShape } from "./shapes.ts";
import { TensorShapeError, TensorSizeError } from "./tensor-error.ts";
import type { DrawKey, Recorder, TensorNode, TensorStorage } from "./tensor-node.ts";

/**
 * The same number everywhere; takes no memory until something needs it as a tensor.
 *
 * @throws {TensorSizeError} If a size is none.
 */
export function full(
  recorder: Recorder,
  sizes: readonly number[],
  value: number,
  label = "full",
): TensorNode {
  const shape = checkSizes(label, sizes);
  return record(recorder, { op: { kind: "full", value }, inputs: [], shape, dtype: "float32", label });
}

/**
 * Values of one's own, row-major.
 *
 * @throws {TensorShapeError} If their number does not fit the shape.
 */
export function tensorOf(
  recorder: Recorder,
  values: Float32Array,
  sizes: readonly number[],
  label = "tensor",
): TensorNode {
  const shape = checkSizes(label, sizes);
  if (values.length !== numelOf(shape)) {
    throw new TensorShapeError(
      `${label}(): ${values.length} numbers do not fill ${showShape(shape)}, which has ${numelOf(shape)}.`,
    );
  }
  return record(recorder, { op: { kind: "data", values }, inputs: [], shape, dtype: "float32", label });
}

/**
 * start, start + step, … below end; with one number 0, 1, … below it.
 *
 * @throws {TensorSizeError} If nothing lies between, or more than 2²⁴ numbers do.
 */
export function arange(recorder: Recorder, start: number, end?: number, step = 1): TensorNode {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count < 1) {
    throw new TensorSizeError(`arange(): nothing lies between ${from} and ${to} in steps of ${step}.`);
  }
  if (count > MAX_WHOLE) {
    throw new TensorSizeError(`arange(): at most 2²⁴ = ${MAX_WHOLE} numbers, this would be ${count}.`);
  }
  const values = Float32Array.from({ length: count }, (_, i) => from + i * step);
  const whole = Number.isInteger(from) && Number.isInteger(step);
  if (whole && Math.max(Math.abs(from), Math.abs(to)) > MAX_WHOLE) {
    throw new TensorSizeError(`arange(): whole numbers reach up to 2²⁴ = ${MAX_WHOLE}, got ${from} … ${to}.`);
  }
  const dtype = whole ? "int32" : "float32";
  const op = { kind: "data", values } as const;
  return record(recorder, { op, inputs: [], shape: [count], dtype, label: "arange" });
}

/** The identity matrix (n, n). @throws {TensorSizeError} If n is no size. */
export function eye(recorder: Recorder, n: number): TensorNode {
  const shape = checkSizes("eye", [n, n]);
  return record(recorder, { op: { kind: "eye" }, inputs: [], shape, dtype: "float32", label: "eye" });
}

const DRAW_LABELS: Record<Distribution, string> = {
  normal: "randn",
  uniform: "rand",
  permutation: "randperm",
};

/**
 * Random numbers: standard normal, uniform in [0, 1), or 0 … n − 1 in random order.
 *
 * @throws {TensorSizeError} If a size is none, or a permutation has not one size up to 2²⁴.
 */
export function draw(
  recorder: Recorder,
  distribution: Distribution,
  sizes: readonly number[],
  key: DrawKey,
): TensorNode {
  const label = DRAW_LABELS[distribution];
  const shape = checkSizes(label, sizes);
  if (distribution === "permutation" && (shape.length !== 1 || shape[0] > MAX_WHOLE)) {
    throw new TensorSizeError(`randperm(): one size up to 2²⁴ = ${MAX_WHOLE}, got ${showShape(shape)}.`);
  }
  const dtype = distribution === "permutation" ? "int32" : "float32";
  return record(recorder, { op: { kind: "draw", distribution, key }, inputs: [], shape, dtype, label });
}

/** Values that already lie in a buffer: a data set, the result of another program. */
export function stored(
  recorder: Recorder,
  sizes: readonly number[],
  { storage, name }: { readonly storage: TensorStorage; readonly name: string },
): TensorNode {
  const shape = checkSizes(name, sizes);
  const op = { kind: "stored" } as const;
  const node = record(recorder, { op, inputs: [], shape, dtype: "float32", label: name });
  node.name = name;
  node.storage = storage;
  return node;
}

import { record } from "./record.ts";
import { axisOf, checkRank, checkSizes, describe } from "./shapes.ts";
import { TensorShapeError, TensorSizeError } from "./tensor-error.ts";
import type { Recorder, TensorDType, TensorNode } from "./tensor-node.ts";
import { unsqueeze } from "./views.ts";

const commonType = (tensors: readonly TensorNode[]): TensorDType => {
  const types = new Set(tensors.map(({ dtype }) => dtype));
  const [only] = types;
  if (types.size === 1) return only;
  return types.has("float32") ? "float32" : "int32";
};

/**
 * Tensors one after another along an axis that they have; their other sizes are equal.
 *
 * @throws {TensorShapeError} With the two shapes that differ, and where.
 */
export function cat(recorder: Recorder, tensors: readonly TensorNode[], dim = 0, label = "cat"): TensorNode {
  const [first, ...rest] = tensors;
  if (tensors.length === 0)
    throw new TensorShapeError(`${label}(): needs at least one tensor, got an empty list.`);
  const axis = axisOf(label, dim, first);
  rest.forEach((other, place) => {
    const bad = first.shape.findIndex((size, i) => i !== axis && size !== other.shape[i]);
    if (other.shape.length === first.shape.length && bad < 0) return;
    throw new TensorShapeError(
      `${label}(): tensor 0 is ${describe(first)}, tensor ${place + 1} is ${describe(other)}; ${
        other.shape.length === first.shape.length
          ? `only axis ${axis} may differ, but axis ${bad} does.`
          : "they must have as many axes. Did you mean stack()?"
      }`,
    );
  });
  const total = tensors.reduce((sum, { shape }) => sum + shape[axis], 0);
  const shape = checkSizes(label, first.shape.with(axis, total));
  const op = { kind: "cat", axis } as const;
  return record(recorder, { op, inputs: tensors, shape, dtype: commonType(tensors), label });
}

/**
 * Tensors of one shape along a new axis.
 *
 * @throws {TensorShapeError} If their shapes differ.
 */
export function stack(recorder: Recorder, tensors: readonly TensorNode[], dim = 0): TensorNode {
  const [first] = tensors;
  if (tensors.length === 0)
    throw new TensorShapeError("stack(): needs at least one tensor, got an empty list.");
  const odd = tensors.findIndex((other) => String(other.shape) !== String(first.shape));
  if (odd >= 0) {
    throw new TensorShapeError(
      `stack(): tensor 0 is ${describe(first)}, tensor ${odd} is ${describe(tensors[odd])}; all must have one shape. Did you mean cat()?`,
    );
  }
  const rows = tensors.map((one) => unsqueeze(recorder, one, dim));
  return cat(recorder, rows, dim, "stack");
}

/**
 * `value` around x: pairs[d] says how many come before and after along axis d.
 *
 * @throws {TensorSizeError} If there is not one pair an axis, or a number in it is negative or not whole.
 */
export function pad(
  recorder: Recorder,
  x: TensorNode,
  pairs: readonly (readonly [before: number, after: number])[],
  value = 0,
): TensorNode {
  if (pairs.length !== x.shape.length) {
    throw new TensorSizeError(
      `.pad(): needs one [before, after] for each axis of ${describe(x)}, got ${pairs.length}.`,
    );
  }
  checkRank("pad", x.shape.length);
  for (const count of pairs.flat()) {
    if (Number.isInteger(count) && count >= 0) continue;
    throw new TensorSizeError(`.pad(): whole numbers of at least 0 are needed, got ${count}.`);
  }
  const shape = checkSizes(
    "pad",
    x.shape.map((size, axis) => size + pairs[axis][0] + pairs[axis][1]),
  );
  const op = { kind: "pad", before: pairs.map(([before]) => before), value } as const;
  return record(recorder, { op, inputs: [x], shape, dtype: x.dtype, label: "pad" });
}

import { ContractError, ShapeError } from "../errors.ts";
import type { DType, TensorLike } from "./tensor-like.ts";

const describe = (shape: readonly (number | string)[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;

/** Checks of one op; every failure names the op and the tensor's role in it. */
export class Checks {
  readonly #op: string;

  constructor(op: string) {
    this.#op = op;
  }

  /** The sizes of a tensor that must have these axes. */
  sizes(role: string, tensor: TensorLike, axes: readonly string[]): readonly number[] {
    if (tensor.shape.length !== axes.length) this.#fail(role, tensor, describe(axes));
    return tensor.shape;
  }

  /** The tensor must have exactly this shape. */
  shape(role: string, tensor: TensorLike, expected: readonly number[]): void {
    const same = tensor.shape.length === expected.length && tensor.shape.every((n, i) => n === expected[i]);
    if (!same) this.#fail(role, tensor, describe(expected));
  }

  /** Every axis must have at least one element. */
  notEmpty(role: string, tensor: TensorLike): void {
    if (tensor.shape.includes(0)) this.#fail(role, tensor, "at least 1 along every axis");
  }

  /** The tensor must have this element type. */
  dtype(role: string, tensor: TensorLike, expected: DType): void {
    if (tensor.dtype !== expected) {
      throw new ContractError(
        `${this.#op}: expected ${role} "${tensor.name}" to be ${expected}, got ${tensor.dtype}`,
      );
    }
  }

  /** An output that the op writes while it still reads `input`. */
  distinct(role: string, out: TensorLike, inputRole: string, input: TensorLike): void {
    if (out === input) {
      throw new ContractError(
        `${this.#op}: ${role} and ${inputRole} are the same tensor "${out.name}"; ${role} must be a tensor of its own`,
      );
    }
  }

  range(what: string, holds: boolean, expected: string, got: number | string): void {
    if (!holds) throw new RangeError(`${this.#op}: expected ${what} ${expected}, got ${got}`);
  }

  #fail(role: string, tensor: TensorLike, expected: string): never {
    throw new ShapeError(`${this.#op}: ${role} "${tensor.name}"`, expected, describe(tensor.shape));
  }
}

/** Both are one shape, element by element. */
export function sameShape(
  check: Checks,
  roles: Readonly<Record<string, TensorLike>>,
  model: TensorLike,
): void {
  for (const [role, tensor] of Object.entries(roles)) check.shape(role, tensor, model.shape);
}

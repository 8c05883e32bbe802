import type { BinaryFunction, UnaryFunction } from "../../../core/ops/generic-op.ts";
import type { Kernels } from "../load/kernels.ts";
import type { MapOne, MapTwo } from "../primitives/mapped.ts";

/** Names of primitives of one kind. */
type Named<F> = { [K in keyof Kernels]: Kernels[K] extends F ? K : never }[keyof Kernels];

export const UNARY_KERNELS: Readonly<Record<UnaryFunction, Named<MapOne>>> = {
  neg: "negate",
  abs: "absolute",
  sign: "sign",
  sqrt: "root",
  rsqrt: "inverseRoot",
  square: "square",
  exp: "exponential",
  log: "logarithm",
  tanh: "tanh",
  sigmoid: "sigmoid",
  erf: "errorFunction",
};

/** x ∘ y of two tensors, of a tensor and a number, of a number and a tensor. */
interface BinaryKernels {
  readonly each: Named<MapTwo>;
  readonly scalar: Named<MapOne>;
  readonly reversed: Named<MapOne>;
}

export const BINARY_KERNELS: Readonly<Record<BinaryFunction, BinaryKernels>> = {
  add: { each: "addInto", scalar: "addScalar", reversed: "addScalar" },
  sub: { each: "subtract", scalar: "addScalar", reversed: "subtractFrom" },
  mul: { each: "multiply", scalar: "scale", reversed: "scale" },
  div: { each: "divide", scalar: "divideBy", reversed: "divideInto" },
  pow: { each: "power", scalar: "powerOf", reversed: "powerTo" },
  maximum: { each: "maximum", scalar: "maximumScalar", reversed: "maximumScalar" },
  minimum: { each: "minimum", scalar: "minimumScalar", reversed: "minimumScalar" },
  gt: { each: "greater", scalar: "greaterScalar", reversed: "lessScalar" },
  ge: { each: "greaterOrEqual", scalar: "greaterOrEqualScalar", reversed: "lessOrEqualScalar" },
  lt: { each: "less", scalar: "lessScalar", reversed: "greaterScalar" },
  le: { each: "lessOrEqual", scalar: "lessOrEqualScalar", reversed: "greaterOrEqualScalar" },
  eq: { each: "equal", scalar: "equalScalar", reversed: "equalScalar" },
  ne: { each: "unequal", scalar: "unequalScalar", reversed: "unequalScalar" },
};

import { ACTIVATIONS } from "./activations.ts";
import { COLUMN_SUMS } from "./column-sums.ts";
import { CONVERSIONS } from "./conversions.ts";
import { COPIES } from "./copies.ts";
import { COUNTS } from "./counts.ts";
import { DROPOUT } from "./dropout.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { EXPONENTIALS } from "./exponentials.ts";
import { LOSSES } from "./losses.ts";
import { OPTIMISERS } from "./optimisers.ts";
import type { Primitive, PrimitiveFunction } from "./primitive.ts";
import { ROW_NORMS } from "./row-norms.ts";
import { SUMS } from "./sums.ts";

/** All functions beside the products: one row each, which modules, loops and checks are made of. */
export const PRIMITIVES = {
  ...ELEMENTWISE,
  ...CONVERSIONS,
  ...SUMS,
  ...COLUMN_SUMS,
  ...COUNTS,
  ...EXPONENTIALS,
  ...ACTIVATIONS,
  ...LOSSES,
  ...ROW_NORMS,
  ...DROPOUT,
  ...OPTIMISERS,
  ...COPIES,
};
type Table = typeof PRIMITIVES;

// A literal's keys are its own.
export const PRIMITIVE_NAMES = Object.keys(PRIMITIVES) as (keyof Table)[];

/** Each primitive's function. */
export type PrimitiveKernels = { readonly [K in keyof Table]: ReturnType<Table[K]["loop"]> };

/** One function a row, however `make` comes by it. */
export const primitiveKernels = (
  make: (name: string, row: Primitive) => PrimitiveFunction,
): PrimitiveKernels =>
  // What is made of a row has the row's type; TypeScript cannot follow that through a loop over all of them.
  Object.fromEntries(PRIMITIVE_NAMES.map((name) => [name, make(name, PRIMITIVES[name])])) as PrimitiveKernels;

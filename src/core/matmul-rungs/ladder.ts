import { broadcast } from "./broadcast.ts";
import { cacheOrder } from "./cache-order.ts";
import { einsumRung } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { reference } from "./reference.ts";
import type { Rung } from "./rung.ts";
import { tripleLoop } from "./triple-loop.ts";

/** The rungs in plain TypeScript, in the notebook's order; the first is what the others must equal. */
export const LADDER: readonly Rung[] = [
  reference,
  tripleLoop,
  elementwise,
  broadcast,
  einsumRung,
  cacheOrder,
];

import type { RungId } from "../../../shared/ladder.ts";

/** The rungs' places on the notebook's ladder; two libraries share the last. */
export const RUNG_NUMBERS = {
  reference: 0,
  "triple-loop": 1,
  elementwise: 2,
  broadcast: 3,
  einsum: 4,
  "cache-order": 5,
  kernel: 6,
  sharded: 7,
  tfjs: 8,
  pytorch: 8,
} as const satisfies Record<RungId, number>;

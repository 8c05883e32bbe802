import type { StageId, StagePair } from "../../shared/experiments/stages.ts";

export const GRADIENT_TENSORS = ["x", "w1", "b1", "w2", "b2"] as const;
export type GradientChoice = (typeof GRADIENT_TENSORS)[number] | "all";

/** How far two stages agree. */
export interface Agreement {
  readonly equal: boolean;
  /** The largest relative norm of the tensors looked at. */
  readonly relNorm: number;
  /** The tensor that it belongs to. */
  readonly tensor: StagePair["tensor"];
  readonly pairs: readonly StagePair[];
}

/** How two stages agree in one gradient or in all five; null when they were not compared. */
export function agreementOf(
  pairs: readonly StagePair[],
  [one, other]: readonly [StageId, StageId],
  choice: GradientChoice,
): Agreement | null {
  const here = pairs.filter(
    ({ first, second, tensor }) =>
      ((first === one && second === other) || (first === other && second === one)) &&
      (choice === "all" || tensor === choice),
  );
  const [start] = here;
  if (start === undefined) return null;
  const worst = here.reduce((most, pair) => (isWorse(pair.relNorm, most.relNorm) ? pair : most), start);
  return {
    equal: here.every(({ equal }) => equal),
    relNorm: worst.relNorm,
    tensor: worst.tensor,
    pairs: here,
  };
}

/** NaN is worse than any number. */
const isWorse = (one: number, other: number): boolean =>
  !Number.isNaN(other) && (Number.isNaN(one) || one > other);

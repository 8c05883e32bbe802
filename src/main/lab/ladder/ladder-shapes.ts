import {
  LADDER_PRESETS,
  type LadderSettings,
  type ProductShape,
} from "../../../shared/experiments/ladder.ts";

/** The shapes that a ladder climbs at, smallest first. */
export const shapesOf = ({ preset, shape }: LadderSettings): readonly ProductShape[] =>
  preset === "custom" ? [shape] : LADDER_PRESETS[preset].shapes;

/** Numbers of workers that `sharded` is timed on, the whole number last. */
export const sharesOf = ({ scaling, threads }: LadderSettings): readonly number[] =>
  scaling ? Array.from({ length: threads }, (_, index) => index + 1) : [threads];

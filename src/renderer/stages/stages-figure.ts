import type { StageDescription, StageResult } from "../../shared/experiments/stages.ts";
import type { Figure } from "../charts/kit/figure.ts";
import { timingsFigure } from "../charts/figures/timings-figure.ts";

/** "2 Layer classes". */
export const stageLabel = ({ number, name }: Pick<StageDescription, "number" | "name">): string =>
  `${number} ${name}`;

/** Forward and backward time of each stage, every sample a dot; TensorFlow.js is far off, so the axis is a log one. */
export function stagesFigure(stages: readonly StageDescription[], results: readonly StageResult[]): Figure {
  const timings = results.flatMap((result) => {
    const stage = stages.find(({ id }) => id === result.id);
    if (stage === undefined || result.status !== "measured") return [];
    return (["forward", "backward"] as const).flatMap((pass) =>
      result[pass].samplesMs.map((ms, sample) => ({
        stage: stageLabel(stage),
        pass,
        sample,
        ms,
        warmup: false,
        threads: NaN,
        rows: NaN,
      })),
    );
  });
  const figure = timingsFigure("Forward and backward time of each stage", timings);
  return {
    ...figure,
    note: "tick: median, dot: one call; more to the left is faster",
    log: { axis: "x", initially: true },
    table: () => ({
      columns: ["stage", "pass", "sample", "ms"],
      rows: timings.map(({ stage, pass, sample, ms }) => [stage, pass, sample, ms]),
    }),
  };
}

import { useState } from "react";
import { STEP_SPEED } from "../../shared/experiments/training.ts";
import { drawnPointsText, meanSpeedText } from "../charts/curves/finer-part.ts";
import { askCurves } from "../charts/curves/use-curves.ts";
import { useFinerPart } from "../charts/curves/use-finer-part.ts";
import type { ShownStretch } from "../charts/interact/zoom.ts";
import type { TrainingAxes, TrainingLine } from "./figures/drawn-lines.ts";
import { COLUMNS } from "./recorded-curves.ts";
import type { TrainingLog } from "./training-log.ts";
import { useLog } from "./use-log.ts";

/** What is zoomed into of a training that is on is read again this often, while it goes on there. */
const AGAIN_EVERY_MS = 1_000;

/** The part of a training's chart that is zoomed into, as finely as it was recorded; `onStretch` is told which that is. */
export function useFinerTraining(
  log: TrainingLog,
  { axis, stepsPerEpoch, smoothing }: TrainingAxes,
  lines: readonly TrainingLine[],
) {
  const [stretch, setStretch] = useState<ShownStretch | null>(null);
  const metrics = [...new Set(lines.map(({ metric }) => metric))];
  // Changes while the training goes on within the stretch, and once more when it has passed its end.
  const grown = useLog(log, ({ numbers: { step, wallMs } }) => {
    if (stretch === null) return 0;
    return step > log.stepsWithin(stretch, axis, stepsPerEpoch).to
      ? Infinity
      : Math.floor(wallMs / AGAIN_EVERY_MS);
  });
  const shown = stretch === null ? null : { stretch, steps: log.stepsWithin(stretch, axis, stepsPerEpoch) };
  const finer = useFinerPart(
    askCurves,
    {
      runIds: [log.runId],
      metrics,
      columns: COLUMNS,
      steps: null,
      smoothings: smoothing !== null && lines.some(({ isSmoothed }) => isSmoothed) ? [smoothing] : [],
      at: [],
    },
    shown,
    { again: grown, noteOf: metrics.includes(STEP_SPEED) ? meanSpeedText : drawnPointsText },
  );
  return { finer, onStretch: setStretch };
}

import type { CurvesRequest, DrawnCurve } from "../../shared/runs/run-curves.ts";
import type { MetricPoint } from "../../shared/runs/run-records.ts";
import { STATISTIC_NAMES, STEP_SPEED } from "../../shared/experiments/training.ts";
import { ask } from "../bridge/lab.ts";
import { SMOOTHINGS } from "../charts/figures/smoothing.ts";

/** Of the loss, which is drawn large, and of the other metrics. */
const LOSS_COLUMNS = 2_000;
export const COLUMNS = 600;
/** Points of a recorded run's speed. */
const SPEED_COLUMNS = 100;

/** A run's metrics as its charts need them: thinned out, every extreme kept, smoothed from all points. */
export interface RecordedCurves {
  /** In the order of their time. */
  readonly points: readonly MetricPoint[];
  /** The loss with its smoothed lines, in the order of SMOOTHINGS; null where there is none. */
  readonly loss: DrawnCurve | null;
  /** Steps a second; null where no steps are recorded. */
  readonly speed: DrawnCurve | null;
}

export const NO_CURVES: RecordedCurves = { points: [], loss: null, speed: null };

/** Reads the metrics of one run. @throws {LabError} */
export async function readCurves(runId: string): Promise<RecordedCurves> {
  const read = (
    metrics: CurvesRequest["metrics"],
    columns: number,
    smoothings: readonly number[] = [],
  ): Promise<readonly DrawnCurve[]> =>
    ask(
      window.lab.runsCurves({
        runIds: [runId],
        metrics,
        columns,
        steps: null,
        smoothings: [...smoothings],
        at: [],
      }),
    );
  const [losses, all, speeds] = await Promise.all([
    read([STATISTIC_NAMES.loss], LOSS_COLUMNS, SMOOTHINGS),
    read(null, COLUMNS),
    read([STEP_SPEED], SPEED_COLUMNS),
  ]);
  const loss = losses[0] ?? null;
  const others = all.filter(({ metric }) => metric !== STATISTIC_NAMES.loss);
  const points = [...(loss === null ? [] : [loss]), ...others].flatMap(pointsOf);
  return {
    points: points.sort((a, b) => a.step - b.step || a.wallMs - b.wallMs),
    loss,
    speed: speeds[0] ?? null,
  };
}

function pointsOf({ metric, steps, epochs, wallMs, values }: DrawnCurve): MetricPoint[] {
  return Array.from(steps, (step, i) => ({
    name: metric,
    step,
    epoch: epochs[i] ?? NaN,
    value: values[i] ?? NaN,
    wallMs: wallMs[i] ?? NaN,
  }));
}

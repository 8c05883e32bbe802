import type { DrawnCurve } from "../../../shared/runs/run-curves.ts";
import type { CurveAxis } from "./curves-figure.ts";

/** A part of an axis: steps, or seconds of training. */
export interface Stretch {
  readonly min: number;
  readonly max: number;
}

/** The steps in which all of the curves pass through a stretch of the axis; on the axis of time by their drawn points. */
export function stepsOfStretch(
  curves: readonly DrawnCurve[],
  { min, max }: Stretch,
  axis: CurveAxis,
): { readonly from: number; readonly to: number } {
  if (axis === "step") return { from: min, to: max };
  const ends = curves.map(({ steps, wallMs }) => ({
    from: steps[wallMs.findLastIndex((ms) => ms / 1000 <= min)] ?? steps[0] ?? 0,
    to: steps[wallMs.findIndex((ms) => ms / 1000 >= max)] ?? steps.at(-1) ?? 0,
  }));
  return {
    from: Math.min(...ends.map(({ from }) => from)),
    to: Math.max(...ends.map(({ to }) => to)),
  };
}

/** The curve with its points between the finer part's ends replaced by those of the finer part. */
export function withFinerPart(curve: DrawnCurve, finer: readonly DrawnCurve[]): DrawnCurve {
  const part = finer.find(({ runId, metric }) => runId === curve.runId && metric === curve.metric);
  const [first, last] = [part?.steps[0], part?.steps.at(-1)];
  if (part === undefined || first === undefined || last === undefined) return curve;
  // The answer to another smoothing is on its way.
  if (part.smoothed.length !== curve.smoothed.length) return curve;
  const until = curve.steps.filter((step) => step < first).length;
  const from = curve.steps.length - curve.steps.filter((step) => step > last).length;
  const join = (coarse: Float64Array, fine: Float64Array): Float64Array =>
    Float64Array.from([...coarse.subarray(0, until), ...fine, ...coarse.subarray(from)]);
  return {
    ...curve,
    steps: join(curve.steps, part.steps),
    epochs: join(curve.epochs, part.epochs),
    wallMs: join(curve.wallMs, part.wallMs),
    values: join(curve.values, part.values),
    smoothed: curve.smoothed.map((line, i) => join(line, part.smoothed[i] ?? line)),
  };
}

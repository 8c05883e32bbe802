import type { DrawnCurve } from "../../../shared/runs/run-curves.ts";

/** What compared curves are drawn over; a search for a learning rate has one rate a step. */
export type CurveAxis = "step" | "time" | "lr";

export const AXIS_TITLES: Readonly<Record<CurveAxis, string>> = {
  step: "step",
  time: "seconds of training",
  lr: "learning rate",
};

/** Where a curve's points lie on the axis; `rates` are the recorded learning rates of its run, and of others. */
export function placesOf(curve: DrawnCurve, axis: CurveAxis, rates: readonly DrawnCurve[]): Float64Array {
  if (axis === "step") return curve.steps;
  if (axis === "time") return curve.wallMs.map((ms) => ms / 1000);
  const rate = rates.find(({ runId }) => runId === curve.runId);
  return curve.steps.map((step) => rate?.values[rate.steps.findLastIndex((other) => other <= step)] ?? NaN);
}

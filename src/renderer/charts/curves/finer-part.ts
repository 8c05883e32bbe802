import { counted } from "../../../core/counted.ts";
import type { DrawnBand, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { grouped } from "../../../core/grouped.ts";

/** A part of the axis of a chart: steps, epochs, seconds of training, or learning rates. */
export interface Stretch {
  readonly min: number;
  readonly max: number;
}

/** Steps of which points are asked for, ends included. */
export interface Steps {
  readonly from: number;
  readonly to: number;
}

/** The steps in which all of the curves pass through a stretch of an axis on which their drawn points lie at `placesOf`. */
export function stepsOfStretch(
  curves: readonly DrawnCurve[],
  { min, max }: Stretch,
  placesOf: (curve: DrawnCurve) => Float64Array,
): Steps {
  const ends = curves.map((curve) => {
    const { steps } = curve;
    const places = placesOf(curve);
    return {
      from: steps[places.findLastIndex((place) => place <= min)] ?? steps[0] ?? 0,
      to: steps[places.findIndex((place) => place >= max)] ?? steps.at(-1) ?? 0,
    };
  });
  return {
    from: Math.min(...ends.map(({ from }) => from)),
    to: Math.max(...ends.map(({ to }) => to)),
  };
}

/** The curve with its points between the finer part's ends replaced by those of the finer part. */
export function withFinerPart(curve: DrawnCurve, finer: readonly DrawnCurve[]): DrawnCurve {
  const part = finer.find(({ runId, metric }) => runId === curve.runId && metric === curve.metric);
  if (part === undefined || part.steps.length === 0) return curve;
  const join = joinAt(curve.steps, part.steps);
  return {
    ...curve,
    steps: join(curve.steps, part.steps),
    epochs: join(curve.epochs, part.epochs),
    wallMs: join(curve.wallMs, part.wallMs),
    values: join(curve.values, part.values),
    smoothed: curve.smoothed.map((line, i) => join(line, part.smoothed[i] ?? line)),
  };
}

/** As `withFinerPart`, of an average over runs. */
export function withFinerBand(band: DrawnBand, finer: readonly DrawnBand[]): DrawnBand {
  const part = finer.find(({ group, metric }) => group === band.group && metric === band.metric);
  if (part === undefined || part.steps.length === 0) return band;
  const join = joinAt(band.steps, part.steps);
  return {
    ...band,
    steps: join(band.steps, part.steps),
    means: join(band.means, part.means),
    deviations: join(band.deviations, part.deviations),
  };
}

/** Puts values of a part in the place of the coarser ones between its ends. */
function joinAt(coarse: Float64Array, part: Float64Array) {
  const [first = NaN, last = NaN] = [part[0], part.at(-1)];
  const until = coarse.filter((step) => step < first).length;
  const from = coarse.length - coarse.filter((step) => step > last).length;
  return (values: Float64Array, finer: Float64Array): Float64Array =>
    Float64Array.from([...values.subarray(0, until), ...finer, ...values.subarray(from)]);
}

/** What a note about a part is made from. */
export type DrawnPart = Pick<DrawnCurve, "steps" | "pointsInSteps">;

const countsIn = ({ from, to }: Steps, parts: readonly DrawnPart[]) => ({
  recorded: parts.reduce((sum, { pointsInSteps }) => sum + pointsInSteps, 0),
  drawn: parts.reduce((sum, { steps }) => sum + steps.filter((step) => step >= from && step <= to).length, 0),
});

/** How many of the recorded points of these steps are drawn, in words. */
export function drawnPointsText(within: Steps, parts: readonly DrawnPart[]): string {
  const { recorded, drawn } = countsIn(within, parts);
  if (recorded === 0) return "Zoomed in: no recorded point.";
  const points = `Zoomed in: ${counted(recorded, "recorded point")}`;
  if (drawn === recorded) return `${points}, all drawn.`;
  return `${points}, ${grouped(drawn)} of them drawn, every extreme among them.`;
}

/** As `drawnPointsText`, of speeds: a point is the mean over the steps since the one before. */
export function meanSpeedText(within: Steps, parts: readonly DrawnPart[]): string {
  const { recorded, drawn } = countsIn(within, parts);
  if (recorded === 0) return "Zoomed in: no recorded step.";
  const steps = `Zoomed in: ${counted(recorded, "recorded step")}`;
  if (drawn === recorded) return `${steps}, the speed of each.`;
  return `${steps}, ${counted(drawn, "point")}, each the mean speed since the point before.`;
}

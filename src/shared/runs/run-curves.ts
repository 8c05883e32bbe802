import * as v from "valibot";

const runId = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
const numbers = v.custom<Float64Array>((value) => value instanceof Float64Array, "must be a Float64Array");

/** Runs that can be compared at once. */
export const MOST_COMPARED = 20;
/** Steps at which their values can be written down at once. */
export const MOST_PINNED_STEPS = 50;

/** Columns of a drawing, each of which gets its lowest and its highest point; null is every point, for a table. */
const columns = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4_000)));

/** Only points of these steps, ends included; null is all. */
const steps = v.nullable(v.object({ from: v.number(), to: v.number() }));

/** Which curves to draw, and how finely. */
export const curvesRequestSchema = v.object({
  runIds: v.pipe(v.array(runId), v.minLength(1), v.maxLength(MOST_COMPARED)),
  /** Null is every metric of the runs. */
  metrics: v.nullable(v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.maxLength(100))),
  columns,
  steps,
  /** Weights of what came before in smoothed curves, 0 to 1. */
  smoothings: v.pipe(v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(0.9999))), v.maxLength(3)),
  /** Steps whose exact values are read. */
  at: v.pipe(v.array(v.number()), v.maxLength(MOST_PINNED_STEPS)),
});
export type CurvesRequest = v.InferOutput<typeof curvesRequestSchema>;

/** Runs to average, of each metric. */
export const bandsRequestSchema = v.object({
  groups: v.pipe(
    v.array(v.pipe(v.array(runId), v.minLength(2), v.maxLength(MOST_COMPARED))),
    v.minLength(1),
    v.maxLength(MOST_COMPARED),
  ),
  metrics: v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.maxLength(100)),
  columns,
  steps,
});
export type BandsRequest = v.InferOutput<typeof bandsRequestSchema>;

/** Mean and sample standard deviation of a metric over runs, at the steps that at least two of them have. */
export const drawnBandSchema = v.object({
  /** Index of the request's group. */
  group: v.number(),
  metric: v.string(),
  /** As of a curve. */
  pointsInSteps: v.number(),
  steps: numbers,
  means: numbers,
  deviations: numbers,
});
export type DrawnBand = v.InferOutput<typeof drawnBandSchema>;

/** One metric of one run, decimated: arrays side by side, NaN where a value is not a number. */
export const drawnCurveSchema = v.object({
  runId: v.string(),
  metric: v.string(),
  /** Recorded points, of which these are some. */
  points: v.number(),
  /** Recorded points within the request's steps; the arrays hold those that are drawn of them, and one more to each side. */
  pointsInSteps: v.number(),
  steps: numbers,
  epochs: numbers,
  wallMs: numbers,
  values: numbers,
  /** In the order of the request's smoothings, computed from all points. */
  smoothed: v.array(numbers),
  /** Of each step in the request's `at` the value of the last recorded point at it or before it; NaN before the first. */
  at: v.array(v.object({ step: v.number(), value: v.number() })),
});
export type DrawnCurve = v.InferOutput<typeof drawnCurveSchema>;

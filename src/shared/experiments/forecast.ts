import * as v from "valibot";

export const forecastPartSchema = v.object({ name: v.string(), bytes: v.number() });
export type ForecastPart = v.InferOutput<typeof forecastPartSchema>;

/** Memory and time an experiment will need, said before it starts. */
export const forecastSchema = v.object({
  /** Tensors and scratch, all that is there at the same time; `tensorBytes` is their sum. */
  parts: v.array(forecastPartSchema),
  tensorBytes: v.number(),
  /** What is not in the arena: files while they are read, other libraries, the app. */
  beside: v.array(forecastPartSchema),
  totalBytes: v.number(),
  availableBytes: v.number(),
  /** Rough wall time in seconds, from this machine's measured speed; null before anything was measured. */
  seconds: v.nullable(v.number()),
  /** Empty when it fits; otherwise why it will be refused. */
  refusal: v.string(),
});
export type Forecast = v.InferOutput<typeof forecastSchema>;

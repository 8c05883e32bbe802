import * as v from "valibot";

/** Memory and time an experiment will need, said before it starts. */
export const forecastSchema = v.object({
  parts: v.array(v.object({ name: v.string(), bytes: v.number() })),
  totalBytes: v.number(),
  availableBytes: v.number(),
  /** Rough wall time in seconds, from this machine's measured speed; null before anything was measured. */
  seconds: v.nullable(v.number()),
  /** Empty when it fits; otherwise why it will be refused. */
  refusal: v.string(),
});
export type Forecast = v.InferOutput<typeof forecastSchema>;

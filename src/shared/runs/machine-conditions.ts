import * as v from "valibot";
import { measuredNumberSchema as measured } from "./run-records.ts";

/** What the machine was doing while something was timed. */
export const machineConditionsSchema = v.object({
  /** Processes that ran or waited for a processor, over the last minute before; NaN where the system does not say. */
  loadBefore: measured,
  /** Of the processors' clock; "unknown" where the system has none or does not say. */
  governor: v.string(),
  /** Null where there is no battery, or the system does not say. */
  onBattery: v.nullable(v.boolean()),
  /** Processors that other programs kept busy, 1.5 for example; null where it is not known. */
  othersBusy: v.optional(v.nullable(measured), null),
  /** Whether heat slowed processors down; null where the system does not say. */
  throttled: v.optional(v.nullable(v.boolean()), null),
  /** What makes the times untrustworthy, in words that can be shown. */
  warnings: v.array(v.string()),
});
export type MachineConditions = v.InferOutput<typeof machineConditionsSchema>;

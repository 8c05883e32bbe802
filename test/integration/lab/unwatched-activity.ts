import type { ActivityHandle } from "../../../src/main/lab/activity/activity-handle.ts";
import { ActivityTracker } from "../../../src/main/lab/activity/activity-tracker.ts";

/** An activity that nobody watches and nobody cancels. */
export const unwatchedActivity = (): ActivityHandle =>
  new ActivityTracker(() => undefined).begin(null, "gradcheck", "test");

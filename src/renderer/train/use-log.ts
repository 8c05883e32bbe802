import { useSyncExternalStore } from "react";
import type { TrainingLog } from "./training-log.ts";

/** A part of a log that grows, which renders again when it is another one: a value, or an object the log replaces. */
export const useLog = <T>(log: TrainingLog, select: (log: TrainingLog) => T): T =>
  useSyncExternalStore(log.subscribe, () => select(log));

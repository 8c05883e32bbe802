import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** Main and the window get a core before the workers do, which have all the time that is left. */
const NICER_THAN_MAIN = 3;
const NICEST = 19;

/** Gives this thread a lower priority, where threads have one of their own: on Linux, where 0 means the caller. */
export function lowerPriority(): void {
  if (process.platform !== "linux") return;
  try {
    // A new thread has main's niceness, which `nice` may have raised.
    setPriority(0, Math.min(NICEST, getPriority(0) + NICER_THAN_MAIN));
  } catch {
    // A system that forbids it, or a process that is lower already: all works, only the window may wait.
  }
}

/** The system's number of this thread, or 0 where it is not known. */
export function ownThreadId(): number {
  if (process.platform !== "linux") return 0;
  try {
    // "PID/task/TID"
    return Number(readlinkSync("/proc/thread-self").split("/")[2] ?? 0);
  } catch {
    return 0;
  }
}

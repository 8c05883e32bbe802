import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Main and the window get a core before the workers do, which have all the time that is left. */
const WORKER_NICENESS = 3;

/** Gives this thread a lower priority, where threads have one of their own: on Linux, where 0 means the caller. */
export function lowerPriority(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, WORKER_NICENESS);
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

import { readFileSync } from "node:fs";

/** What the system says about a thread of this process. */
export interface ThreadActivity {
  /** Processor time it has used so far, in steps of the system's clock tick. */
  readonly cpuMs: number;
  /** It waits for something other than a core: a lock, a message, a timer. */
  readonly asleep: boolean;
}

/** Whether this system tells about threads at all. */
export const THREADS_ARE_VISIBLE = process.platform === "linux";

/** `utime` and `stime` count in USER_HZ, which Linux fixes at 100 for every architecture Electron runs on. */
export const MS_PER_CLOCK_TICK = 10;
/** Fields of proc(5)'s stat after the name in parentheses, from 0: state, utime, stime. */
const FIELD = { state: 0, utime: 11, stime: 12 } as const;

/** Reads /proc/…/stat's text, or null when it is none. */
export function parseThreadStat(stat: string): ThreadActivity | null {
  // The name may hold spaces and parentheses; the last one closes it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const cpuMs = (Number(fields[FIELD.utime]) + Number(fields[FIELD.stime])) * MS_PER_CLOCK_TICK;
  return Number.isFinite(cpuMs) ? { cpuMs, asleep: fields[FIELD.state] === "S" } : null;
}

/** What the thread does now; null when it has ended, or the system does not tell. */
export function threadActivity(threadId: number): ThreadActivity | null {
  try {
    return parseThreadStat(readFileSync(`/proc/self/task/${threadId}/stat`, "utf8"));
  } catch {
    return null;
  }
}

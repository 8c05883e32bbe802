import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { MS_PER_CLOCK_TICK } from "../engine/thread-activity.ts";

/** What all processors together have done since the system started. */
export interface ProcessorTimes {
  readonly processors: number;
  /** With programs and with the system's own work. */
  readonly busyMs: number;
  readonly idleMs: number;
  /** Taken away by the host of a virtual machine. */
  readonly stolenMs: number;
}

/**
 * Reads the text of Linux's /proc/stat; null when it is none.
 *
 * Its first line has, in ticks: user, nice, system, idle, iowait, irq, softirq, steal, and what user and nice hold of
 * guests.
 */
export function parseProcessorTimes(stat: string): ProcessorTimes | null {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(" ").map(Number) ?? [];
  const [user, nice, system, idle, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields;
  if (user === undefined || nice === undefined || system === undefined || idle === undefined) return null;
  return {
    processors: stat.match(/^cpu\d+ /gm)?.length ?? 0,
    busyMs: MS_PER_CLOCK_TICK * (user + nice + system + irq + softirq),
    idleMs: MS_PER_CLOCK_TICK * (idle + iowait),
    stolenMs: MS_PER_CLOCK_TICK * steal,
  };
}

/** Null where the system does not tell. */
export function processorTimes(): ProcessorTimes | null {
  if (process.platform === "linux") {
    // Node's cpus() reads every processor's clock too, which takes milliseconds each on some machines.
    try {
      return parseProcessorTimes(readFileSync("/proc/stat", "utf8"));
    } catch {
      return null;
    }
  }
  const all = cpus();
  const sum = (timeOf: (times: ReturnType<typeof cpus>[number]["times"]) => number): number =>
    all.reduce((ms, { times }) => ms + timeOf(times), 0);
  return all.length === 0
    ? null
    : {
        processors: all.length,
        busyMs: sum(({ user, nice, sys, irq }) => user + nice + sys + irq),
        idleMs: sum(({ idle }) => idle),
        stolenMs: 0,
      };
}

import { existsSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../data/make-folder.ts";
import { isAlive as isProcessAlive } from "../data/replace-file.ts";
import type { ProbeEnd } from "./probe-flags.ts";

/** Two readings of the time at which the machine was started may lie apart by this. */
const SAME_BOOT_MINUTES = 2;
/** Whoever ends the process this way does not accuse the compiler. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A process that compiles: its machine, number, the machine's start, the version of V8. */
const MARK = /^compiling~(?<host>[^~]*)~(?<pid>\d+)~(?<bootMinute>\d+)~(?<v8>[^~]+)$/;

/** Whether V8's flags may be set at this start. */
export interface FlagTrial {
  readonly allowed: boolean;
  /** The kernels were compiled and tested. */
  passed(): void;
}

/** Tests answer for the process and the system themselves. */
interface TrialOptions {
  /** Compiles with the flags in a process of its own. */
  readonly probe: () => ProbeEnd;
  /** Off where nothing may be written: a lab that only reads. */
  readonly record?: boolean;
  readonly pid?: number;
  readonly host?: string;
  readonly isAlive?: (pid: number) => boolean;
  /** When the machine was started, in minutes since 1970. */
  readonly bootMinute?: number;
}

const bootMinuteNow = (): number => Math.round((Date.now() / 1000 - uptime()) / 60);

/** @returns whether this process has removed it: of several only one has. */
function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No start has left anything.
    return [];
  }
}

/**
 * Keeps a version of V8 that crashes while it compiles the kernels from doing so at every start: the flags are
 * experimental, and no self-test can catch the end of the process. Each process that compiles has a file of its own in
 * `folder` until it has passed, has ended by itself or was told to end. One that is gone without that, on this machine
 * and since its start, has crashed or was killed: a process of its own compiles then and tells which. After a crash this
 * version of V8 gets no flags any more; a neighbour, a kill and another machine of the same folder cost nothing.
 */
export function beginFlagTrial(
  folder: string,
  v8: string,
  {
    probe,
    record = true,
    pid = process.pid,
    host = encodeURIComponent(hostname()).replaceAll("~", "%7E"),
    isAlive = isProcessAlive,
    bootMinute = bootMinuteNow(),
  }: TrialOptions,
): FlagTrial {
  const crashed = join(folder, `crashed~${v8}`);
  const withheld: FlagTrial = { allowed: false, passed: () => undefined };
  if (existsSync(crashed)) return withheld;
  if (!record) return { allowed: true, passed: () => undefined };

  const vanished = namesIn(folder).filter((name) => {
    const mark = MARK.exec(name)?.groups;
    if (mark?.["host"] !== host) return false;
    const ofThisBoot = Math.abs(Number(mark["bootMinute"]) - bootMinute) <= SAME_BOOT_MINUTES;
    if (ofThisBoot && Number(mark["pid"]) !== pid && isAlive(Number(mark["pid"]))) return false;
    // With the machine it went down for whatever reason.
    return remove(join(folder, name)) && ofThisBoot && mark["v8"] === v8;
  });
  const end = vanished.length === 0 ? "passed" : probe();
  // Nobody knows whether it would come through: this start does without.
  if (end === "unknown") return withheld;
  const own = join(folder, `compiling~${host}~${pid}~${bootMinute}~${v8}`);
  try {
    makeFolder(folder);
    writeFileSync(end === "crashed" ? crashed : own, "");
  } catch {
    // A folder that cannot be written has no runs to save either; the store says so.
  }
  if (end === "crashed") return withheld;

  const leave = (): void => {
    process.removeListener("exit", leave);
    for (const signal of SIGNALS) process.removeListener(signal, told);
    remove(own);
  };
  const told = (signal: NodeJS.Signals): void => {
    leave();
    // Nobody else listens: what the signal does by itself comes after all.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.once("exit", leave);
  for (const signal of SIGNALS) process.prependListener(signal, told);
  return { allowed: true, passed: leave };
}

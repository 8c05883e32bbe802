import { readFileSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import * as v from "valibot";

/** `crashes` in a row, the processes that compile right now, and the starts without flags since the last crash. */
const recordSchema = v.object({
  v8: v.string(),
  crashes: v.number(),
  withheld: v.number(),
  compiling: v.array(v.object({ pid: v.number(), bootMinute: v.number() })),
});
type TrialRecord = v.InferOutput<typeof recordSchema>;

/** One end may have had another reason; two in a row are no accident. */
const MOST_CRASHES = 2;
/**
 * After so many starts without flags they are tried once more, after another crash after twice as many: a process that
 * was killed (kill -9, no memory left) leaves the same trace as one that crashed.
 */
const STARTS_WITHOUT = 5;
const MOST_DOUBLINGS = 5;
/** Two readings of the time at which the machine was started may lie apart by this. */
const SAME_BOOT_MINUTES = 2;
/** Whoever ends the process this way does not accuse the compiler. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Whether V8's flags may be set at this start. */
export interface FlagTrial {
  readonly allowed: boolean;
  /** The kernels were compiled and tested: the next start may use the flags again. */
  passed(): void;
}

/** Tests answer for the process and the system themselves. */
interface TrialOptions {
  /** Off where nothing may be written: a lab that only reads. */
  readonly record?: boolean;
  readonly pid?: number;
  readonly isAlive?: (pid: number) => boolean;
  /** When the machine was started, in minutes since 1970. */
  readonly bootMinute?: number;
}

const bootMinuteNow = (): number => Math.round((Date.now() / 1000 - uptime()) / 60);

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process lives as well.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function readRecord(path: string, v8: string): TrialRecord {
  try {
    const record = v.parse(recordSchema, JSON.parse(readFileSync(path, "utf8")));
    if (record.v8 === v8) return record;
  } catch {
    // No file yet, or a damaged one: nothing is known against the flags.
  }
  return { v8, crashes: 0, withheld: 0, compiling: [] };
}

/**
 * Keeps a version of V8 that crashes while it compiles the kernels from doing so at every start: the flags are
 * experimental, and no self-test can catch the end of the process. Each process that compiles stands in `path` by its
 * number until it has passed, has ended by itself or was told to end; one that is gone without that has crashed, unless
 * the machine has gone down with it. A neighbour that is still alive has not. After two crashes in a row this version
 * of V8 gets no flags for some starts, then one more trial.
 */
export function beginFlagTrial(
  path: string,
  v8: string,
  {
    record = true,
    pid = process.pid,
    isAlive: alive = isProcessAlive,
    bootMinute = bootMinuteNow(),
  }: TrialOptions = {},
): FlagTrial {
  const before = readRecord(path, v8);
  const ofThisBoot = before.compiling.filter(
    (one) => Math.abs(one.bootMinute - bootMinute) <= SAME_BOOT_MINUTES,
  );
  const compiling = ofThisBoot.filter((one) => one.pid !== pid && alive(one.pid));
  const crashed = ofThisBoot.length - compiling.length;
  const crashes = before.crashes + crashed;
  const withheld = crashed > 0 ? 0 : before.withheld;
  const wait = STARTS_WITHOUT * 2 ** Math.min(MOST_DOUBLINGS, Math.max(0, crashes - MOST_CRASHES));
  const allowed = crashes < MOST_CRASHES || withheld >= wait;
  const write = (state: TrialRecord): void => {
    if (!record) return;
    try {
      writeFileSync(path, JSON.stringify(state));
    } catch {
      // A folder that cannot be written has no runs to save either; the store says so.
    }
  };
  if (!allowed) {
    write({ v8, crashes, withheld: withheld + 1, compiling });
    return { allowed, passed: () => undefined };
  }
  write({ v8, crashes, withheld, compiling: [...compiling, { pid, bootMinute }] });

  /** Takes this process out, whatever neighbours have written since. */
  const leave = (change: Partial<TrialRecord>): void => {
    process.removeListener("exit", ended);
    for (const signal of SIGNALS) process.removeListener(signal, told);
    const now = readRecord(path, v8);
    write({ ...now, ...change, compiling: now.compiling.filter((one) => one.pid !== pid) });
  };
  const ended = (): void => {
    leave({});
  };
  const told = (signal: NodeJS.Signals): void => {
    leave({});
    // Nobody else listens: what the signal does by itself comes after all.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.once("exit", ended);
  for (const signal of SIGNALS) process.prependListener(signal, told);
  return {
    allowed,
    passed: () => {
      leave({ crashes: 0, withheld: 0 });
    },
  };
}

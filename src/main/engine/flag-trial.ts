import { readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";

/** `crashes` in a row, and the processes that compile right now. */
const recordSchema = v.object({ v8: v.string(), crashes: v.number(), compiling: v.array(v.number()) });
type TrialRecord = v.InferOutput<typeof recordSchema>;

/** One end may have had another reason; two in a row are no accident. */
const MOST_CRASHES = 2;
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
}

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
  return { v8, crashes: 0, compiling: [] };
}

/**
 * Keeps a version of V8 that crashes while it compiles the kernels from doing so at every start: the flags are
 * experimental, and no self-test can catch the end of the process. Each process that compiles stands in `path` by its
 * number until it has passed, has ended by itself or was told to end; one that is gone without that has crashed. A
 * neighbour that is still alive has not. After two crashes in a row this version of V8 gets no flags any more.
 */
export function beginFlagTrial(
  path: string,
  v8: string,
  { record = true, pid = process.pid, isAlive: alive = isProcessAlive }: TrialOptions = {},
): FlagTrial {
  const before = readRecord(path, v8);
  const compiling = before.compiling.filter((one) => one !== pid && alive(one));
  const crashes = before.crashes + before.compiling.length - compiling.length;
  const allowed = crashes < MOST_CRASHES;
  const write = (state: TrialRecord): void => {
    if (!record) return;
    try {
      writeFileSync(path, JSON.stringify(state));
    } catch {
      // A folder that cannot be written has no runs to save either; the store says so.
    }
  };
  if (!allowed) {
    write({ v8, crashes, compiling });
    return { allowed, passed: () => undefined };
  }
  write({ v8, crashes, compiling: [...compiling, pid] });

  /** Takes this process out, whatever neighbours have written since. */
  const leave = (change: Partial<TrialRecord>): void => {
    process.removeListener("exit", ended);
    for (const signal of SIGNALS) process.removeListener(signal, told);
    const now = readRecord(path, v8);
    write({ ...now, ...change, compiling: now.compiling.filter((one) => one !== pid) });
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
      leave({ crashes: 0 });
    },
  };
}

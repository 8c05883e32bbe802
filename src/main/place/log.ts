import { appendFileSync, chmodSync, closeSync, openSync, renameSync, statSync } from "node:fs";
import { messageOf } from "../../core/thrown.ts";
import { dirname } from "node:path";
import { makeFolder } from "../data/make-folder.ts";
import { PRIVATE_MODE } from "../data/replace-file.ts";

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}

/** A log as it was opened. */
export interface OpenedLog extends Log {
  /** Why nothing is written, or null. */
  readonly problem: string | null;
}

const DEFAULT_MAX_BYTES = 1_000_000;

/**
 * An append-only log file. Written synchronously, so that the last lines before a crash are there; past `maxBytes`
 * the file becomes `<name>.1` and a new one begins, so two files bound the space it takes.
 */
export function openLog(path: string, { maxBytes = DEFAULT_MAX_BYTES } = {}): OpenedLog {
  const problem = cannotLogTo(path);
  if (problem !== null) {
    process.stderr.write(`Backprop Lab goes on without a log: ${problem}\n`);
    return silentLog(problem);
  }
  try {
    // Earlier versions let everybody on the machine read it.
    chmodSync(path, PRIVATE_MODE);
  } catch {
    // Not there yet, or another user's: then writing says so.
  }

  const write = (level: string, message: string) => {
    const text = message.replaceAll("\r", "").replaceAll("\n", "\n    ");
    try {
      if (sizeOf(path) > maxBytes) renameSync(path, `${path}.1`);
      appendFileSync(path, `${new Date().toISOString()} ${level} ${text}\n`, { mode: PRIVATE_MODE });
    } catch (error) {
      // A full disk must not end the experiment that is being logged.
      process.stderr.write(`${level} ${message}\n(not logged: ${String(error)})\n`);
    }
  };

  return {
    problem: null,
    info: (message) => write("info ", message),
    warn: (message) => write("warn ", message),
    error: (message, cause) =>
      write("error", cause === undefined ? message : `${message}\n${describe(cause)}`),
  };
}

/** Something else may lie where the log's folder should be, or the folder may not be written. */
function cannotLogTo(path: string): string | null {
  try {
    makeFolder(dirname(path));
    closeSync(openSync(path, "a", PRIVATE_MODE));
    return null;
  } catch (error) {
    return `"${path}" cannot be written (${messageOf(error)})`;
  }
}

/** Where there is no log, warnings and errors still reach the terminal. */
function silentLog(problem: string): OpenedLog {
  const say = (message: string): void => {
    process.stderr.write(`${message}\n`);
  };
  return {
    problem,
    info: () => undefined,
    warn: say,
    error: (message, cause) => say(cause === undefined ? message : `${message}: ${describe(cause)}`),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const own = cause.stack ?? cause.message;
  return cause.cause === undefined ? own : `${own}\ncaused by ${describe(cause.cause)}`;
}

/** Node's and Electron's own complaints (a call on an unknown channel, a deprecation) go into the log as well. */
export function logConsoleErrors(log: Log): void {
  const { error, warn } = console;
  console.error = (...parts: unknown[]) => {
    log.error(parts.map(describe).join(" "));
    error(...parts);
  };
  console.warn = (...parts: unknown[]) => {
    log.warn(parts.map(describe).join(" "));
    warn(...parts);
  };
}

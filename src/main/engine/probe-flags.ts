import { spawnSync } from "node:child_process";

/** How a process that compiled the kernels has ended; `unknown` where it says nothing about the compiler. */
export type ProbeEnd = "passed" | "crashed" | "unknown";

/** Compiling and testing take a second; a busy machine may need some. */
const PROBE_TIMEOUT_MS = 60_000;
/** What a process does by itself, in contrast to what is done to it. */
const CRASHES: ReadonlySet<string> = new Set(["SIGSEGV", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE"]);
/** Windows gives exceptions as exit codes from here on. */
const WINDOWS_EXCEPTIONS = 0xc0000000;

/** Lets a process of its own compile the kernels with V8's flags, and waits for its end. `file` is the built program. */
export function probeFlags(file: string, flags: readonly string[]): ProbeEnd {
  const { signal, status, error } = spawnSync(process.execPath, [file, ...flags], {
    stdio: "ignore",
    timeout: PROBE_TIMEOUT_MS,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  if (error !== undefined) return "unknown";
  if (status === 0) return "passed";
  if (signal === null) return (status ?? 0) >>> 0 >= WINDOWS_EXCEPTIONS ? "crashed" : "unknown";
  return CRASHES.has(signal) ? "crashed" : "unknown";
}

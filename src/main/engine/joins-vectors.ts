import { readFileSync } from "node:fs";

/** Whether the CPU has 256-bit vectors; null where the system does not say it in a file. */
function hasAvx2(): boolean | null {
  try {
    return /^flags\s*:.*\bavx2\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return null;
  }
}

/** Whether V8, with these flags, turns pairs of 128-bit vectors into one of 256 bits on this CPU; null where unknown. */
export const joinsVectors = (v8Flags: readonly string[], avx2 = hasAvx2): boolean | null =>
  v8Flags.includes("--experimental-wasm-revectorize") ? avx2() : false;

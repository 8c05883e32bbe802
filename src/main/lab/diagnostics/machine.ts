import { createHash } from "node:crypto";
import { arch, cpus, hostname, release, totalmem, type as osType } from "node:os";
import type { Machine } from "../../../shared/runs/run-records.ts";

/** Plain Node, in which some tests run, has neither Electron nor Chrome. */
const versionOf = (component: string): string => process.versions[component] ?? "none";

/** Describes this machine, its runtime and the kernels in use; `id` is a hash of what changes a measurement, so not of the host's name. */
export function describeMachine(kernel: string): Machine {
  const processors = cpus();
  const measured = {
    os: `${osType()} ${release()} ${arch()}`,
    cpuModel: processors[0]?.model.trim() ?? "unknown",
    cpuCores: processors.length,
    memoryBytes: totalmem(),
    electron: versionOf("electron"),
    node: process.versions.node,
    v8: process.versions.v8,
    chrome: versionOf("chrome"),
    kernel,
  };
  const id = createHash("sha256").update(JSON.stringify(measured)).digest("hex").slice(0, 16);
  return { id, hostname: hostname(), ...measured };
}

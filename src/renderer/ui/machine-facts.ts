import type { Machine } from "../../shared/runs/run-records.ts";
import { formatBytes } from "../../shared/format/number.ts";
import type { Fact } from "./fact-list.tsx";

/** What a measurement ran on. */
export function machineFacts(machine: Machine): readonly Fact[] {
  return [
    { label: "CPU", text: machine.cpuModel },
    { label: "cores", text: String(machine.cpuCores), exact: String(machine.cpuCores) },
    { label: "memory", text: formatBytes(machine.memoryBytes), exact: `${machine.memoryBytes} B` },
    { label: "system", text: machine.os },
    { label: "host", text: machine.hostname },
    { label: "kernel in use", text: machine.kernel },
    { label: "Electron", text: machine.electron },
    { label: "Node", text: machine.node },
    { label: "V8", text: machine.v8 },
    { label: "Chrome", text: machine.chrome },
    { label: "machine id", text: machine.id },
  ];
}

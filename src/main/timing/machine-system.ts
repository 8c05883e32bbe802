import { loadavg } from "node:os";
import { onBattery, readGovernor, throttleCount, type Governor } from "./power-state.ts";
import { processorTimes, type ProcessorTimes } from "./processor-times.ts";

/** Whether heat slows the processors down. */
export interface Heat {
  /** Times it has since the system started. */
  readonly slowdowns: number;
  /** Whether it does now. */
  readonly now: boolean;
}

/** What a machine watch asks of the system; tests answer themselves. Null: the system does not say. */
export interface MachineSystem {
  readonly nowMs: () => number;
  readonly processorTimes: () => ProcessorTimes | null;
  /** Processor time of the app's own processes, by their ids. */
  readonly ownMs: () => ReadonlyMap<number, number>;
  /** Processes that run or wait for a processor, over the last minute. */
  readonly load: () => number | null;
  readonly governor: () => Governor;
  readonly onBattery: () => boolean | null;
  readonly heat: () => Heat | null;
}

/** What only Electron's main process can tell, and not the lab in a plain process. */
export interface WindowSystem {
  /** Processor time of the window and its helpers, by process id. */
  readonly helpersMs: () => ReadonlyMap<number, number>;
  readonly onBattery: () => boolean;
  /** Null where the system does not say. */
  readonly hot: () => boolean | null;
}

function ownProcessMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function linuxHeat(): Heat | null {
  const slowdowns = throttleCount();
  return slowdowns === null ? null : { slowdowns, now: false };
}

/** The machine that this runs on. In a plain process only Linux tells of battery, governor and heat. */
export function thisMachine(window: WindowSystem | null = null): MachineSystem {
  const isLinux = process.platform === "linux";
  return {
    nowMs: () => performance.now(),
    processorTimes,
    ownMs: () => new Map([...(window?.helpersMs() ?? []), [process.pid, ownProcessMs()]]),
    // Windows has no such number, and Node says 0.
    load: () => (process.platform === "win32" ? null : (loadavg()[0] ?? null)),
    governor: () => readGovernor(),
    onBattery: () => (isLinux ? onBattery() : (window?.onBattery() ?? null)),
    heat: () => {
      if (isLinux) return linuxHeat();
      const now = window?.hot() ?? null;
      return now === null ? null : { slowdowns: 0, now };
    },
  };
}

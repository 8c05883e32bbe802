import { app, powerMonitor } from "electron";
import type { WindowSystem } from "../timing/machine-system.ts";

const SLOWED_DOWN = new Set(["serious", "critical"]);

/** What Electron knows of the machine; once the app is ready. */
export const windowSystem: WindowSystem = {
  helpersMs: () =>
    new Map(
      app
        .getAppMetrics()
        .filter(({ type }) => type !== "Browser")
        .map(({ pid, cpu }) => [pid, 1000 * (cpu.cumulativeCPUUsage ?? 0)]),
    ),
  onBattery: () => powerMonitor.onBatteryPower,
  // Other systems do not have it.
  hot: () => {
    if (process.platform !== "darwin") return null;
    const state = powerMonitor.getCurrentThermalState();
    return state === "unknown" ? null : SLOWED_DOWN.has(state);
  },
};

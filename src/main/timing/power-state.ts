import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where Linux shows its devices. */
const SYS = "/sys";

/** A file of Linux's /sys, or "" where there is none. */
function sysFile(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    // Another system, or a kernel without it.
    return "";
  }
}

const foldersOf = (path: string): string[] => (existsSync(path) ? readdirSync(path) : []);

/** How many times processors were slowed down because of heat since the start of the system; null if it does not say. */
export function throttleCount(sysDir = SYS): number | null {
  const folder = join(sysDir, "devices/system/cpu");
  const counts = foldersOf(folder)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => sysFile(join(folder, name, "thermal_throttle", "core_throttle_count")))
    .filter((text) => text !== "");
  return counts.length === 0 ? null : counts.reduce((sum, text) => sum + Number(text), 0);
}

/** Whether the machine runs on its battery; null where it has none or does not say. */
export function onBattery(sysDir = SYS): boolean | null {
  const folder = join(sysDir, "class/power_supply");
  const supplies = foldersOf(folder).map((name) => ({
    type: sysFile(join(folder, name, "type")),
    online: sysFile(join(folder, name, "online")),
    status: sysFile(join(folder, name, "status")),
  }));
  const batteries = supplies.filter(({ type }) => type === "Battery");
  if (batteries.length === 0) return null;
  if (supplies.some(({ type, online }) => type === "Mains" && online === "1")) return false;
  return batteries.some(({ status }) => status === "Discharging");
}

/** What sets the processors' clock. */
export interface Governor {
  /** "unknown" where the system does not say. */
  readonly name: string;
  /** It keeps the clock low whatever there is to compute. */
  readonly savesPower: boolean;
}

export function readGovernor(sysDir = SYS): Governor {
  const name = sysFile(join(sysDir, "devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  return {
    name: name === "" ? "unknown" : name,
    // The active driver of Intel's processors calls so what follows the load.
    savesPower:
      name === "powersave" && sysFile(join(sysDir, "devices/system/cpu/intel_pstate/status")) !== "active",
  };
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { median } from "../../../core/statistics.ts";
import type { LadderRecord, RungResult } from "../../../shared/experiments/ladder.ts";

export type Conditions = LadderRecord["conditions"];

/** More than this part of the processors busy before the ladder begins disturbs it. */
const BUSY_SHARE = 0.25;
/** Below this a load says nothing: the last minute held the start of the app. */
const LEAST_LOAD = 0.5;
/** Rungs that got slower by this much from their first to their last samples, all of them, mean the machine did. */
const DRIFT = 1.05;
/** Samples a rung needs for its two halves to be compared. */
const DRIFT_SAMPLES = 8;

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

/** How many times processors were slowed down because of heat since the start of the system. */
export function throttleCount(sysDir = "/sys"): number {
  const folder = join(sysDir, "devices/system/cpu");
  return foldersOf(folder)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => Number(sysFile(join(folder, name, "thermal_throttle", "core_throttle_count"))))
    .reduce((sum, count) => sum + count, 0);
}

/** Whether the machine runs on its battery; null where it has none or does not say. */
export function onBattery(sysDir = "/sys"): boolean | null {
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

/** What the machine is doing before the first rung, with what to warn of. */
export function readConditions(kernel: string, sysDir = "/sys"): Conditions {
  const loadBefore = loadavg()[0] ?? NaN;
  const processors = cpus().length;
  const governor = sysFile(join(sysDir, "devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  const battery = onBattery(sysDir);
  const warnings: string[] = [];
  if (loadBefore > Math.max(LEAST_LOAD, BUSY_SHARE * processors)) {
    warnings.push(
      `The machine was busy before the ladder began: a load of ${loadBefore.toFixed(2)} on ${processors} processors. Close other programs and measure again.`,
    );
  }
  if (battery === true) {
    warnings.push(
      "The machine runs on its battery, which slows processors down. Plug it in and measure again.",
    );
  }
  if (
    governor === "powersave" &&
    sysFile(join(sysDir, "devices/system/cpu/intel_pstate/status")) !== "active"
  ) {
    warnings.push(
      'The processor\'s governor is "powersave", which keeps its clock low. Choose "performance" and measure again.',
    );
  }
  return {
    loadBefore,
    governor: governor === "" ? "unknown" : governor,
    onBattery: battery,
    kernel,
    warnings,
  };
}

/** By how much a rung's second half of samples is slower than its first; null if it has too few. */
function driftOf({ samples }: RungResult): number | null {
  const warm = samples.filter(({ cold }) => !cold).map(({ ms }) => ms);
  if (warm.length < DRIFT_SAMPLES) return null;
  const half = Math.floor(warm.length / 2);
  return median(warm.slice(half)) / median(warm.slice(0, half));
}

/** What must be warned of once the ladder is measured: heat, and a machine that got slower under it. */
export function warningsAfter(
  results: readonly RungResult[],
  throttledBefore: number,
  throttledAfter: number,
): string[] {
  const warnings: string[] = [];
  if (throttledAfter > throttledBefore) {
    warnings.push(
      "The processor got too hot and slowed itself down while the ladder ran. Let it cool and measure again.",
    );
  }
  const drifts = results.map(driftOf).filter((drift) => drift !== null);
  const drift = median(drifts);
  if (drifts.length > 0 && drift > DRIFT) {
    warnings.push(
      `The machine got slower while the ladder ran: the rungs' last samples took ${Math.round(100 * (drift - 1))} % longer than their first.`,
    );
  }
  return warnings;
}

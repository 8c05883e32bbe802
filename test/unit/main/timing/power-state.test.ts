import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { onBattery, readGovernor, throttleCount } from "../../../../src/main/timing/power-state.ts";

let sys: string;
beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), "backprop-lab-sys-"));
});
afterEach(() => {
  rmSync(sys, { recursive: true, force: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(sys, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${text}\n`);
  }
}

test("nothing is known where the system says nothing", () => {
  expect(readGovernor(sys)).toEqual({ name: "unknown", savesPower: false });
  expect(onBattery(sys)).toBeNull();
  expect(throttleCount(sys)).toBeNull();
});

test("readGovernor() tells a governor that keeps the clock low from Intel's, which only is called so", () => {
  write({ "devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave" });
  expect(readGovernor(sys)).toEqual({ name: "powersave", savesPower: true });
  write({ "devices/system/cpu/intel_pstate/status": "active" });
  expect(readGovernor(sys)).toEqual({ name: "powersave", savesPower: false });
});

test("onBattery() is false while the machine is plugged in", () => {
  write({ "class/power_supply/BAT0/type": "Battery", "class/power_supply/BAT0/status": "Discharging" });
  expect(onBattery(sys)).toBe(true);
  write({ "class/power_supply/BAT0/status": "Charging" });
  expect(onBattery(sys)).toBe(false);
  write({ "class/power_supply/AC/type": "Mains", "class/power_supply/AC/online": "1" });
  expect(onBattery(sys)).toBe(false);
});

test("throttleCount() adds up the processors", () => {
  write({
    "devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": "3",
    "devices/system/cpu/cpu1/thermal_throttle/core_throttle_count": "4",
    "devices/system/cpu/cpufreq/ignored": "9",
  });
  expect(throttleCount(sys)).toBe(7);
});

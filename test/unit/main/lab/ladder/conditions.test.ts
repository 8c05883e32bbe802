import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  onBattery,
  readConditions,
  throttleCount,
  warningsAfter,
} from "../../../../../src/main/lab/ladder/conditions.ts";
import { measured } from "./ladder-record.ts";

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

test("readConditions() knows nothing, and warns of nothing, where the system says nothing", () => {
  const { governor, onBattery: battery, warnings } = readConditions("wasm-simd128", sys);
  expect({ governor, battery }).toEqual({ governor: "unknown", battery: null });
  expect(warnings.filter((warning) => !warning.startsWith("The machine was busy"))).toEqual([]);
  expect(throttleCount(sys)).toBe(0);
});

test("readConditions() warns of a battery and of a governor that saves power", () => {
  write({
    "class/power_supply/BAT0/type": "Battery",
    "class/power_supply/BAT0/status": "Discharging",
    "class/power_supply/AC/type": "Mains",
    "class/power_supply/AC/online": "0",
    "devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave",
  });
  const { governor, onBattery: battery, warnings } = readConditions("wasm-simd128", sys);
  expect({ governor, battery }).toEqual({ governor: "powersave", battery: true });
  expect(warnings.join()).toMatch(/battery.*powersave/);
});

test("onBattery() is false while the machine is plugged in", () => {
  write({ "class/power_supply/BAT0/type": "Battery", "class/power_supply/BAT0/status": "Charging" });
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

test("warningsAfter() notices heat, and a machine that got slower under the whole ladder", () => {
  const steady = measured("kernel", 1);
  const slowing = {
    ...steady,
    samples: steady.samples.map((sample, index) => ({ ...sample, ms: sample.ms * (1 + index / 100) })),
  };
  expect(warningsAfter([steady], 0, 0)).toEqual([]);
  expect(warningsAfter([], 0, 0)).toEqual([]);
  expect(warningsAfter([steady], 1, 2).join()).toMatch(/too hot/);
  expect(warningsAfter([slowing, slowing, steady], 0, 0).join()).toMatch(/got slower .* \d+ % longer/);
});

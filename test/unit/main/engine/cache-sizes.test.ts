import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheSizes, coreCacheBytes, countOf } from "../../../../src/main/engine/cache-sizes.ts";

let sys: string;
beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), "backprop-lab-sys-"));
});
afterEach(() => {
  rmSync(sys, { recursive: true, force: true });
});

const CPU = "devices/system/cpu/cpu0";

function write(name: string, text: string): void {
  const path = join(sys, CPU, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}

function cache(index: number, [level, type, size, cpus]: readonly [string, string, string, string]): void {
  write(`cache/index${index}/level`, level);
  write(`cache/index${index}/type`, type);
  write(`cache/index${index}/size`, size);
  write(`cache/index${index}/shared_cpu_list`, cpus);
}

test("cacheSizes() lists the caches that hold data, smallest first", () => {
  cache(0, ["1", "Data", "32K", "0"]);
  cache(1, ["1", "Instruction", "32K", "0"]);
  cache(3, ["3", "Unified", "32M", "0-15"]);
  cache(2, ["2", "Unified", "1024K", "0"]);
  expect(cacheSizes(sys)).toEqual([
    { level: "L1", sizeBytes: 32 * 1024 },
    { level: "L2", sizeBytes: 1024 ** 2 },
    { level: "L3", sizeBytes: 32 * 1024 ** 2 },
  ]);
});

test.each([
  ["a core with one thread", "1024K", "0", "0", 1024],
  ["a core with two threads", "512K", "0,8", "0,8", 512],
  ["four cores with a cache together", "4M", "0-3", "0", 1024],
  ["two cores of two threads with a cache together", "2M", "0-1,4-5", "0,4", 1024],
])("coreCacheBytes() is what a core has of the cache: %s", (_title, size, shared, siblings, kilobytes) => {
  cache(2, ["2", "Unified", size, shared]);
  write("topology/thread_siblings_list", siblings);
  expect(coreCacheBytes(sys)).toBe(kilobytes * 1024);
});

test("where the system says nothing, nothing is known", () => {
  expect(cacheSizes(sys)).toEqual([]);
  expect(coreCacheBytes(sys)).toBeNull();
  write("cache/index2/size", "unreadable");
  expect(coreCacheBytes(sys)).toBeNull();
});

test.each([
  ["0-3,8", 5],
  ["7", 1],
  ["", 1],
])("countOf(%j) is %i", (list, count) => {
  expect(countOf(list)).toBe(count);
});

import { expect, test } from "vitest";
import { cachesToTry, chooseBlocks } from "../../../../src/main/engine/choose-blocks.ts";
import {
  cacheBlocks,
  LARGEST_CACHE_BYTES,
  SMALLEST_CACHE_BYTES,
  USUAL_CACHE_BYTES,
} from "../../../../src/shared/engine/cache-blocks.ts";

const KB = 1024;

test.each<[string, number | null, number[]]>([
  ["what the system says first, then half and twice as much", 512 * KB, [512, 256, 1024]],
  ["nothing smaller than the smallest", 256 * KB, [256, 512]],
  ["nothing larger than the largest", 16_384 * KB, [2048]],
  ["all powers of two where the system says nothing", null, [1024, 256, 512, 2048]],
])("cachesToTry(): %s", (_title, system, kilobytes) => {
  expect(cachesToTry(system)).toEqual(kilobytes.map((size) => size * KB));
});

test("chooseBlocks() believes the first unless another is clearly faster in every round", () => {
  const first = { cacheBytes: 1024 * KB, rounds: [100, 90, 100] };
  expect(chooseBlocks([first, { cacheBytes: 512 * KB, rounds: [110, 99, 105] }])).toBe(1024 * KB);
  expect(chooseBlocks([first, { cacheBytes: 512 * KB, rounds: [110, 99, 107] }])).toBe(512 * KB);
  expect(
    chooseBlocks([
      first,
      { cacheBytes: 512 * KB, rounds: [110, 99, 107] },
      { cacheBytes: 2048 * KB, rounds: [130, 120, 125] },
    ]),
  ).toBe(2048 * KB);
});

test("chooseBlocks() believes the first where the machine was busy", () => {
  const first = { cacheBytes: 1024 * KB, rounds: [60, 25, 40] };
  expect(chooseBlocks([first, { cacheBytes: 512 * KB, rounds: [80, 81, 79] }])).toBe(1024 * KB);
});

test("chooseBlocks() takes the usual where nothing was timed", () => {
  expect(chooseBlocks([])).toBe(USUAL_CACHE_BYTES);
});

test("blocks for a cache fit into it, and grow with it", () => {
  let rowsBefore = 0;
  for (let bytes = SMALLEST_CACHE_BYTES; bytes <= LARGEST_CACHE_BYTES; bytes += 128 * KB) {
    const { packedRows, streamedRows, groupBytes } = cacheBlocks(bytes);
    expect(packedRows * 256 * 4).toBeLessThanOrEqual(bytes / 2);
    expect(streamedRows * 784 * 4).toBeLessThanOrEqual(0.4 * bytes);
    expect(streamedRows % 6).toBe(0);
    expect(groupBytes).toBeLessThan(bytes / 2);
    expect(packedRows).toBeGreaterThan(rowsBefore);
    rowsBefore = packedRows;
  }
});

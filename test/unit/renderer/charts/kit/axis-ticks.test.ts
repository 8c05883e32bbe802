import { describe, expect, it } from "vitest";
import { logTicks, tickText } from "../../../../../src/renderer/charts/kit/axis-ticks.ts";

const texts = (values: readonly number[]) => {
  const ticks = values.map((value) => ({ value }));
  return values.map((_, index) => tickText(index, ticks));
};

describe("logTicks()", () => {
  it("gives 1, 2 and 5 of each power of ten between the ends, which are not among them", () => {
    expect(logTicks(0.37, 40.4771)).toEqual([0.5, 1, 2, 5, 10, 20]);
    expect(logTicks(1, 1000)).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]);
  });

  it("gives powers of ten only where there are many", () => {
    expect(logTicks(0.0009, 101)).toEqual([0.001, 0.01, 0.1, 1, 10, 100]);
  });

  it("gives round numbers with room on an axis zoomed into less than a decade, never its ends", () => {
    expect(logTicks(1.2345, 4.04771)).toEqual([1.5, 2, 2.5, 3, 3.5]);
    expect(logTicks(3.70003, 4.04771)).toEqual([3.8, 3.9, 4]);
    expect(logTicks(2.000013, 2.000044)).toEqual([2.00002, 2.00003, 2.00004]);
  });

  it("has none where nothing can be drawn", () => {
    expect(logTicks(0, 1)).toEqual([]);
    expect(logTicks(2, 2)).toEqual([]);
  });
});

describe("tickText()", () => {
  it("writes all of an axis as plain numbers, or all as powers without zeros that say nothing", () => {
    expect(texts([1e-4, 1e-3, 0.01, 0.1, 1])).toEqual(["0.0001", "0.001", "0.01", "0.1", "1"]);
    expect(texts([0, 5e-4, 1e-3, 1.5e-3])).toEqual(["0", "0.0005", "0.001", "0.0015"]);
    expect(texts([0, 5e5, 1e6, 1.5e6])).toEqual(["0", "500,000", "1,000,000", "1,500,000"]);
    expect(texts([1e-5, 1e-4, 1e-3])).toEqual(["1e−5", "1e−4", "1e−3"]);
    expect(texts([0, 5e-5, 1e-4, 1.5e-4])).toEqual(["0", "5e−5", "1e−4", "1.5e−4"]);
    expect(texts([1e-5, 0.01, 0.1, 1, 10])).toEqual(["1e−5", "1e−2", "1e−1", "1", "1e1"]);
    expect(texts([0, 5e6, 1e7])).toEqual(["0", "5e6", "1e7"]);
    expect(texts([-2.5e10, 0])).toEqual(["−2.5e10", "0"]);
  });

  it("tells ticks apart however far is zoomed in", () => {
    expect(texts([1_234_600, 1_234_800, 1_235_000])).toEqual(["1,234,600", "1,234,800", "1,235,000"]);
    expect(texts([0.12345678, 0.1234568])).toEqual(["0.12345678", "0.1234568"]);
    expect(texts([1.2344e-5, 1.2346e-5])).toEqual(["1.2344e−5", "1.2346e−5"]);
    expect(texts([123_456_700, 123_456_800])).toEqual(["1.234567e8", "1.234568e8"]);
  });

  it("does not write what the last bits of a float add", () => {
    expect(texts([0.1, 0.2, 0.30000000000000004])).toEqual(["0.1", "0.2", "0.3"]);
  });
});

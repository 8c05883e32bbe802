import { describe, expect, it } from "vitest";
import { numberAxis } from "../../../../../src/renderer/charts/kit/chart-options.ts";

const theme = {
  surface: "",
  ink: "",
  muted: "",
  bad: "",
  grid: "",
  axis: "",
  series: [],
  fontFamily: "",
  fontSize: 12,
  rem: 16,
};

const labels = (values: readonly number[]) => {
  const { callback } = numberAxis(theme, { title: "ms", log: true }).ticks;
  const ticks = values.map((value) => ({ value }));
  return values.map((value, index) => callback(value, index, ticks));
};

describe("numberAxis()", () => {
  it("names 1, 2 and 5 on a log axis, and not 1.5", () => {
    expect(labels([1, 1.5, 2, 3, 5, 10])).toEqual(["1", null, "2", null, "5", "10"]);
  });

  it("names powers of ten only where there are many", () => {
    expect(labels([0.001, 0.002, 0.01, 100])).toEqual(["0.001", null, "0.01", "100"]);
  });

  it("writes small and large ones as powers, without zeros that say nothing", () => {
    expect(labels([1e-5, 2e-4, 5e6, 1e7])).toEqual(["1e−5", null, null, "1e7"]);
    expect(labels([1e-4, 2e-4, 5e-4])).toEqual(["1e−4", "2e−4", "5e−4"]);
  });

  it("names what has room on an axis zoomed into less than a decade", () => {
    expect(labels([2.1, 2.15, 2.5, 3, 4])).toEqual(["2.1", null, "2.5", "3", "4"]);
  });
});

import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatGiven,
  formatNumber,
  formatPercent,
  formatWithUnit,
  scaleFor,
  withMinusSigns,
} from "../../../../src/shared/format/number.ts";

describe("formatNumber()", () => {
  it.each([
    [0, "0"],
    [0.4472, "0.4472"],
    [33.0932, "33.09"],
    [-0.005850606, "−0.005851"],
    [1234.5, "1,235"],
    [50_000, "50,000"],
    [39_200_000, "39,200,000"],
    [12_345_678.9, "1.235e7"],
    [9.99996, "10.00"],
    [999.96, "1,000"],
    [0.0001, "0.0001000"],
    [0.000_099_999_9, "0.0001000"],
    [1.23456e-9, "1.235e−9"],
    [-6.53e-9, "−6.530e−9"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe("formatGiven()", () => {
  it.each([
    [36.2, "36.2"],
    [0.5, "0.5"],
    [1e-8, "1e−8"],
    [1.5e-8, "1.5e−8"],
    [50_000, "50,000"],
    [Math.SQRT2, "1.414"],
    [0.01, "0.01"],
    [100.0001, "100"],
  ])("adds no digits to %d: %s", (value, text) => {
    expect(formatGiven(value)).toBe(text);
  });
});

describe("scaleFor()", () => {
  it("puts all values of a row under the prefix of the largest", () => {
    expect(scaleFor([1570, 92.4], "ms")).toEqual({ factor: 1e-3, unit: "s" });
    expect(scaleFor([0.000_121, 0.000_842], "s").unit).toBe("µs");
  });

  it("leaves units without prefixes and empty rows alone", () => {
    expect(scaleFor([12_345], "")).toEqual({ factor: 1, unit: "" });
    expect(scaleFor([], "ms")).toEqual({ factor: 1, unit: "ms" });
    expect(scaleFor([NaN], "s")).toEqual({ factor: 1, unit: "s" });
  });
});

describe("formatBytes()", () => {
  it.each([
    [7_840_000_000, "7.840 GB"],
    [512, "512 B"],
    [0, "0 B"],
    [1_420_000, "1.420 MB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("formatWithUnit()", () => {
  it("scales seconds down to nanoseconds", () => {
    expect(formatWithUnit(3.2e-8, "s")).toBe("32.00 ns");
  });
});

describe("formatPercent()", () => {
  it("writes three digits of a share", () => {
    expect(formatPercent(0.76123)).toBe("76.1 %");
    expect(formatPercent(0)).toBe("0 %");
    expect(formatPercent(1)).toBe("100 %");
  });
});

it("withMinusSigns() writes powers of ten in a sentence as everywhere else", () => {
  expect(withMinusSigns("rel. max is 1.45e-7, limit 0.001; w1-w2, one-7")).toBe(
    "rel. max is 1.45e−7, limit 0.001; w1-w2, one-7",
  );
});

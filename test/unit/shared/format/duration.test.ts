import { describe, expect, it } from "vitest";
import { formatClock, formatDuration, formatForecast } from "../../../../src/shared/format/duration.ts";

describe("formatDuration()", () => {
  it.each([
    [0, "0 ms"],
    [0.0213, "21.30 µs"],
    [12.3, "12.30 ms"],
    [4210, "4.210 s"],
    [125_000, "2 min 05 s"],
    [119_999.9, "120.0 s"],
    [NaN, "NaN"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("formatClock()", () => {
  it.each([
    [-5, "0:00"],
    [41_900, "0:41"],
    [725_000, "12:05"],
    [3_729_000, "1:02:09"],
  ])("shows %d ms as %s", (ms, text) => {
    expect(formatClock(ms)).toBe(text);
  });
});

describe("formatForecast()", () => {
  it.each([
    [0.4, "under 1 s"],
    [7.6, "about 8 s"],
    [74, "about 74 s"],
    [200, "about 3 min"],
  ])("rounds %d s to %s", (seconds, text) => {
    expect(formatForecast(seconds)).toBe(text);
  });
});

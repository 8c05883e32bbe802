import { describe, expect, it } from "vitest";
import { formatSpread } from "../../../../src/shared/format/spread.ts";

describe("formatSpread()", () => {
  it.each([
    [12.34, 0.41, "ms", "12.34 ± 0.41 ms"],
    [1570, 32, "ms", "1.570 ± 0.032 s"],
    [92.4, 0, "ms", "92.40 ms"],
    [92.4, NaN, "ms", "92.40 ms"],
    [123.4, 12, "", "123 ± 12"],
  ])("writes %d ± %d %s as %s", (centre, spread, unit, text) => {
    expect(formatSpread(centre, spread, unit)).toBe(text);
  });
});

import { describe, expect, it } from "vitest";
import { MeasuredPace } from "../../../../../src/main/lab/compute/measured-pace.ts";

describe("MeasuredPace", () => {
  it("is what was expected at first", () => {
    expect(new MeasuredPace().factor).toBe(1);
  });

  it("is not moved by experiments that are over in a moment, whatever they took", () => {
    const pace = new MeasuredPace();
    for (let i = 0; i < 20; i++) pace.add(450, 20);
    expect(pace.factor).toBe(1);
    for (let i = 0; i < 20; i++) pace.add(1200, 300);
    expect(pace.factor).toBeCloseTo(4, 3);
  });

  it("follows long ones at once, and a machine that became slower", () => {
    const pace = new MeasuredPace();
    pace.add(20_000, 10_000);
    expect(pace.factor).toBeCloseTo(2, 1);
    pace.add(60_000, 10_000);
    expect(pace.factor).toBeGreaterThan(4);
    pace.add(63, 5);
    expect(pace.factor).toBeGreaterThan(4);
  });
});

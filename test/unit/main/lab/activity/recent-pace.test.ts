import { describe, expect, it } from "vitest";
import { RecentPace } from "../../../../../src/main/lab/activity/recent-pace.ts";

function paceOf(samples: readonly (readonly [ms: number, fraction: number])[]): RecentPace {
  const pace = new RecentPace();
  for (const [ms, fraction] of samples) pace.add(ms, fraction);
  return pace;
}
const steady = (until: number, perMs: number, from = 0): [number, number][] =>
  Array.from({ length: 101 }, (_, i) => [(i * until) / 100, from + (i * until * perMs) / 100]);

describe("RecentPace (A13)", () => {
  it("says nothing before there is something to go by", () => {
    expect(paceOf([]).leftMs(5_000)).toBeNull();
    expect(
      paceOf([
        [0, 0],
        [500, 0.5],
      ]).leftMs(500),
    ).toBeNull();
    expect(
      paceOf([
        [0, 0],
        [5_000, 0.01],
      ]).leftMs(5_000),
    ).toBeNull();
  });

  it("goes on at the pace so far", () => {
    expect(paceOf(steady(40_000, 1e-5)).leftMs(40_000)).toBeCloseTo(60_000, -3);
  });

  it("counts a resumed run from where it went on, not from 0", () => {
    // From 65 % on, 10 % in 20 s: 25 % are left, 50 s, not the 7 s that 75 % in 20 s would promise.
    expect(paceOf(steady(20_000, 5e-6, 0.65)).leftMs(20_000)).toBeCloseTo(50_000, -3);
  });

  it("follows a machine that has become busy", () => {
    const busy: [number, number][] = Array.from({ length: 61 }, (_, i) => [
      40_000 + 1_000 * i,
      0.4 + 0.002 * i,
    ]);
    const left = paceOf([...steady(40_000, 1e-5), ...busy]).leftMs(100_000) ?? NaN;
    // 0.2 % a second now: 48 % are left. The mean of the whole would promise 92 s.
    expect(left).toBeGreaterThan(220_000);
    expect(left).toBeLessThan(250_000);
  });
});

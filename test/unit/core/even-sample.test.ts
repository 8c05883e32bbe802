import { describe, expect, it } from "vitest";
import { EvenSample } from "../../../src/core/even-sample.ts";

describe("EvenSample", () => {
  it("keeps everything while there is room", () => {
    const sample = new EvenSample<number>(4);
    for (const item of [3, 1, 4, 1]) sample.add(item);
    expect(sample.all).toEqual([3, 1, 4, 1]);
  });

  it("spreads what it keeps evenly over all that came, and ends with the newest, at every length", () => {
    const sample = new EvenSample<number>(16);
    for (let item = 0; item < 1_000; item++) {
      sample.add(item);
      const { all } = sample;
      expect(all.length).toBeLessThanOrEqual(17);
      expect([all[0], all.at(-1)]).toEqual([0, item]);
      const gaps = all.slice(1).map((one, i) => one - (all[i] ?? NaN));
      const every = gaps[0] ?? 1;
      expect(gaps.slice(0, -1).every((gap) => gap === every)).toBe(true);
      expect(gaps.at(-1) ?? 1).toBeLessThanOrEqual(every);
      expect(all.length * every).toBeGreaterThan(item / 2);
    }
  });
});

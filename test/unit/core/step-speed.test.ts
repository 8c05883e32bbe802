import { describe, expect, it } from "vitest";
import { stepSpeeds } from "../../../src/core/step-speed.ts";

const ends = (steps: readonly number[], wallMs: readonly number[]) => ({
  steps: Float64Array.from(steps),
  wallMs: Float64Array.from(wallMs),
});

/** A second before the first step, ten milliseconds a step, and half a second of evaluation after every second one. */
const steps = [1, 2, 3, 4, 5, 6];
const wallMs = steps.map((step) => 1_000 + 10 * step + 500 * Math.floor((step - 1) / 2));
const losses = ends(steps, wallMs);
const evaluations = [ends([0, 2, 4, 6], [900, 1_400, 1_920, 2_440]), ends([2, 4, 6], [1_520, 2_040, 2_560])];
const rounded = (all: Float64Array): readonly number[] => Array.from(all, Math.round);

describe("stepSpeeds()", () => {
  it("takes neither evaluations nor what comes before the first step for slow steps", () => {
    for (const every of [1, 2, 3, 5]) {
      const { perSecond } = stepSpeeds(losses, evaluations, { first: 0, end: 6, every });
      expect(rounded(perSecond)).toEqual(Array.from({ length: Math.ceil(5 / every) }, () => 100));
    }
  });

  it("gives a part what the whole has there", () => {
    const uneven = ends([1, 2, 3, 4], [10, 30, 40, 90]);
    const { ends: at, perSecond } = stepSpeeds(uneven, [], { first: 2, end: 4, every: 1 });
    expect(at).toEqual([2, 3]);
    expect(rounded(perSecond)).toEqual([100, 20]);
  });

  it("takes steps between which the clock did not move together", () => {
    const { ends: at, perSecond } = stepSpeeds(ends([1, 2, 3], [1, 1, 2]), [], {
      first: 0,
      end: 3,
      every: 1,
    });
    expect(at).toEqual([2]);
    expect(rounded(perSecond)).toEqual([2_000]);
  });

  it("has no speed of one step", () => {
    expect(stepSpeeds(ends([1], [5]), [], { first: 0, end: 1, every: 1 }).ends).toEqual([]);
  });
});

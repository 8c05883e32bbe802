import { expect, test } from "vitest";
import { averageCurves } from "../../../src/core/average-curves.ts";

const curve = (points: readonly (readonly [number, number])[]) => ({
  steps: Float64Array.from(points, ([step]) => step),
  values: Float64Array.from(points, ([, value]) => value),
});

test("averageCurves() gives mean and sample deviation at the steps that at least two curves have", () => {
  const { steps, means, deviations } = averageCurves([
    curve([
      [1, 2],
      [2, 4],
      [3, 8],
      [5, 1],
    ]),
    curve([
      [1, 4],
      [2, NaN],
      [3, 8],
      [7, 1],
    ]),
    curve([
      [1, 9],
      [3, 2],
    ]),
  ]);
  expect([...steps]).toEqual([1, 3]);
  expect([...means]).toEqual([5, 6]);
  expect(deviations[0]).toBeCloseTo(Math.sqrt(13), 12);
  expect(deviations[1]).toBeCloseTo(Math.sqrt(12), 12);
});

test("averageCurves() of one curve or none is empty", () => {
  expect(averageCurves([curve([[1, 2]])]).steps).toHaveLength(0);
  expect(averageCurves([]).means).toHaveLength(0);
});

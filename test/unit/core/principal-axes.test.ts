import { expect, it } from "vitest";
import { principalAxes } from "../../../src/core/principal-axes.ts";

it("principalAxes() finds the axes of a covariance with known eigenvectors", () => {
  // 9 along (3, 4, 0) / 5, 4 along (−4, 3, 0) / 5, 1 along the third.
  const [a, b] = [
    [0.6, 0.8, 0],
    [-0.8, 0.6, 0],
  ];
  const covariance = Float64Array.from({ length: 9 }, (_, at) => {
    const [i, j] = [Math.floor(at / 3), at % 3];
    return 9 * a[i] * a[j] + 4 * b[i] * b[j] + (i === 2 && j === 2 ? 1 : 0);
  });
  const { axes, explained } = principalAxes(covariance, 3);
  const along = (axis: Float64Array, known: number[]): number =>
    Math.abs(axis.reduce((sum, value, i) => sum + value * known[i], 0));
  expect(along(axes[0], a)).toBeCloseTo(1, 9);
  expect(along(axes[1], b)).toBeCloseTo(1, 9);
  expect(explained[0]).toBeCloseTo(9 / 14, 9);
  expect(explained[1]).toBeCloseTo(4 / 14, 9);
});

it("principalAxes() of no variance explains nothing", () => {
  expect(principalAxes(new Float64Array(4), 2).explained).toEqual([0, 0]);
});

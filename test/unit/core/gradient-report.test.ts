import { expect, it } from "vitest";
import { compareInDetail, excuse } from "../../../src/core/gradient-report.ts";

it("excuse() moves only what is too large to pass, and says whether rounding or a kink explains it", () => {
  const reference = Float64Array.of(1, 1e-6, -1, 0.5);
  const ours = [1 + 1e-7, 2e-6, -1.5, 0.8];
  const allowances = { rounding: [1, 1, 0, 0.1], kinks: [0, 0, 1, 0] };
  const excused = excuse(ours, reference, allowances);
  expect(excused).toMatchObject({ rounding: 0, kinks: 1 });
  expect(Array.from(reference)).toEqual([1, 1e-6, -1.5, 0.6]);
  expect(compareInDetail(ours, reference).passed).toBe(false);
});

it("excuse() passes rounding around a true gradient of 0, but not what is larger", () => {
  const allowances = { rounding: [1e-9, 1e-9], kinks: [0, 0] };
  const zeros = new Float64Array(2);
  expect(excuse([1e-10, -3e-10], zeros, allowances)).toMatchObject({ rounding: 2, difference: 3e-10 });
  expect(compareInDetail([1e-10, -3e-10], zeros).passed).toBe(true);
  const others = new Float64Array(2);
  excuse([1e-10, 1e-6], others, allowances);
  expect(compareInDetail([1e-10, 1e-6], others).passed).toBe(false);
});

it("compareInDetail() scales atol by the largest reference", () => {
  expect(compareInDetail([1e4, 1e-3], [1e4, 0]).passed).toBe(true);
  expect(compareInDetail([1, 1e-3], [1, 0]).passed).toBe(false);
});

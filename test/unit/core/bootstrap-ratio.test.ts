import { expect, test } from "vitest";
import { normal } from "../../../src/core/random/normal.ts";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import { bootstrapRatio } from "../../../src/core/bootstrap-ratio.ts";

const noisy = (centre: number, seed: number) =>
  Array.from(normal(randomStream(seed), 40), (z) => centre + 0.1 * z);

test("bootstrapRatio() gives the ratio of the medians and an interval around it", () => {
  const ratio = bootstrapRatio(noisy(6, 1), noisy(3, 2), randomStream(3));
  expect(ratio.value).toBeCloseTo(2, 1);
  expect(ratio.low).toBeLessThan(ratio.value);
  expect(ratio.high).toBeGreaterThan(ratio.value);
  expect(ratio.high - ratio.low).toBeLessThan(0.2);
});

test("bootstrapRatio() has an interval without width where samples do not differ", () => {
  expect(bootstrapRatio([4, 4, 4], [2, 2], randomStream(1))).toEqual({ value: 2, low: 2, high: 2 });
});

import { expect, test } from "vitest";
import { driftWarnings } from "../../../../../src/main/lab/ladder/drift.ts";
import { measured } from "./ladder-record.ts";

test("driftWarnings() notices a machine that got slower under the whole ladder", () => {
  const steady = measured("kernel", 1);
  const slowing = {
    ...steady,
    samples: steady.samples.map((sample, index) => ({ ...sample, ms: sample.ms * (1 + index / 100) })),
  };
  expect(driftWarnings([steady])).toEqual([]);
  expect(driftWarnings([])).toEqual([]);
  expect(driftWarnings([slowing, slowing, steady]).join()).toMatch(/got slower .* \d+ % longer/);
});

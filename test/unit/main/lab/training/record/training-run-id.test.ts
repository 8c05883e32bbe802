import { expect, it } from "vitest";
import { weightsHash } from "../../../../../../src/main/lab/training/record/training-run-id.ts";

it("weightsHash() is the same for the same names and values in any order, and another for one other value", () => {
  const [w1, b1] = [Float32Array.of(1, 2), Float32Array.of(3)];
  const hash = weightsHash({ w1, b1 });
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  expect(weightsHash({ b1: b1.slice(), w1: w1.slice() })).toBe(hash);
  expect(weightsHash({ w1, b1: Float32Array.of(4) })).not.toBe(hash);
  expect(weightsHash({ w1, b2: b1 })).not.toBe(hash);
});

import { expect, it } from "vitest";
import { forecast } from "../../../../../src/main/lab/live/serve-check.ts";

const work = { tasks: 201, count: 40_000, threads: 4 };

it("forecast() says how far a long check is and what is left, and nothing of a short one", () => {
  const warm = { done: 3, ms: 1_000 };
  const at = (done: number, ms: number) => forecast({ warm, now: { done, ms } }, work);
  expect(at(11, 5_000)).toBe("2,189 of 40,000 central differences, about 1.6 min left");
  expect(at(201, 60_000)).toBe("40,000 of 40,000 central differences");
  expect(at(101, 1_300)).toBe("");
});

it("forecast() leaves out how long the first tasks took, which begin cold and beside each other", () => {
  // Four tasks together after 8 s, then four every 400 ms: 193 are left.
  const warm = { done: 4, ms: 8_000 };
  const at = (done: number, ms: number) => forecast({ warm, now: { done, ms } }, work);
  expect(forecast({ warm: null, now: warm }, work)).toBe("");
  expect(at(5, 8_390)).toBe("");
  expect(at(8, 8_400)).toBe("1,592 of 40,000 central differences, about 19 s left");
});

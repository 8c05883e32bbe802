import { expect, it } from "vitest";
import { forecast } from "../../../../../src/main/lab/live/serve-check.ts";

it("forecast() says how far a long check is and what is left, and nothing of a short one", () => {
  expect(forecast(2_000, 40_000, 3_000)).toBe("2,000 of 40,000 central differences, about 57 s left");
  expect(forecast(1_000, 40_000, 60_000)).toBe("1,000 of 40,000 central differences, about 39 min left");
  expect(forecast(40_000, 40_000, 60_000)).toBe("40,000 of 40,000 central differences");
  expect(forecast(100, 400, 400)).toBe("");
});

import { expect, test } from "vitest";
import { newRunId } from "../../../../src/main/store/run-id.ts";

test("newRunId() is readable, safe in file names and sorts by time", () => {
  const earlier = newRunId("training", new Date("2026-11-23T04:53:12.999Z"));
  const later = newRunId("training", new Date("2026-11-23T04:53:13.000Z"));
  expect(earlier).toMatch(/^training-20261123T045312Z-[0-9a-z]{4}$/);
  expect(earlier < later).toBe(true);
});

import { expect, test } from "vitest";
import { saidTime } from "../../../../../src/main/lab/compute/said-time.ts";
import { cutNote, saidShape, skippedNote } from "../../../../../src/main/lab/ladder/words.ts";

test("saidTime() says times as one does", () => {
  expect([0.0034, 0.25, 12.34, 1_234, 89_000, 21 * 60_000, 5.2 * 3_600_000].map(saidTime)).toEqual([
    "3.4 µs",
    "250 µs",
    "12 ms",
    "1.2 s",
    "89 s",
    "21 min",
    "5.2 h",
  ]);
});

test("skippedNote() and cutNote() use the ladder's words", () => {
  expect(skippedNote(21 * 60_000)).toBe("skipped: about 21 min");
  expect(cutNote(10_000)).toBe("cut after 10 s");
  expect(cutNote(10_000, { samples: 3, wanted: 10, callMs: 2_000, isWarm: true })).toBe(
    "cut after 10 s: 3 of 10 samples",
  );
  const none = { samples: 0, wanted: 10, callMs: 1_740 };
  expect(cutNote(3_000, { ...none, isWarm: true })).toBe("cut after 3 s: one call takes about 1.7 s");
  expect(cutNote(3_000, { ...none, isWarm: false })).toBe("cut after 3 s: its first call took 1.7 s");
  expect(saidShape({ m: 5, k: 1000, n: 10 })).toBe("5 × 1,000 × 10");
});

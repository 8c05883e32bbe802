import { describe, expect, it } from "vitest";
import { rungVerdict } from "../../../../src/renderer/ladder/rung-verdict.ts";
import { described, measured, skipped } from "./recorded-rungs.ts";

const still = { running: false };

describe("rungVerdict()", () => {
  it("says verified and adds the note", () => {
    const verdict = rungVerdict(
      described("kernel"),
      measured("kernel", 1, { note: "cut after 10 s" }),
      still,
    );
    expect(verdict).toEqual({
      tone: "good",
      word: "verified",
      reason: "equals the reference within rounding; cut after 10 s",
    });
  });

  it("does not say skipped twice", () => {
    const verdict = rungVerdict(described("einsum"), skipped("einsum", "skipped: about 21 min"), still);
    expect(verdict).toEqual({ tone: "plain", word: "skipped", reason: "about 21 min" });
  });

  it("says by how much a wrong rung differs", () => {
    const wrong = { ...skipped("kernel", ""), status: "wrong" as const, maxDiff: 0.25 };
    expect(rungVerdict(described("kernel"), wrong, still)).toEqual({
      tone: "bad",
      word: "wrong",
      reason: "differs from the reference by up to 0.2500; it was not timed",
    });
  });

  it("tells a rung that waits from one that was not run and one that cannot run", () => {
    const missing = described("pytorch", { unavailable: "no python3 with torch" });
    expect(rungVerdict(described("kernel"), undefined, { running: true }).word).toBe("waiting");
    expect(rungVerdict(described("kernel"), undefined, still).word).toBe("not run");
    expect(rungVerdict(missing, undefined, still)).toEqual({
      tone: "plain",
      word: "not available",
      reason: "no python3 with torch",
    });
  });
});

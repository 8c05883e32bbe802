import { describe, expect, it } from "vitest";
import { allOf, asserted, checksPassed, exactly, timed, within } from "../../../../src/core/judge/judge.ts";

const ALL = { allRows: true };

describe("exactly()", () => {
  const judge = exactly({ mean: 0.1304 }, 0.000_05, "equal");

  it("accepts the printed digits and nothing else", () => {
    expect(judge({ mean: 0.13044972 }, ALL).verdict).toBe("exact");
    expect(judge({ mean: 0.13096 }, ALL).verdict).toBe("differs");
    expect(judge({ mean: NaN }, ALL).verdict).toBe("differs");
    expect(judge({}, ALL).verdict).toBe("differs");
  });

  it("says so when fewer rows explain the difference", () => {
    expect(judge({ mean: 0.2 }, { ...ALL, allRows: false }).reason).toMatch(/50,000 rows/);
  });

  it("writes counts with all their digits", () => {
    expect(exactly({ rows: 50_000 }, 0, "equal")({ rows: 500 }, ALL).reason).toBe(
      "rows is 500, the notebook has 50,000",
    );
  });
});

describe("within()", () => {
  const judge = within([{ key: "mean", centre: 0.5, halfWidth: 0.1 }], "300 draws");

  it("judges by the band and names it", () => {
    expect(judge({ mean: 0.55 }, ALL)).toEqual({
      verdict: "in band",
      reason: "300 draws: mean 0.5000 ± 0.10",
    });
    expect(judge({ mean: 0.61 }, ALL).verdict).toBe("differs");
    expect(judge({ mean: NaN }, ALL).verdict).toBe("differs");
  });
});

describe("allOf()", () => {
  const fails = asserted(() => false, "never");
  const holds = asserted(() => true, "always");

  it("lets the first judge that objects decide", () => {
    expect(allOf(holds, fails, exactly({ a: 1 }, 0, "x"))({ a: 2 }, ALL).verdict).toBe("failed");
    expect(allOf(holds, within([{ key: "a", centre: 1, halfWidth: 1 }], "d"))({ a: 1 }, ALL).verdict).toBe(
      "in band",
    );
  });
});

describe("checksPassed()", () => {
  it("fails when a gradient does not pass", () => {
    expect(checksPassed(5)({ passed: 5 }, ALL).verdict).toBe("exact");
    expect(checksPassed(5)({ passed: 4 }, ALL).verdict).toBe("failed");
    expect(checksPassed(5)({}, ALL).verdict).toBe("failed");
  });
});

describe("timed()", () => {
  it("never judges a time, only compares it", () => {
    expect(timed("ms", 100)({ ms: 50 }, ALL)).toMatchObject({ verdict: "measured" });
    expect(timed("ms", 100)({ ms: 50 }, ALL).reason).toMatch(/2\.000 × faster/);
    expect(timed("ms", 100)({ ms: 200 }, ALL).reason).toMatch(/2\.000 × slower/);
  });
});

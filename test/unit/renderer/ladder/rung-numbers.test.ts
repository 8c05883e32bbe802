import { describe, expect, it } from "vitest";
import { exactRatio, formatRatio } from "../../../../src/shared/format/format-ratio.ts";
import { costFacts, resultFacts } from "../../../../src/renderer/ladder/rung-numbers.ts";
import { measured, skipped } from "./recorded-rungs.ts";

const ratio = { value: 12.345, lo: 11.94, hi: 12.81 };

describe("formatRatio()", () => {
  it("puts the interval behind the ratio, and every digit into the exact text", () => {
    expect(formatRatio(ratio)).toBe("12.3 × (11.9–12.8)");
    expect(exactRatio(ratio)).toBe("12.345, 95 % interval 11.94 to 12.81");
  });
});

describe("resultFacts()", () => {
  const textOf = (facts: ReturnType<typeof resultFacts>, label: string) =>
    facts.find((fact) => fact.label === label)?.text;

  it("shows the median with its spread and both ratios", () => {
    const facts = resultFacts(
      measured("kernel", 10, { overFirst: ratio, overPrevious: ratio, peakShare: 0.5 }),
    );
    expect(textOf(facts, "median ± ½ IQR")).toBe("10.00 ± 0.10 ms");
    expect(textOf(facts, "cold call")).toBe("30 ms");
    expect(textOf(facts, "over rung 1")).toBe("12.3 × (11.9–12.8)");
    expect(textOf(facts, "over previous")).toBe("12.3 × (11.9–12.8)");
    expect(textOf(facts, "share of peak")).toBe("50 %");
    expect(textOf(facts, "samples")).toBe("10");
  });

  it("leaves out what a rung without times does not have", () => {
    expect(resultFacts(skipped("einsum", "skipped: about 21 min"))).toEqual([]);
  });

  it("does not compare rung 1 with itself", () => {
    const facts = resultFacts(measured("triple-loop", 10, { overFirst: { value: 1, lo: 1, hi: 1 } }));
    expect(textOf(facts, "over rung 1")).toBeUndefined();
  });
});

describe("costFacts()", () => {
  it("counts A, B and C once in float32", () => {
    expect(costFacts({ m: 100, k: 1000, n: 100 }).map(({ text }) => text)).toEqual([
      "10,000,000",
      "840 kB",
      "23.81 FLOP/B",
    ]);
  });
});

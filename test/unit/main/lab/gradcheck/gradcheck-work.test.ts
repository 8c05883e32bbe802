import { describe, expect, it } from "vitest";
import { gradcheckParts, gradcheckWork } from "../../../../../src/main/lab/gradcheck/gradcheck-work.ts";
import type { GradcheckSettings } from "../../../../../src/shared/experiments/gradcheck.ts";
import { NOTEBOOK_NETWORK } from "../../../../../src/shared/specs/network-spec.ts";

const settings = (references: GradcheckSettings["references"]): GradcheckSettings => ({
  network: NOTEBOOK_NETWORK,
  references,
  bug: null,
  coordinates: 200,
  tolerance: "strict",
  threads: 2,
});

describe("gradcheckParts()", () => {
  it("gives the analysis and each reference what it works, one after the other, up to the whole", () => {
    const work = gradcheckWork(settings(["float64", "finite-difference", "direction", "tfjs"]));
    const { analysis, references } = gradcheckParts(work);
    expect(references.map(({ reference }) => reference)).toEqual([
      "float64",
      "finite-difference",
      "direction",
      "tfjs",
    ]);
    let end = analysis.to;
    for (const [at, { part }] of references.entries()) {
      expect(part.from).toBeCloseTo(end, 12);
      expect(part.to - part.from).toBeCloseTo((work.references[at]?.work ?? NaN) / work.all, 12);
      end = part.to;
    }
    expect([analysis.from, end]).toEqual([0, 1]);
  });

  it("of the float64 pass alone is the analysis, which is what it compares with", () => {
    const { analysis } = gradcheckParts(gradcheckWork(settings(["float64"])));
    expect(analysis).toEqual({ from: 0, to: 1 });
  });
});

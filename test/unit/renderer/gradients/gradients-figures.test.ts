import { describe, expect, it } from "vitest";
import { errorsFigure } from "../../../../src/renderer/gradients/errors-figure.ts";
import { groupReports } from "../../../../src/renderer/gradients/group-reports.ts";
import { scatterFigure } from "../../../../src/renderer/gradients/scatter-figure.ts";
import { withReference } from "../../../../src/renderer/gradients/with-reference.ts";
import type { GradientReport } from "../../../../src/shared/experiments/gradcheck.ts";

const REPORT: GradientReport = {
  reference: "float64",
  tensor: "w1",
  shape: [2, 2],
  coordinates: 4,
  complete: true,
  maxAbs: 0.5,
  relMax: 0.25,
  relNorm: 0.2,
  hiddenByAtol: 0,
  allclose: false,
  cosine: 0.9,
  kinks: 0,
  excused: { rounding: 0, kinks: 0 },
  verdict: "failed",
  reason: "rel. max 0.25",
  worst: { index: [1, 0], ours: -1, reference: 2 },
  scatter: [
    { ours: 1, reference: 1 },
    { ours: -1, reference: 2 },
    { ours: 0, reference: 3 },
    { ours: -4, reference: -4 },
  ],
  errors: { exact: 2, counts: [0, 1, 0, 1, 0] },
  heatMap: null,
};

describe("scatterFigure()", () => {
  it("tells wrong signs from right ones, and draws no zeros on its log axes", () => {
    const figure = scatterFigure(REPORT);
    expect(figure.summary).toContain("3 coordinates of w1; 1 with the wrong sign");
    expect(figure.describe(0, 1)?.lines).toEqual(["ours \u22121", "reference 2"]);
    expect(figure.describe(0, 2)).toBeNull();
    expect(figure.table().rows).toHaveLength(4);
  });
});

describe("errorsFigure()", () => {
  it("names the half decade of the largest error", () => {
    const figure = errorsFigure(REPORT);
    expect(figure.summary).toContain("the largest error lies between 10^-10.5 and 10^-10 of");
    expect(figure.table().rows[1]).toEqual([-11.5, -11, 1]);
  });
});

describe("groupReports()", () => {
  it("puts a reference's rows together, each with its worst coordinate, and what failed with its reason too", () => {
    const passed = { ...REPORT, verdict: "passed", tensor: "b1" } as const;
    const groups = groupReports([REPORT, { ...REPORT, reference: "tfjs" }, passed]);
    expect(groups.map(({ title, rows }) => [title, rows.map(({ tensor }) => tensor)])).toEqual([
      ["against float64 backward pass", ["w1", "b1"]],
      ["against TensorFlow.js", ["w1"]],
    ]);
    expect(groups[0]?.rows[0]?.reason).toBe(
      "rel. max 0.25; largest error at [1, 0]: ours \u22121, reference 2",
    );
    expect(groups[0]?.rows[1]?.reason).toBe("largest error at [1, 0]: ours \u22121, reference 2");
    expect(groups[1]?.rows[0]?.report.reference).toBe("tfjs");
  });
});

describe("withReference()", () => {
  it("keeps the order of the references, however they are chosen", () => {
    expect(withReference(["tfjs"], "float64", true)).toEqual(["float64", "tfjs"]);
    expect(withReference(["float64", "tfjs"], "float64", false)).toEqual(["tfjs"]);
  });
});

import { describe, expect, it } from "vitest";
import { groupChecks } from "../../../../src/renderer/ui/gradient-check-table.tsx";
import type { GradientCheck } from "../../../../src/shared/runs/run-records.ts";

const CHECK: GradientCheck = {
  stage: "stage 2",
  reference: "float64",
  tensor: "w1",
  coordinates: 3,
  allclose: true,
  maxAbs: 1e-7,
  relMax: 1e-7,
  relNorm: 1e-7,
  hiddenByAtol: 0,
  kinks: 0,
  passed: true,
  reason: "within limits",
};

describe("groupChecks()", () => {
  it("groups by stage and reference in the order of the checks, and words the verdicts", () => {
    const groups = groupChecks([
      CHECK,
      { ...CHECK, stage: "stage 3" },
      { ...CHECK, tensor: "b1", passed: false },
    ]);
    expect(
      groups.map(({ title, rows }) => [title, rows.map(({ tensor, verdict }) => `${tensor} ${verdict}`)]),
    ).toEqual([
      ["stage 2 against float64 backward pass, all coordinates", ["w1 passed", "b1 failed"]],
      ["stage 3 against float64 backward pass, all coordinates", ["w1 passed"]],
    ]);
  });
});

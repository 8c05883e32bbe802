import { describe, expect, it } from "vitest";
import { togetherShown } from "../../../../src/renderer/live/outputs/together-shown.ts";
import type { CellOutput } from "../../../../src/shared/live/cell-output.ts";
import type { CheckReport } from "../../../../src/shared/live/check-report.ts";

const report = (line: number, passed: boolean, kind: CheckReport["kind"] = "checkLayer"): CellOutput => ({
  kind: "check",
  report: {
    kind,
    place: { cell: "a", line, column: 1 },
    passed,
    loss: 1,
    gradients: [],
    operations: { forward: 1, recorded: 1 },
    proof: { differences: 0, worst: 0 },
    notes: [],
    ms: 1,
  },
});
const TEXT: CellOutput = { kind: "text", text: "between" };
const shown = (...outputs: CellOutput[]) =>
  togetherShown(outputs).map(({ first, earlier, last }) => [first, earlier.length, outputs.indexOf(last)]);

describe("togetherShown()", () => {
  it("puts the reports of one checkLayer together, the last in front", () => {
    expect(shown({ ...TEXT }, report(1, true), report(1, true), report(1, false), { ...TEXT })).toEqual([
      [0, 0, 0],
      [1, 2, 3],
      [4, 0, 4],
    ]);
  });

  it("keeps other calls, reports of check and what failed apart", () => {
    expect(shown(report(1, true), report(2, true))).toHaveLength(2);
    expect(shown(report(1, true), TEXT, report(1, true))).toHaveLength(3);
    expect(shown(report(1, true, "check"), report(1, true, "check"))).toHaveLength(2);
    expect(shown(report(1, false), report(1, true))).toHaveLength(2);
  });
});

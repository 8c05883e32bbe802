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

  it("makes one text of what was printed one after the other, and counts the reports above", () => {
    const line = (text: string): CellOutput => ({ kind: "text", text });
    const value: CellOutput = { kind: "value", text: "3" };
    const found = togetherShown([
      line("a"),
      line("b"),
      report(1, true),
      report(1, true),
      line("c"),
      line("d\n"),
      value,
      report(2, true),
    ]);
    expect(
      found.map(({ first, last, checksBefore }) => [
        first,
        "text" in last ? last.text : last.kind,
        checksBefore,
      ]),
    ).toEqual([
      [0, "a\nb", 0],
      [2, "check", 0],
      [4, "c\nd\n", 2],
      [6, "3", 2],
      [7, "check", 2],
    ]);
    const many = togetherShown(Array.from({ length: 25_000 }, (_line, at) => line(`${at}`)));
    expect(many).toHaveLength(1);
  });
});

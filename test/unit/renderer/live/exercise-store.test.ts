import { describe, expect, it } from "vitest";
import {
  isOfPresentText,
  type CheckedExercise,
} from "../../../../src/renderer/live/kernel/exercise-store.ts";
import { DEFAULT_HEADER, type LabDocument } from "../../../../src/shared/documents/lab-document.ts";

function lesson(above: string, own: string, check = "equal(1, 1);"): LabDocument {
  const cell = (id: string, source: string, attributes = {}) => ({
    kind: "exercise" as const,
    id,
    marker: "exercise",
    attributes,
    source,
    metadata: null,
  });
  return {
    header: DEFAULT_HEADER,
    metadata: null,
    cells: [cell("above", above), cell("e1", own, { check }), cell("other", above + own)],
  };
}

const CHECKED: CheckedExercise = {
  result: {
    exercise: "e1",
    passed: false,
    reason: "",
    diagnosis: [],
    error: null,
    outputs: [],
    ran: ["above"],
    codeHash: "",
    wallMs: 1,
  },
  sources: new Map([
    ["above", "a"],
    ["e1", "b"],
  ]),
  check: "equal(1, 1);",
};

describe("what a check has said", () => {
  it("belongs to the text of its exercise and of the cells that ran for it", () => {
    expect(isOfPresentText(CHECKED, "e1", lesson("a", "b"))).toBe(true);
    expect(isOfPresentText(CHECKED, "e1", lesson("a", "changed"))).toBe(false);
    expect(isOfPresentText(CHECKED, "e1", lesson("changed", "b"))).toBe(false);
    expect(isOfPresentText(CHECKED, "e1", lesson("a", "b", "another check"))).toBe(false);
  });

  it("is old where a cell that ran is gone", () => {
    const { cells, ...rest } = lesson("a", "b");
    expect(isOfPresentText(CHECKED, "e1", { ...rest, cells: cells.slice(1) })).toBe(false);
  });
});

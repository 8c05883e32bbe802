import { describe, expect, it } from "vitest";
import { importedNotice, outcomeNotice } from "../../../../src/renderer/runs/import-notices.ts";

const NOTHING = { added: [], replaced: [], skipped: [], inTrash: [], cancelled: false };
const UNREAD = { format: "", added: [], extended: [], unchanged: [], points: 0, notes: [], cancelled: true };

describe("importedNotice()", () => {
  it("says how many runs were imported, and what became of the others", () => {
    expect(importedNotice({ ...NOTHING, added: ["a"] })).toEqual({ title: "1 run imported", message: "" });
    expect(importedNotice({ ...NOTHING, added: ["a"], replaced: ["b"], skipped: ["c", "d"] })).toEqual({
      title: "2 runs imported",
      message: "Replaced, as the one here was not finished: 1 run. There already: 2 runs.",
    });
  });

  it("says that it was cancelled, and what was taken by then", () => {
    expect(importedNotice({ ...NOTHING, added: ["a", "b"], skipped: ["c"], cancelled: true })).toEqual({
      title: "Import cancelled: 2 runs imported",
      message: "There already: 1 run. The others were not taken: import again for them.",
    });
    expect(importedNotice({ ...NOTHING, cancelled: true }).title).toBe("Import cancelled: nothing was taken");
  });
});

describe("outcomeNotice()", () => {
  it("says what is new, with the first notes", () => {
    const outcome = { ...UNREAD, format: "CSV", extended: ["a"], points: 1, cancelled: false };
    expect(outcomeNotice({ ...outcome, notes: ["One.", "Two.", "Three.", "Four."] })).toEqual({
      title: "CSV: 1 run with new numbers",
      message: "1 new point. One. Two. Three. 1 more note on the pages of the runs.",
    });
  });

  it("says that it was cancelled, and what was read by then", () => {
    expect(outcomeNotice(UNREAD)).toEqual({ title: "Import cancelled: nothing was taken", message: "" });
    expect(outcomeNotice({ ...UNREAD, format: "TensorBoard", added: ["a", "b"], points: 5000 })).toEqual({
      title: "Import cancelled: TensorBoard, 2 runs added",
      message: "5,000 new points. What comes after them was not read: import again for it.",
    });
  });
});

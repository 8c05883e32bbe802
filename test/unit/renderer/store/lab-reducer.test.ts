import { describe, expect, it } from "vitest";
import { labReducer } from "../../../../src/renderer/store/lab-reducer.ts";
import type { LabAction } from "../../../../src/renderer/store/lab-action.ts";
import { INITIAL_STATE, type LabState } from "../../../../src/renderer/store/lab-state.ts";
import { recordedRun } from "../../recorded-run.ts";

const after = (...actions: LabAction[]): LabState => actions.reduce(labReducer, INITIAL_STATE);
describe("labReducer()", () => {
  it("keeps runs newest first and replaces a changed one", () => {
    const older = recordedRun("a", { startedAt: "2026-01-01T00:00:00.000Z" });
    const newer = recordedRun("b", { startedAt: "2026-02-01T00:00:00.000Z" });
    const state = after(
      { type: "runsListed", runs: [older, newer] },
      { type: "runChanged", run: { ...older, status: "finished" } },
    );
    expect(state.runs?.map(({ id, status }) => [id, status])).toEqual([
      ["b", "running"],
      ["a", "finished"],
    ]);
  });

  it("shows the same failure once, and at most four messages", () => {
    const notice = (title: string): LabAction => ({
      type: "noticed",
      notice: { tone: "failure", title, message: "m", error: null },
    });
    const twice = after(notice("a"), notice("a"));
    expect(twice.notices).toHaveLength(1);
    const many = after(...["a", "b", "c", "d", "e"].map(notice));
    expect(many.notices.map(({ title }) => title)).toEqual(["b", "c", "d", "e"]);
    expect(labReducer(many, { type: "noticeClosed", id: many.notices[0].id }).notices).toHaveLength(3);
  });
});

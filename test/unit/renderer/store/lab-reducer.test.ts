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

  it("offers the way back from what was done last, where the same was done twice", () => {
    const said: string[] = [];
    const done = (what: string): LabAction => {
      const action = { label: "Undo", run: () => void said.push(what) };
      return {
        type: "noticed",
        notice: { tone: "info", title: "Outputs cleared", message: "", error: null, action },
      };
    };
    const { notices } = after(done("first"), done("second"));
    for (const { action } of notices) action?.run();
    expect(said).toEqual(["second"]);
  });

  it("forgets a failure that is over: of an experiment when the next begins, of another once it is done", () => {
    const failure = { tone: "failure", message: "m", error: null } as const;
    const activity = {
      runId: null,
      kind: "training",
      title: "t",
      phase: "p",
      fraction: null,
      etaMs: null,
      cancelling: false,
      elapsedMs: 0,
    } as const;
    const changed = (now: typeof activity | null): LabAction => {
      return { type: "activityChanged", activity: now, now: 0 };
    };
    const running = after(
      changed(activity),
      {
        type: "noticed",
        notice: { ...failure, title: "The training did not start", until: "next activity" },
      },
      { type: "noticed", notice: { ...failure, title: "Not saved" } },
      changed({ ...activity }),
    );
    // It is still the one that was in the way.
    expect(running.notices).toHaveLength(2);
    const next = [changed(null), changed(activity)].reduce(labReducer, running);
    expect(next.notices.map(({ title }) => title)).toEqual(["Not saved"]);
    expect(labReducer(next, { type: "failureOver", title: "Not saved" }).notices).toEqual([]);
    expect(labReducer(next, { type: "failureOver", title: "another" })).toBe(next);
  });
});

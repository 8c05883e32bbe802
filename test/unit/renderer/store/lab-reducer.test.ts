import { describe, expect, it } from "vitest";
import { labReducer } from "../../../../src/renderer/store/lab-reducer.ts";
import type { LabAction } from "../../../../src/renderer/store/lab-action.ts";
import { INITIAL_STATE, type LabState } from "../../../../src/renderer/store/lab-state.ts";
import type { CellDescription } from "../../../../src/shared/experiments/notebook.ts";
import type { CellResult } from "../../../../src/shared/runs/run-records.ts";
import { recordedRun } from "../../recorded-run.ts";

const cell = (id: string, needs: string[] = []): CellDescription => ({
  id,
  covers: id,
  part: null,
  title: `Cell ${id}`,
  sentence: "",
  formula: "",
  why: "",
  code: "",
  expected: {},
  quantities: [],
  needs,
});

const result = (id: string, order: number): CellResult => ({
  cell: id,
  title: `Cell ${id}`,
  order,
  startedAt: "2026-11-23T05:00:00.000Z",
  ms: 5,
  expected: {},
  measured: {},
  verdict: "exact",
  reason: "",
  details: { statistics: [], histograms: [], timings: [], gradients: [], gradientChecks: [] },
});

const after = (...actions: LabAction[]): LabState => actions.reduce(labReducer, INITIAL_STATE);
const described: LabAction = {
  type: "described",
  cells: [cell("3"), cell("5", ["3"]), cell("7", ["5"]), cell("8")],
};
const started = (id: string, runId = "r1"): LabAction => ({
  type: "cellStarted",
  event: { runId, cell: id },
  now: 100,
});
const finished = (id: string, order: number, runId = "r1"): LabAction => ({
  type: "cellFinished",
  event: { runId, result: result(id, order) },
});

describe("labReducer()", () => {
  it("queues every cell of a whole run and takes each off as it starts", () => {
    const state = after(
      described,
      { type: "runRequested", selection: { kind: "all" }, runId: "r1" },
      started("3"),
      finished("3", 1),
      started("5"),
    );
    expect(state.notebook.queued).toEqual(["7", "8"]);
    expect(state.notebook.running).toEqual({ cell: "5", since: 100 });
    expect([...state.notebook.results.keys()]).toEqual(["3"]);
  });

  it("does not queue again what began before the answer came", () => {
    const state = after(described, started("3"), finished("3", 1), started("5"), {
      type: "runRequested",
      selection: { kind: "all" },
      runId: "r1",
    });
    expect(state.notebook.queued).toEqual(["7", "8"]);
  });

  it("queues one cell with the missing cells that it needs", () => {
    const request: LabAction = { type: "runRequested", selection: { kind: "one", cell: "7" }, runId: "r1" };
    expect(after(described, request).notebook.queued).toEqual(["3", "5", "7"]);
    expect(after(described, finished("3", 1), request).notebook.queued).toEqual(["5", "7"]);
  });

  it("drops the results of an older run when a new one starts", () => {
    const state = after(described, finished("3", 1), started("3", "r2"));
    expect(state.notebook.runId).toBe("r2");
    expect(state.notebook.results.size).toBe(0);
  });

  it("says at which cell a failed run stopped, and queues nothing any more", () => {
    const state = after(
      described,
      { type: "runRequested", selection: { kind: "all" }, runId: "r1" },
      started("3"),
      { type: "runChanged", run: recordedRun("r1", { status: "failed", failure: "worker 2 ended" }) },
    );
    expect(state.notebook).toMatchObject({
      running: null,
      queued: [],
      stopped: { cell: "3", reason: "worker 2 ended" },
    });
  });

  it("forgets running and queued cells when no activity is on", () => {
    const state = after(described, started("3"), { type: "activityChanged", activity: null, now: 200 });
    expect(state.notebook.running).toBeNull();
  });

  it("takes over results and the running cell after a reload", () => {
    const state = after(described, {
      type: "reattached",
      notebook: { runId: "r1", results: [result("3", 1)], runningCell: "5" },
      activity: null,
      now: 7,
    });
    expect(state.notebook.results.get("3")?.order).toBe(1);
    expect(state.notebook.running).toEqual({ cell: "5", since: 7 });
  });

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

import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { movedRow, rowsBetween } from "../../../../../src/renderer/runs/table/selection.ts";
import { stubStorage } from "../../stub-storage.ts";

const IDS = ["a", "b", "c", "d", "e"];

describe("rowsBetween()", () => {
  it.each([
    ["b", 3, ["b", "c", "d"]],
    ["d", 1, ["b", "c", "d"]],
    ["c", 2, ["c"]],
    [null, 1, ["b"]],
    ["gone", 1, ["b"]],
  ])("from %j to row %i", (anchor, to, expected) => {
    expect(rowsBetween(IDS, anchor, to)).toEqual(expected);
  });
});

describe("movedRow()", () => {
  const at = (active: number) => ({ active, pageRows: 3, total: 5 });
  it.each([
    ["ArrowDown", 0, 1],
    ["ArrowDown", -1, 0],
    ["ArrowDown", 4, 4],
    ["ArrowUp", 0, 0],
    ["PageDown", 1, 4],
    ["PageUp", 4, 1],
    ["Home", 3, 0],
    ["End", 0, 4],
    ["x", 2, undefined],
  ])("%s at row %i", (key, active, expected) => {
    expect(movedRow(key, at(active))).toBe(expected);
  });

  it("moves nowhere in an empty table", () => {
    expect(movedRow("End", { active: -1, pageRows: 3, total: 0 })).toBeUndefined();
  });
});

describe("what is done with selected runs", () => {
  let asked: unknown[] = [];
  let ok = true;
  beforeEach(() => {
    asked = [];
    ok = true;
    stubStorage();
    const runsChange = (input: unknown) => {
      asked.push(input);
      const error = { code: "StoreError", message: "the disk is full" };
      return Promise.resolve(ok ? { ok, value: null } : { ok, error });
    };
    vi.stubGlobal("window", { lab: { runsChange } });
  });
  const load = async () => ({
    ...(await import("../../../../../src/renderer/runs/run-actions.ts")),
    ...(await import("../../../../../src/renderer/runs/table/selected-runs.ts")),
    ...(await import("../../../../../src/renderer/store/lab-store.ts")),
  });

  // Other files share the process, and with it what is shown.
  afterAll(async () => {
    const { closeNotice, labStore } = await load();
    for (const { id } of labStore.get().notices) closeNotice(id);
  });

  it("moves runs to the trash, selects nothing more, and undo brings them back", async () => {
    const { deleteRuns, labStore, selectedRuns, selectRuns } = await load();
    selectRuns(["a", "b"]);
    await deleteRuns(["a", "b"]);
    expect([...selectedRuns()]).toEqual([]);
    const notice = labStore.get().notices.at(-1);
    expect(notice?.title).toBe("2 runs moved to the trash");
    notice?.action?.run();
    expect(asked).toEqual([
      { runIds: ["a", "b"], change: { deleted: true } },
      { runIds: ["a", "b"], change: { deleted: false } },
    ]);
  });

  it("keeps the selection where the change could not be saved, and says why", async () => {
    const { archiveRuns, labStore, selectedRuns, selectRuns } = await load();
    ok = false;
    selectRuns(["c"]);
    await archiveRuns(["c"], true);
    expect([...selectedRuns()]).toEqual(["c"]);
    expect(labStore.get().notices.at(-1)).toMatchObject({ tone: "failure", message: "the disk is full" });
  });

  it("selects and deselects one run without touching the others", async () => {
    const { selectedRuns, selectRun, selectRuns } = await load();
    selectRuns(["a"]);
    selectRun("b", true);
    selectRun("a", false);
    expect([...selectedRuns()]).toEqual(["b"]);
  });
});

import { expect, it } from "vitest";
import type { LabEvent } from "../../../../src/main/lab/activity/experiment.ts";
import { activityEnds } from "../../../../src/main/shell/activity-end.ts";
import type { Activity } from "../../../../src/shared/ipc/ipc-contract.ts";
import type { RunStatus, RunSummary } from "../../../../src/shared/runs/run-records.ts";

const activity = (runId: string | null): Activity => ({
  runId,
  kind: runId === null ? "import" : "training",
  title: runId ?? "Importing runs",
  phase: "",
  fraction: null,
  etaMs: null,
  cancelling: false,
  elapsedMs: 60_000,
});
const began = (runId: string | null): LabEvent => ({ name: "activityChanged", payload: activity(runId) });
const OVER: LabEvent = { name: "activityChanged", payload: null };
const RUN: RunSummary = {
  id: "a",
  kind: "training",
  name: "a",
  status: "running",
  failure: null,
  startedAt: "2026-01-01T00:00:00.000Z",
} as RunSummary;
const changed = (id: string, status: RunStatus): LabEvent => ({
  name: "runChanged",
  payload: { ...RUN, id, status },
});

const endsOf = (events: readonly LabEvent[]): unknown[] => {
  const hear = activityEnds();
  return events
    .map(hear)
    .filter((ended) => ended !== null)
    .map((ended) => [ended.activity.title, ended.status]);
};

it("activityEnds() says how the run of the activity ended, and of work without one that it is over", () => {
  const training = [began("a"), changed("a", "running"), began("a"), changed("a", "failed"), OVER];
  expect(endsOf(training)).toEqual([["a", "failed"]]);
  expect(endsOf([...training, began(null), OVER])).toEqual([
    ["a", "failed"],
    ["Importing runs", null],
  ]);
});

it("activityEnds() does not take other runs' ends for the activity's", () => {
  const imported = [began(null), changed("b", "finished"), changed("c", "failed"), OVER];
  expect(endsOf(imported)).toEqual([["Importing runs", null]]);
  expect(endsOf([began("a"), changed("a", "finished"), changed("b", "failed"), OVER])).toEqual([
    ["a", "finished"],
  ]);
});

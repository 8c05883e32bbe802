import type { RunSummary } from "../../src/shared/runs/run-records.ts";

/** A run as the store lists it, with what a test wants otherwise. */
export const recordedRun = (id: string, change: Partial<RunSummary> = {}): RunSummary => ({
  id,
  kind: "notebook",
  name: id,
  status: "running",
  startedAt: "2026-11-23T05:00:00.000Z",
  finishedAt: null,
  threads: 2,
  rows: 50_000,
  machineId: "m",
  config: {},
  summary: {},
  failure: null,
  colour: null,
  pinned: false,
  notes: "",
  tags: [],
  archivedAt: null,
  deletedAt: null,
  keptAt: null,
  ...change,
});

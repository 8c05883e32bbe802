import type { QuantityRecord } from "../../../core/notebook/judge.ts";
import type { CellDetails } from "../../../shared/runs/run-records.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import type { NotebookSession } from "./session.ts";

/** What running a cell gives: its numbers, and what its charts and tables show. */
export interface CellOutcome {
  readonly measured: QuantityRecord;
  readonly details?: Partial<CellDetails>;
}

/** Runs a cell; the activity is the cell's part of it. */
export type CellRunner = (session: NotebookSession, activity: ActivityHandle) => Promise<CellOutcome>;

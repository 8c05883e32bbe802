import type { QuantityRecord } from "../../../core/notebook/judge.ts";
import type { CellDetails } from "../../../shared/runs/run-records.ts";
import type { NotebookSession } from "./session.ts";

/** What running a cell gives: its numbers, and what its charts and tables show. */
export interface CellOutcome {
  readonly measured: QuantityRecord;
  readonly details?: Partial<CellDetails>;
}

/** How a cell reports while it runs: what it does now, and which share of it is done. */
export interface CellProgress {
  phase(phase: string): void;
  /** 0 to 1. */
  progress(fraction: number): void;
}

export type CellRunner = (session: NotebookSession, progress: CellProgress) => Promise<CellOutcome>;

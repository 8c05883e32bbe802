import type { Activity, IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import type { CellDescription, CellSelection, NotebookState } from "../../shared/experiments/notebook.ts";
import type { CellResult, RunSummary } from "../../shared/runs/run-records.ts";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import type { Notice } from "./lab-state.ts";

/** Everything that changes what the window knows. `now` is the window's monotonic clock. */
export type LabAction =
  | { readonly type: "described"; readonly cells: readonly CellDescription[] }
  | { readonly type: "loadFailed"; readonly error: WireError }
  | {
      readonly type: "reattached";
      readonly notebook: NotebookState;
      readonly activity: Activity | null;
      readonly now: number;
    }
  | { readonly type: "notebookRestored"; readonly runId: string; readonly results: readonly CellResult[] }
  | { readonly type: "machineKnown"; readonly threads: number; readonly machineId: string | null }
  | { readonly type: "runRequested"; readonly selection: CellSelection; readonly runId: string }
  | { readonly type: "activityChanged"; readonly activity: Activity | null; readonly now: number }
  | { readonly type: "cellStarted"; readonly event: IpcEvent<"cellStarted">; readonly now: number }
  | { readonly type: "cellFinished"; readonly event: IpcEvent<"cellFinished"> }
  | { readonly type: "runsListed"; readonly runs: readonly RunSummary[] }
  | { readonly type: "runsFailed"; readonly error: WireError }
  | { readonly type: "runChanged"; readonly run: RunSummary }
  | { readonly type: "runsForgotten"; readonly runIds: readonly string[] }
  | { readonly type: "noticed"; readonly notice: Omit<Notice, "id"> }
  | { readonly type: "noticeClosed"; readonly id: number };

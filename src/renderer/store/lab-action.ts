import type { Activity } from "../../shared/ipc/ipc-contract.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import type { Notice } from "./lab-state.ts";

/** Everything that changes what the window knows. `now` is the window's monotonic clock. */
export type LabAction =
  | { readonly type: "machineKnown"; readonly threads: number; readonly machineId: string | null }
  | { readonly type: "activityChanged"; readonly activity: Activity | null; readonly now: number }
  | { readonly type: "runsListed"; readonly runs: readonly RunSummary[] }
  | { readonly type: "runsFailed"; readonly error: WireError }
  | { readonly type: "runChanged"; readonly run: RunSummary }
  | { readonly type: "runsForgotten"; readonly runIds: readonly string[] }
  | { readonly type: "noticed"; readonly notice: Omit<Notice, "id"> }
  | { readonly type: "noticeClosed"; readonly id: number }
  /** What failed under this title has been done by now. */
  | { readonly type: "failureOver"; readonly title: string };

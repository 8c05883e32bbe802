import type { Activity } from "../../shared/ipc/ipc-contract.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import type { WireError } from "../../shared/ipc/wire-error.ts";

export interface Notice {
  readonly id: number;
  readonly tone: "info" | "failure";
  readonly title: string;
  readonly message: string;
  readonly error: WireError | null;
  /** A failure of an experiment is over when the next one begins; others stay until they are closed. */
  readonly until?: "next activity";
  /** What the message offers to do. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface LabState {
  readonly activity: Activity | null;
  /** When `activity` arrived, on this window's clock: its own clock goes on between two events. */
  readonly activityAt: number;
  readonly runs: readonly RunSummary[] | null;
  readonly runsFailure: WireError | null;
  readonly notices: readonly Notice[];
  /** Threads this machine runs best with; null until main has said, which it does when its workers run. */
  readonly threads: number | null;
  /** The machine this window runs on, to tell its runs from others. */
  readonly machineId: string | null;
}

export const INITIAL_STATE: LabState = {
  activity: null,
  activityAt: 0,
  runs: null,
  runsFailure: null,
  notices: [],
  threads: null,
  machineId: null,
};

import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { IpcEvent, IpcEventName } from "../../../shared/ipc/ipc-contract.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import type { Engine } from "../../engine/engine.ts";
import type { MachineWatch } from "../../timing/machine-watch.ts";
import type { NewRun, Store } from "../../store/store.ts";

/** What the lab tells its listeners: the same events that the window gets. */
export type LabEvent = {
  [N in IpcEventName]: { readonly name: N; readonly payload: IpcEvent<N> };
}[IpcEventName];

/** A started experiment. `done` never rejects: how it ended is in the run's record. */
export interface StartedRun {
  readonly runId: string;
  readonly done: Promise<RunSummary>;
}

/** What every experiment needs from the lab around it. */
export interface LabServices {
  readonly engine: Engine;
  readonly store: Store;
  readonly emit: (event: LabEvent) => void;
  readonly machineId: string;
  readonly machineWatch: MachineWatch;
  readonly resourcesDir: string;
  /** A data set by what a spec calls it. @throws {ContractError} If there is none. */
  readonly dataset: (name: string) => Dataset;
  readonly appVersion: string;
}

/** A new run, or one that goes on. */
export type RunRow =
  | { readonly create: Omit<NewRun, "machineId" | "startedAt"> }
  | { readonly resume: string };

import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import type {
  StageDescription,
  StageResult,
  StagesRecord,
  StagesSettings,
} from "../../shared/experiments/stages.ts";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import { createStore } from "../store/create-store.ts";

/** Stages on screen: as their events tell them while they run, then as they were recorded. */
export interface ShownStages {
  readonly runId: string;
  readonly settings: StagesSettings;
  /** Null until the record could be read. */
  readonly record: StagesRecord | null;
  readonly results: readonly StageResult[];
}

export interface StagesState {
  /** Null until main has described the stages. */
  readonly stages: readonly StageDescription[] | null;
  readonly failure: WireError | null;
  readonly shown: ShownStages | null;
}

export const stagesStore = createStore<StagesState>({ stages: null, failure: null, shown: null });

export function describeStages(stages: readonly StageDescription[]): void {
  stagesStore.set({ ...stagesStore.get(), stages, failure: null });
}

export function failToDescribeStages(failure: WireError): void {
  stagesStore.set({ ...stagesStore.get(), failure });
}

/** Shows stages that have just started. */
export function openStages(runId: string, settings: StagesSettings): void {
  if (stagesStore.get().shown?.runId === runId) return;
  stagesStore.set({ ...stagesStore.get(), shown: { runId, settings, record: null, results: [] } });
}

/** Shows stages as they were recorded. */
export function showStages(record: StagesRecord): void {
  const { settings, results } = record.report;
  stagesStore.set({ ...stagesStore.get(), shown: { runId: record.runId, settings, record, results } });
}

/** A stage is done; told once each. */
export function finishStage({ runId, result }: IpcEvent<"stageFinished">): void {
  const { shown } = stagesStore.get();
  if (shown?.runId !== runId || shown.results.some(({ id }) => id === result.id)) return;
  stagesStore.set({ ...stagesStore.get(), shown: { ...shown, results: [...shown.results, result] } });
}

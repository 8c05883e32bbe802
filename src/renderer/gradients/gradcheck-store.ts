import type {
  GradcheckRecord,
  GradcheckSettings,
  GradientReport,
} from "../../shared/experiments/gradcheck.ts";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { createStore } from "../store/create-store.ts";

/** A gradient check on screen: as its events tell it while it runs, then as it was recorded. */
export interface ShownGradcheck {
  readonly runId: string;
  readonly settings: GradcheckSettings;
  /** Null until the record could be read. */
  readonly record: GradcheckRecord | null;
  readonly reports: readonly GradientReport[];
}

export const gradcheckStore = createStore<{ readonly shown: ShownGradcheck | null }>({ shown: null });

/** Shows a check that has just started. */
export function openGradcheck(runId: string, settings: GradcheckSettings): void {
  if (gradcheckStore.get().shown?.runId === runId) return;
  gradcheckStore.set({ shown: { runId, settings, record: null, reports: [] } });
}

/** Shows a check as it was recorded. */
export function showGradcheck(record: GradcheckRecord): void {
  const { settings, reports } = record.report;
  gradcheckStore.set({ shown: { runId: record.runId, settings, record, reports } });
}

/** One tensor was compared; told once each. */
export function addGradientReport({ runId, report }: IpcEvent<"gradientReported">): void {
  const { shown } = gradcheckStore.get();
  if (shown?.runId !== runId || shown.record !== null) return;
  gradcheckStore.set({ shown: { ...shown, reports: [...shown.reports, report] } });
}

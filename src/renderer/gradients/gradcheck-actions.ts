import type { GradcheckSettings } from "../../shared/experiments/gradcheck.ts";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { ask } from "../bridge/lab.ts";
import { addGradientReport, gradcheckStore, openGradcheck, showGradcheck } from "./gradcheck-store.ts";
import { showFailure } from "../store/lab-store.ts";
import { unknownRuns } from "../store/unknown-runs.ts";

/** Listens for reports. @returns how to stop listening. */
export function connectGradcheck(): () => void {
  const stops = [window.lab.on("gradientReported", onReport), window.lab.on("runChanged", onRunChanged)];
  return () => stops.forEach((stop) => stop());
}

const unknown = unknownRuns();
const elsewhere = new Set<string>();

function onReport(event: IpcEvent<"gradientReported">): void {
  if (unknown.isNew(event.runId)) elsewhere.add(event.runId);
  addGradientReport(event);
}

function onRunChanged({ id, kind, status }: IpcEvent<"runChanged">): void {
  if (kind !== "gradcheck" || status === "running") return;
  const { shown } = gradcheckStore.get();
  // Nothing is shown where the window was reloaded while the check was on; one started elsewhere shows at its end.
  if (shown === null || shown.runId === id || elsewhere.has(id)) void readGradcheck(id);
}

/** Shows a recorded check. */
export async function readGradcheck(runId: string): Promise<void> {
  try {
    showGradcheck(await ask(window.lab.gradcheckGet({ runId })));
  } catch (error) {
    showFailure("The gradient check could not be read", error);
  }
}

export async function startGradcheck(settings: GradcheckSettings): Promise<void> {
  try {
    const { runId } = await ask(window.lab.gradcheckStart(settings));
    unknown.know(runId);
    openGradcheck(runId, settings);
  } catch (error) {
    showFailure("The gradient check did not start", error, { until: "next activity" });
  }
}

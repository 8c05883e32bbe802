import type { GradcheckSettings } from "../../shared/experiments/gradcheck.ts";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { ask } from "../bridge/lab.ts";
import { addGradientReport, gradcheckStore, openGradcheck, showGradcheck } from "./gradcheck-store.ts";
import { showFailure } from "../store/lab-store.ts";

/** Listens for reports. @returns how to stop listening. */
export function connectGradcheck(): () => void {
  const stops = [
    window.lab.on("gradientReported", addGradientReport),
    window.lab.on("runChanged", onRunChanged),
  ];
  return () => stops.forEach((stop) => stop());
}

function onRunChanged({ id, kind, status }: IpcEvent<"runChanged">): void {
  if (kind !== "gradcheck" || status === "running") return;
  const { shown } = gradcheckStore.get();
  // Nothing is shown where the window was reloaded while the check was on.
  if (shown === null || shown.runId === id) void readGradcheck(id);
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
    openGradcheck(runId, settings);
  } catch (error) {
    showFailure("The gradient check did not start", error);
  }
}

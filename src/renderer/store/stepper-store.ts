import type { StepperSettings, Trace } from "../../shared/stepper.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "./create-store.ts";
import { showFailure } from "./lab-store.ts";

export interface StepperState {
  readonly trace: Trace | null;
  /** The step that is shown, 0-based. */
  readonly at: number;
}

export const stepperStore = createStore<StepperState>({ trace: null, at: 0 });

/** Shows a step; outside the trace it stays at its ends. */
export function goTo(step: number): void {
  const { trace } = stepperStore.get();
  if (trace === null) return;
  stepperStore.set({ trace, at: Math.min(trace.steps.length - 1, Math.max(0, step)) });
}

export async function traceNetwork(settings: StepperSettings): Promise<void> {
  try {
    stepperStore.set({ trace: await ask(window.lab.stepperTrace(settings)), at: 0 });
  } catch (error) {
    showFailure("The backward pass was not traced", error);
  }
}

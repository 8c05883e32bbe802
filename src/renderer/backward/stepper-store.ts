import * as v from "valibot";
import { traceSchema, type StepperSettings, type Trace } from "../../shared/experiments/stepper.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure } from "../store/lab-store.ts";

export interface StepperState {
  readonly trace: Trace | null;
  /** The step that is shown, 0-based. */
  readonly at: number;
}

/** A trace leaves no run: the window keeps its last one itself. */
const KEY = "backprop-lab.last-trace";
/** Of the five million characters that a page may keep; a larger trace is traced again by a click. */
const MOST_CHARACTERS = 2_000_000;

export const stepperStore = createStore<StepperState>({
  trace: parseTrace(localStorage.getItem(KEY)),
  at: 0,
});

/** Shows a step; outside the trace it stays at its ends. */
export function goTo(step: number): void {
  const { trace } = stepperStore.get();
  if (trace === null) return;
  stepperStore.set({ trace, at: Math.min(trace.steps.length - 1, Math.max(0, step)) });
}

export async function traceNetwork(settings: StepperSettings): Promise<void> {
  try {
    const trace = await ask(window.lab.stepperTrace(settings));
    stepperStore.set({ trace, at: 0 });
    const text = traceText(trace);
    if (text.length <= MOST_CHARACTERS) localStorage.setItem(KEY, text);
    else localStorage.removeItem(KEY);
  } catch (error) {
    showFailure("The backward pass was not traced", error, { until: "next activity" });
  }
}

/** JSON has no NaN and no infinities; a diverged pass has. */
export const traceText = (trace: Trace): string =>
  JSON.stringify(trace, (_key, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );

/** Whatever is in storage: a trace, or null where it is none or an older version's. */
export function parseTrace(text: string | null): Trace | null {
  if (text === null) return null;
  try {
    const read: unknown = JSON.parse(text, (_key, value: unknown) =>
      value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value,
    );
    const parsed = v.safeParse(traceSchema, read);
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

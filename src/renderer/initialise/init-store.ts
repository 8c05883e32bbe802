import type { InitBand, InitPreset, InitReport, InitSettings } from "../../shared/experiments/init.ts";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "../bridge/lab.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure, showInfo } from "../store/lab-store.ts";

export interface InitState {
  readonly presets: readonly InitPreset[];
  readonly report: InitReport | null;
  readonly failure: WireError | null;
  /** A newer report is on its way. */
  readonly measuring: boolean;
  /** By preset. */
  readonly bands: Readonly<Record<string, InitBand>>;
}

export const initStore = createStore<InitState>({
  presets: [],
  report: null,
  failure: null,
  measuring: false,
  bands: {},
});

const change = (news: Partial<InitState>): void => initStore.set({ ...initStore.get(), ...news });

let wanted: InitSettings | null = null;
/** What is measured or was, as JSON: a view that is shown again, or a list of data sets read anew, asks for the same once more. */
let asked = "";

/** Measures; of several settings that come while one is measured only the newest is. */
export async function measureInit(settings: InitSettings): Promise<void> {
  wanted = JSON.stringify(settings) === asked ? null : settings;
  if (initStore.get().measuring || wanted === null) return;
  change({ measuring: true });
  while (wanted !== null) {
    const now: InitSettings = wanted;
    wanted = null;
    asked = JSON.stringify(now);
    try {
      const report = await ask(window.lab.initMeasure(now));
      change({ report, failure: null });
    } catch (error) {
      asked = "";
      change({ failure: wireErrorOf(error) });
    }
  }
  change({ measuring: false });
}

/** Shows a saved report: the form's own network is measured when it changes. */
export function showInit(report: InitReport): void {
  change({ report, failure: null });
}

/** Shows a saved report until the form's own network is measured. */
export function restoreInit(report: InitReport): void {
  if (initStore.get().report === null) change({ report });
}

export async function loadInitPresets(): Promise<void> {
  if (initStore.get().presets.length > 0) return;
  try {
    change({ presets: await ask(window.lab.initPresets()) });
  } catch (error) {
    change({ failure: wireErrorOf(error) });
  }
}

/** Draws a preset with 30 seeds. */
export async function measureBand(id: InitPreset["id"]): Promise<void> {
  try {
    const band = await ask(window.lab.initBand({ id }));
    change({ bands: { ...initStore.get().bands, [id]: band } });
  } catch (error) {
    showFailure("The band was not drawn", error);
  }
}

export async function saveInit(settings: InitSettings): Promise<void> {
  try {
    const { runId } = await ask(window.lab.initSave(settings));
    showInfo("The initialisation is saved as a run", runId);
  } catch (error) {
    showFailure("The initialisation was not saved", error);
  }
}

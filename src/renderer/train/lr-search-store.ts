import type { LrSearchRecord } from "../../shared/experiments/lr-search.ts";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import type { TrainSpec } from "../../shared/specs/train-spec.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure } from "../store/lab-store.ts";

/** The search for a learning rate that Train shows: the last one, or one opened from its run, until it is closed. */
export const lrSearchStore = createStore<LrSearchRecord | null>(null);

/** Takes up every search that ends, however it ends. @returns how to stop listening. */
export function connectLrSearch(): () => void {
  return window.lab.on("runChanged", ({ id, kind, status }: IpcEvent<"runChanged">) => {
    if (kind === "lrsearch" && status !== "running") void readSearch(id);
  });
}

async function readSearch(runId: string): Promise<void> {
  try {
    const record = await ask(window.lab.lrsearchGet({ runId }));
    // One that ended before its first loss has nothing to show.
    if (record.report.searches.length > 0) lrSearchStore.set(record);
  } catch (error) {
    showFailure("The search for a learning rate could not be read", error);
  }
}

/** Digits that a suggested rate is worth. */
export const RATE_DIGITS = 2;
export const takenRate = (suggested: number): number => Number(suggested.toPrecision(RATE_DIGITS));

/** The training whose rate was searched, with what was suggested; as it was where nothing was. */
export function suggestedSpec({ report: { spec, suggested } }: LrSearchRecord): TrainSpec {
  if (suggested === null) return spec;
  return { ...spec, optimizer: { ...spec.optimizer, lr: takenRate(suggested) } };
}

import { counted } from "../../core/counted.ts";
import type { ClusterSweepStatus } from "../../shared/experiments/cluster-sweep.ts";
import { createStore } from "../store/create-store.ts";
import { showInfo } from "../store/lab-store.ts";

/** The last that was heard of each sweep on a cluster. */
export const sweepStatusStore = createStore<Readonly<Record<string, ClusterSweepStatus>>>({});

/** What of the collected runs is not finished. */
export const unfinishedText = (runs: number): string =>
  `${runs} as far as a failed or lost training had come`;

export function setSweepStatus(id: string, status: ClusterSweepStatus): void {
  sweepStatusStore.set({ ...sweepStatusStore.get(), [id]: status });
}

/** Listens to sweeps that are collected by themselves, whatever view is shown. */
export function connectSweeps(): void {
  window.lab.on("sweepLooked", ({ id, status }) => setSweepStatus(id, status));
  window.lab.on("sweepCollected", ({ name, runs, unfinished }) => {
    const rest = unfinished > 0 ? [unfinishedText(unfinished)] : [];
    showInfo(`${counted(runs, "run")} collected`, [`of ${name}, by itself`, ...rest].join("; "));
  });
}

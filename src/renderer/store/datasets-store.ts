import { datasetTitles, MNIST_DATASET, type Dataset } from "../../shared/experiments/dataset.ts";
import { toyDataset, toyOf } from "../../shared/experiments/toys.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "./create-store.ts";
import { showFailure } from "./lab-store.ts";

export const datasetsStore = createStore<readonly Dataset[]>([MNIST_DATASET]);
/** The data set that the Data view shows. */
export const shownDatasetStore = createStore<string>(MNIST_DATASET.id);
/** A data set that is to be trained on: the Train view takes it up. */
export const trainRequestStore = createStore<Dataset | null>(null);

/** A data set by its id, a toy among them; undefined where it is not known (yet). */
export function knownDataset(datasets: readonly Dataset[], id: string): Dataset | undefined {
  const toy = toyOf(id);
  return toy === null ? datasets.find((dataset) => dataset.id === id) : toyDataset(toy);
}

/** What can be chosen as data: all sets, a toy that is, and by its id what is chosen though it is not there (any more). */
export function dataChoices(
  all: readonly Dataset[],
  chosen: string,
): { readonly value: string; readonly label: string }[] {
  const shown = [...all, knownDataset(all, chosen) ?? { id: chosen, title: chosen }];
  return [...datasetTitles(shown)].map(([value, label]) => ({ value, label }));
}

export async function loadDatasets(): Promise<void> {
  try {
    datasetsStore.set(await ask(window.lab.datasetsList()));
  } catch (error) {
    showFailure("The data sets were not listed", error);
  }
}

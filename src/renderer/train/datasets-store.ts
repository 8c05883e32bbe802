import { formatBytes } from "../format/number.ts";
import type { Dataset } from "../../shared/experiments/dataset.ts";
import {
  MOST_IMPORT_BYTES,
  type ImportChoice,
  type ImportPreview,
} from "../../shared/experiments/datasets.ts";
import { ask } from "../bridge/lab.ts";
import { loadDatasets } from "../store/datasets-store.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure, showInfo } from "../store/lab-store.ts";

/** What the chosen files hold, until they are taken or left. */
export const importStore = createStore<ImportPreview | null>(null);

export async function previewImport(files: readonly File[]): Promise<void> {
  try {
    const sizeBytes = files.reduce((sum, { size }) => sum + size, 0);
    if (sizeBytes > MOST_IMPORT_BYTES) {
      throw new Error(
        `together they have ${formatBytes(sizeBytes)}; at most ${formatBytes(MOST_IMPORT_BYTES)} are taken. Compress a CSV as .csv.gz`,
      );
    }
    const read = await Promise.all(
      files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    importStore.set(await ask(window.lab.datasetsPreview({ files: read })));
  } catch (error) {
    importStore.set(null);
    showFailure("The files were not read", error);
  }
}

/** @returns the new data set, or null when it was not taken. */
export async function acceptImport(choice: ImportChoice): Promise<Dataset | null> {
  try {
    const dataset = await ask(window.lab.datasetsAccept(choice));
    importStore.set(null);
    showInfo(
      `${dataset.title} imported`,
      `${dataset.trainRows} training and ${dataset.validRows} validation rows`,
    );
    await loadDatasets();
    return dataset;
  } catch (error) {
    showFailure("The data was not imported", error);
    return null;
  }
}

export async function removeDataset(id: string): Promise<void> {
  try {
    await ask(window.lab.datasetsRemove({ id }));
    await loadDatasets();
  } catch (error) {
    showFailure("The data set was not removed", error);
  }
}

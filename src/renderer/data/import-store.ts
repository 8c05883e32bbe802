import { counted } from "../../core/counted.ts";
import type { DatasetFormat } from "../../shared/experiments/dataset-formats.ts";
import type { Dataset } from "../../shared/experiments/dataset.ts";
import type {
  Dialect,
  DialectChanges,
  ImportPlan,
  ImportPreview,
} from "../../shared/experiments/data-import.ts";
import { ask, LabError } from "../bridge/lab.ts";
import { createStore } from "../store/create-store.ts";
import { loadDatasets, shownDatasetStore } from "../store/datasets-store.ts";
import { showFailure, showInfo, showUndo } from "../store/lab-store.ts";
import { formatNumber } from "../../shared/format/number.ts";

/** What chosen files hold, and how they are to be taken; null while there are none. */
export interface Import {
  readonly preview: ImportPreview;
  readonly plan: ImportPlan;
  /** What a person said of the table's text. */
  readonly changes: DialectChanges;
}
export const importStore = createStore<Import | null>(null);

const wasCancelled = (error: unknown): boolean =>
  error instanceof LabError && error.wire.code === "ExperimentCancelled";

export function showPreview(preview: ImportPreview, changes: DialectChanges = {}): void {
  importStore.set({ preview, plan: preview.plan, changes });
}

/** Reads the files; what cannot be read leaves `before` as what is shown. */
async function read(
  call: () => ReturnType<typeof window.lab.datasetsReread>,
  changes: DialectChanges,
  before: Import | null,
): Promise<void> {
  try {
    showPreview(await ask(call()), changes);
  } catch (error) {
    importStore.set(before);
    if (!wasCancelled(error)) showFailure("The files were not read", error);
  }
}

/** Files or folders that were chosen or dropped. */
export const previewFiles = (files: readonly File[]): Promise<void> =>
  read(() => window.lab.datasetsPreview({ files, changes: {} }), {}, importStore.get());

/** Reads the same table as another dialect, whose choice is shown at once. */
export async function changeDialect(change: Partial<Dialect>): Promise<void> {
  const before = importStore.get();
  const changes = { ...before?.changes, ...change };
  const dialect = before?.preview.dialect ?? null;
  if (before !== null && dialect !== null)
    importStore.set({ ...before, preview: { ...before.preview, dialect: { ...dialect, ...change } } });
  await read(() => window.lab.datasetsReread({ changes }), changes, before);
}

export function changePlan(change: Partial<ImportPlan>): void {
  const now = importStore.get();
  if (now !== null) importStore.set({ ...now, plan: { ...now.plan, ...change } });
}

/** Takes what was previewed. */
export async function acceptImport(plan: ImportPlan): Promise<void> {
  try {
    const dataset = await ask(window.lab.datasetsAccept(plan));
    importStore.set(null);
    await loadDatasets();
    shownDatasetStore.set(dataset.id);
    showInfo(`${dataset.title} imported`, rowWords(dataset));
  } catch (error) {
    if (!wasCancelled(error)) showFailure("The data was not imported", error);
  }
}

export const rowWords = ({ trainRows, validRows, testRows }: Dataset): string =>
  `${formatNumber(trainRows)} training, ${formatNumber(validRows)} validation, ${formatNumber(testRows)} test rows`;

export function dismissImport(): void {
  importStore.set(null);
  void window.lab.datasetsDismiss();
}

export async function removeDataset({ id, title }: Dataset): Promise<void> {
  try {
    await ask(window.lab.datasetsRemove({ id }));
    shownDatasetStore.set("mnist");
    await loadDatasets();
    showUndo(`${title} was removed`, "Bring it back", () => void restoreDataset(id));
  } catch (error) {
    showFailure("The data set was not removed", error);
  }
}

async function restoreDataset(id: string): Promise<void> {
  try {
    await ask(window.lab.datasetsRestore({ id }));
    await loadDatasets();
    shownDatasetStore.set(id);
  } catch (error) {
    showFailure("The data set was not brought back", error);
  }
}

export async function exportDataset(id: string, format: DatasetFormat): Promise<void> {
  try {
    const saved = await ask(window.lab.datasetsExport({ id, format }));
    if (saved.kind === "saved") showInfo(`${counted(saved.rows, "row")} written`, saved.path);
  } catch (error) {
    if (!wasCancelled(error)) showFailure("The data was not exported", error);
  }
}

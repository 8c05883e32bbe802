import { useMemo } from "react";
import {
  NOTEBOOK_DEFAULTS,
  notebookSettingsSchema,
  type CellSelection,
} from "../../shared/experiments/notebook.ts";
import { LabError } from "../bridge/lab.ts";
import { createDraftForm } from "../preferences/draft-form.ts";
import { useStore } from "../store/create-store.ts";
import { labStore, runCells, showFailure } from "../store/lab-store.ts";

const { seed, rows, samples, coordinates } = NOTEBOOK_DEFAULTS;

export type NotebookField = keyof typeof notebookSettingsSchema.entries;

const forms = createDraftForm<NotebookField>("backprop-lab.notebook-draft", notebookSettingsSchema.entries);

const defaultsFor = (threads: number) => ({ seed, rows, threads, samples, coordinates });

export function useNotebookForm() {
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  return forms.useForm(useMemo(() => defaultsFor(threads), [threads]));
}

/** Runs cells with the settings as they stand in the form, from wherever it is asked. */
export function runNotebookCells(selection: CellSelection): void {
  const { values, fields } = forms.read(defaultsFor(labStore.get().threads ?? 1));
  if (values !== null) {
    void runCells(selection, values);
    return;
  }
  const wrong = Object.entries(fields).flatMap(([name, { error }]) =>
    error === null ? [] : [`${name}: ${error}`],
  );
  const message = `A setting is not valid: ${wrong.join("; ")}. Correct it in the Notebook's controls.`;
  showFailure("The notebook did not start", new LabError({ code: "RangeError", message }));
}

import { useMemo } from "react";
import { NOTEBOOK_DEFAULTS, trainingSettingsSchema } from "../../shared/notebook.ts";
import { createDraftForm } from "../preferences/draft-form.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";

const { seed, rows, epochs, batchSize, lr } = NOTEBOOK_DEFAULTS;

export type TrainField = keyof typeof trainingSettingsSchema.entries;

const forms = createDraftForm<TrainField>("backprop-lab.training-draft", trainingSettingsSchema.entries);

export function useTrainForm() {
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  return forms.useForm(useMemo(() => ({ seed, rows, threads, epochs, batchSize, lr }), [threads]));
}

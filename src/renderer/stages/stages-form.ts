import { useMemo } from "react";
import { NOTEBOOK_DEFAULTS } from "../../shared/experiments/notebook-defaults.ts";
import { stagesSettingsSchema, type StagesSettings } from "../../shared/experiments/stages.ts";
import { createDraftForm } from "../preferences/draft-form.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";

const { seed, rows } = NOTEBOOK_DEFAULTS;
/** The intervals of ratios come from these: fewer say little. */
const SAMPLES = 10;

export type StagesField = keyof typeof stagesSettingsSchema.entries;

const forms = createDraftForm<StagesField>("backprop-lab.stages-draft", stagesSettingsSchema.entries);

const defaultsFor = (threads: number): StagesSettings => ({ seed, rows, threads, samples: SAMPLES });

export function useStagesForm() {
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  return forms.useForm(useMemo(() => defaultsFor(threads), [threads]));
}

/** Puts a run's settings into the form. */
export function takeStagesSettings(settings: StagesSettings): void {
  const { fields } = forms.read(defaultsFor(labStore.get().threads ?? 1));
  for (const name of ["seed", "rows", "threads", "samples"] as const) {
    fields[name].set(String(settings[name]));
  }
}

import { useMemo } from "react";
import * as v from "valibot";
import {
  gradcheckSettingsSchema,
  gradientReferenceSchema,
  type GradcheckSettings,
  type GradientReference,
} from "../../shared/experiments/gradcheck.ts";
import { createNetworkForm, type NetworkForm } from "../network/network-form.ts";
import { createDraftForm, type DraftForm } from "../preferences/draft-form.ts";
import { createKeptStore } from "../preferences/kept-store.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";

const network = createNetworkForm("backprop-lab.gradients-network", "gradients", {
  preset: "notebook",
  activation: "relu",
  init: "kaimingNormal",
  loss: "crossEntropy",
  split: "train",
  depth: 3,
  width: 50,
  rows: 1_000,
  seed: 42,
});

const { bug, tolerance, coordinates } = gradcheckSettingsSchema.entries;
const numberForms = createDraftForm<"coordinates">("backprop-lab.gradients-draft", {
  coordinates: coordinates.wrapped,
});
const DEFAULTS = { coordinates: 50 };

const choices = createKeptStore(
  "backprop-lab.gradients-choice",
  v.object({
    references: v.fallback(v.pipe(v.array(gradientReferenceSchema), v.readonly()), [
      "float64",
      "finite-difference",
    ]),
    bug: v.fallback(bug, null),
    tolerance: v.fallback(tolerance, "strict"),
    every: v.fallback(v.boolean(), false),
  }),
);
interface Choice extends Pick<GradcheckSettings, "bug" | "tolerance"> {
  readonly references: readonly GradientReference[];
  /** Every coordinate of each tensor. */
  readonly every: boolean;
}

export interface GradientsForm extends Choice {
  readonly choose: (change: Partial<Choice>) => void;
  readonly network: NetworkForm;
  readonly numbers: DraftForm<"coordinates">;
  /** What "Check gradients" would check, or null while a field is not valid. */
  readonly settings: GradcheckSettings | null;
}

/** Puts a check's settings into the form; the threads are the lab's. */
export function takeGradcheckSettings(settings: GradcheckSettings): void {
  network.take(settings.network);
  const every = settings.coordinates === null;
  if (!every) numberForms.read(DEFAULTS).fields.coordinates.set(String(settings.coordinates));
  choices.change({
    references: settings.references,
    bug: settings.bug,
    tolerance: settings.tolerance,
    every,
  });
}

export function useGradientsForm(): GradientsForm {
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  const choice = useStore(choices);
  const form = network.useForm();
  const numbers = numberForms.useForm(DEFAULTS);
  return useMemo(() => {
    const { references, bug, tolerance, every } = choice;
    const { spec } = form;
    const coordinates = numbers.values?.coordinates;
    const valid = spec !== null && coordinates !== undefined && references.length > 0;
    const settings: GradcheckSettings | null = valid
      ? {
          network: spec,
          references: [...references],
          bug,
          tolerance,
          threads,
          coordinates: every ? null : coordinates,
        }
      : null;
    return { ...choice, choose: choices.change, network: form, numbers, settings };
  }, [choice, form, numbers, threads]);
}

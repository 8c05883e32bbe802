import { useMemo } from "react";
import * as v from "valibot";
import type { SeededBug } from "../../core/network/seeded-bug.ts";
import type { GradcheckSettings, GradientReference } from "../../shared/experiments/gradcheck.ts";
import { createNetworkForm, type NetworkForm } from "../network/network-form.ts";
import { createDraftForm, type DraftForm } from "../preferences/draft-form.ts";
import { createStore, useStore } from "../store/create-store.ts";
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

const numberForms = createDraftForm<"coordinates">("backprop-lab.gradients-draft", {
  coordinates: v.pipe(
    v.number("coordinates must be a number"),
    v.integer("coordinates must be a whole number"),
    v.minValue(1, "coordinates must be at least 1"),
    v.maxValue(1_000_000, "coordinates must be at most 1,000,000"),
  ),
});
const DEFAULTS = { coordinates: 50 };

interface Choice {
  readonly references: readonly GradientReference[];
  readonly bug: SeededBug | null;
  readonly tolerance: GradcheckSettings["tolerance"];
  readonly every: boolean;
}

const choiceStore = createStore<Choice>({
  references: ["float64", "finite-difference"],
  bug: null,
  tolerance: "strict",
  every: false,
});

export interface GradientsForm extends Choice {
  readonly choose: (change: Partial<Choice>) => void;
  readonly network: NetworkForm;
  readonly numbers: DraftForm<"coordinates">;
  /** What "Check gradients" would check, or null while a field is not valid. */
  readonly settings: GradcheckSettings | null;
}

export function useGradientsForm(): GradientsForm {
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  const choice = useStore(choiceStore);
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
    const choose = (change: Partial<Choice>): void => choiceStore.set({ ...choiceStore.get(), ...change });
    return { ...choice, choose, network: form, numbers, settings };
  }, [choice, form, numbers, threads]);
}

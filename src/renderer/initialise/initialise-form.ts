import { useMemo } from "react";
import * as v from "valibot";
import { initSettingsSchema, type InitPreset, type InitSettings } from "../../shared/experiments/init.ts";
import { schemesOf } from "../../shared/specs/network-spec.ts";
import { createNetworkForm, type NetworkForm } from "../network/network-form.ts";
import { createKeptStore } from "../preferences/kept-store.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";

const network = createNetworkForm("backprop-lab.initialise-network", "initialise", {
  preset: "custom",
  activation: "relu",
  init: "kaimingNormal",
  loss: "crossEntropy",
  split: "valid",
  depth: 10,
  width: 50,
  rows: 10_000,
  seed: 42,
});

const { otherwise, gradients } = initSettingsSchema.entries;
const choices = createKeptStore(
  "backprop-lab.initialise-choice",
  v.object({
    otherwise: v.fallback(otherwise, "scaledNormal"),
    gradients: v.fallback(gradients, true),
  }),
);
type Choice = Pick<InitSettings, "otherwise" | "gradients">;

export interface InitialiseForm extends Choice {
  readonly choose: (change: Partial<Choice>) => void;
  readonly network: NetworkForm;
  /** What is measured, or null while a field is not valid. */
  readonly settings: InitSettings | null;
}

export function useInitialiseForm(): InitialiseForm {
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  const choice = useStore(choices);
  const form = network.useForm();
  return useMemo(() => {
    const settings = form.spec === null ? null : { network: form.spec, ...choice, threads };
    return { ...choice, choose: choices.change, network: form, settings };
  }, [choice, form, threads]);
}

/** Puts one of the notebook's first layers into the form. */
export function takePreset({ settings }: InitPreset): void {
  const { layers, data, seed } = settings.network;
  const shifted = layers.some((layer) => layer.type === "relu" && layer.shift !== 0);
  network.set({
    preset: "custom",
    depth: 2,
    width: 50,
    loss: "mse",
    split: data.split,
    rows: data.rows,
    seed,
    gain: 1,
    activation: shifted ? "shiftedRelu" : "relu",
    init: schemesOf(settings.network)[0] ?? "kaimingNormal",
  });
  choices.change({ otherwise: null, gradients: true });
}

/** Puts a saved initialisation's settings into the form; the threads are the lab's. */
export function takeInitSettings({ network: spec, otherwise, gradients }: InitSettings): void {
  network.take(spec);
  choices.change({ otherwise, gradients });
}

/** Another draw of the same. */
export function drawAgain(seed: number): void {
  network.set({ seed });
}

/** A new depth, from the slider. */
export function setDepth(depth: number): void {
  network.set({ preset: "custom", depth });
}

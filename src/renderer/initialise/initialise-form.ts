import { useMemo } from "react";
import type { InitPreset, InitSettings } from "../../shared/experiments/init.ts";
import type { Initialisation } from "../../shared/specs/layer-spec.ts";
import { schemesOf } from "../../shared/specs/network-spec.ts";
import { createNetworkForm, type NetworkForm } from "../network/network-form.ts";
import { createStore, useStore } from "../store/create-store.ts";
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

interface Choice {
  readonly otherwise: Initialisation | null;
  readonly gradients: boolean;
}

const choiceStore = createStore<Choice>({ otherwise: "scaledNormal", gradients: true });

export interface InitialiseForm extends Choice {
  readonly choose: (change: Partial<Choice>) => void;
  readonly network: NetworkForm;
  /** What is measured, or null while a field is not valid. */
  readonly settings: InitSettings | null;
}

export function useInitialiseForm(): InitialiseForm {
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  const choice = useStore(choiceStore);
  const form = network.useForm();
  return useMemo(() => {
    const settings = form.spec === null ? null : { network: form.spec, ...choice, threads };
    const choose = (change: Partial<Choice>): void => choiceStore.set({ ...choiceStore.get(), ...change });
    return { ...choice, choose, network: form, settings };
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
  choiceStore.set({ otherwise: null, gradients: true });
}

/** Another draw of the same. */
export function drawAgain(seed: number): void {
  network.set({ seed });
}

/** A new depth, from the slider. */
export function setDepth(depth: number): void {
  network.set({ preset: "custom", depth });
}

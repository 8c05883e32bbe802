import { useMemo } from "react";
import * as v from "valibot";
import { forSimpleActivations } from "../../core/ops/activation.ts";
import {
  DEEP_CLASSIFIER,
  gainSchema,
  INITIALISATIONS,
  initialisationSchema,
  MNIST_CLASSES,
  MNIST_PIXELS,
  networkSpecSchema,
  NOTEBOOK_NETWORK,
  type Initialisation,
  type LayerSpec,
  type NetworkSpec,
} from "../../shared/specs/network-spec.ts";
import { problemOf } from "../preferences/check-number.ts";
import { createDraftForm, type DraftForm } from "../preferences/draft-form.ts";
import { parseObject } from "../preferences/preferences.ts";
import { createStore, useStore } from "../store/create-store.ts";

const wholeNumber = (what: string, min: number, max: number) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.integer(`${what} must be a whole number`),
    v.minValue(min, `${what} must be at least ${min}`),
    v.maxValue(max, `${what} must be at most ${max.toLocaleString("en")}`),
  );

const NUMBERS = {
  depth: wholeNumber("depth", 1, 100),
  width: wholeNumber("width", 1, 2_000),
  rows: wholeNumber("rows", 1, 50_000),
  seed: wholeNumber("seed", 0, 0xffffffff),
  gain: gainSchema,
};
export type NetworkField = keyof typeof NUMBERS;

/** Activations between the linear layers, by the names that the form shows. */
export const ACTIVATIONS = {
  relu: { title: "relu", layer: { type: "relu", shift: 0 } },
  shiftedRelu: { title: "relu − 0.5", layer: { type: "relu", shift: 0.5 } },
  leakyRelu: { title: "leaky relu, slope 0.01", layer: { type: "leakyRelu", slope: 0.01 } },
  ...forSimpleActivations((type, title) => ({ title, layer: { type } })),
  none: { title: "none", layer: null },
} as const satisfies Record<string, { title: string; layer: LayerSpec | null }>;
export type ActivationName = keyof typeof ACTIVATIONS;

export const NETWORK_PRESETS = {
  notebook: "Notebook: 784-50-1",
  classifier: "784-100-50-10",
  custom: "My own",
} as const;
export type NetworkPreset = keyof typeof NETWORK_PRESETS;

export interface NetworkChoice {
  readonly preset: NetworkPreset;
  readonly activation: ActivationName;
  readonly init: Initialisation;
  readonly loss: NetworkSpec["loss"];
  readonly split: NetworkSpec["data"]["split"];
}

/** 784 → width → … → 1 or 10, with an activation after every linear layer but the last. */
export function specOf(
  { preset, activation, init, loss, split }: NetworkChoice,
  { depth, width, rows, seed, gain }: Readonly<Record<NetworkField, number>>,
): NetworkSpec {
  const data = { name: "mnist", split, rows } as const;
  const drawn = gain === 1 ? { init } : { init, gain };
  if (preset !== "custom") {
    const { layers, loss: own } = preset === "notebook" ? NOTEBOOK_NETWORK : DEEP_CLASSIFIER;
    return {
      layers: layers.map((layer) => (layer.type === "linear" ? { ...layer, ...drawn } : layer)),
      loss: own,
      data,
      seed,
    };
  }
  const { layer } = ACTIVATIONS[activation];
  const layers = Array.from({ length: depth }, (_, index): LayerSpec[] => {
    const last = index === depth - 1;
    const out = last ? (loss === "mse" ? 1 : MNIST_CLASSES) : width;
    const linear: LayerSpec = { type: "linear", in: index === 0 ? MNIST_PIXELS : width, out, ...drawn };
    return last || layer === null ? [linear] : [linear, layer];
  });
  return { layers: layers.flat(), loss, data, seed };
}

export interface NetworkForm {
  readonly choice: NetworkChoice;
  readonly choose: (change: Partial<NetworkChoice>) => void;
  readonly numbers: DraftForm<NetworkField>;
  /** Null while a field is not valid. */
  readonly spec: NetworkSpec | null;
}

/** One of these, or the default. */
const oneOf = <T extends string>(names: readonly T[], value: unknown, otherwise: T): T =>
  names.find((name) => name === value) ?? otherwise;

/** A form for a network; each view has its own, under its own key. */
export function createNetworkForm(
  key: string,
  given: NetworkChoice & Readonly<Record<Exclude<NetworkField, "gain">, number>>,
): {
  readonly useForm: () => NetworkForm;
  readonly set: (change: Partial<NetworkChoice & Record<NetworkField, number>>) => void;
} {
  const defaults = { gain: 1, ...given };
  const stored = parseObject(localStorage.getItem(`${key}-choice`));
  const choice = createStore<NetworkChoice>({
    preset: oneOf(Object.keys(NETWORK_PRESETS) as NetworkPreset[], stored["preset"], defaults.preset),
    activation: oneOf(
      Object.keys(ACTIVATIONS) as ActivationName[],
      stored["activation"],
      defaults.activation,
    ),
    init: oneOf(initialisationSchema.options, stored["init"], defaults.init),
    loss: oneOf(["mse", "mseOneHot", "crossEntropy"] as const, stored["loss"], defaults.loss),
    split: oneOf(["train", "valid"] as const, stored["split"], defaults.split),
  });
  const numberForms = createDraftForm<NetworkField>(`${key}-draft`, NUMBERS);
  const choose = (change: Partial<NetworkChoice>): void => {
    const next = { ...choice.get(), ...change };
    localStorage.setItem(`${key}-choice`, JSON.stringify(next));
    choice.set(next);
  };
  return {
    useForm: () => {
      const chosen = useStore(choice);
      const numbers = numberForms.useForm(defaults);
      return useMemo(() => {
        const { values, fields } = numbers;
        const spec = values === null ? null : specOf(chosen, values);
        const problem = spec === null ? null : problemOf(networkSpecSchema, spec);
        if (problem === null) return { choice: chosen, choose, numbers, spec };
        // What numbers right by themselves do not fit is the data: said beside its rows.
        const rows = { ...fields.rows, error: problem };
        return { choice: chosen, choose, numbers: { ...numbers, fields: { ...fields, rows } }, spec: null };
      }, [chosen, numbers]);
    },
    set: (change) => {
      const { fields } = numberForms.read(defaults);
      const { depth, width, rows, seed, gain, ...rest } = change;
      for (const [name, value] of Object.entries({ depth, width, rows, seed, gain })) {
        if (value !== undefined) fields[name as NetworkField].set(String(value));
      }
      choose(rest);
    },
  };
}

/** Names and titles of the schemes, for a list to choose from. */
export const SCHEMES = Object.entries(INITIALISATIONS).map(([value, label]) => ({ value, label }));

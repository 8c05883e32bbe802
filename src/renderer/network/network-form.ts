import { useMemo } from "react";
import * as v from "valibot";
import { LOSS_NAMES } from "../../core/network/network.ts";
import { forSimpleActivations } from "../../core/ops/activation.ts";
import {
  gainSchema,
  INITIALISATIONS,
  initialisationSchema,
  trainLayerSpecSchema,
  type Initialisation,
  type TrainLayerSpec,
} from "../../shared/specs/layer-spec.ts";
import {
  DEEP_CLASSIFIER,
  dataMisfit,
  endsOf,
  networkSpecEntries,
  networkSpecMisfit,
  networkSpecSchema,
  NOTEBOOK_NETWORK,
  outputsFor,
  type DataEnds,
  type NetworkSpec,
} from "../../shared/specs/network-spec.ts";
import { ownLossSpecSchema, type OwnLossSpec } from "../../shared/specs/own-part-spec.ts";
import { MNIST_DATASET } from "../../shared/experiments/dataset.ts";
import type { OwnLayer } from "../../shared/live/notebook-part.ts";
import { fitToData, fitWidths, lossFor } from "../../shared/specs/fit-widths.ts";
import { problemOf } from "../preferences/check-number.ts";
import { createDraftForm, type DraftForm } from "../preferences/draft-form.ts";
import { parseObject } from "../preferences/preferences.ts";
import { createStore, useStore } from "../store/create-store.ts";
import { datasetsStore, knownDataset } from "../store/datasets-store.ts";
import { takeOffers, type NetworkView } from "../store/network-offers.ts";
import { wholeNumber } from "../../shared/specs/number-schemas.ts";

const NUMBERS = {
  depth: wholeNumber("depth", 1, 100),
  width: wholeNumber("width", 1, 2_000),
  rows: wholeNumber("rows", 1, 1_000_000),
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
} as const satisfies Record<string, { title: string; layer: TrainLayerSpec | null }>;
/** One of these, or the notebook's that is kept beside it. */
export type ActivationName = keyof typeof ACTIVATIONS | "own";

export const NETWORK_PRESETS = {
  notebook: "Notebook: 784-50-1",
  classifier: "784-100-50-10",
  custom: "My own",
  given: "From another view",
} as const;
export type NetworkPreset = keyof typeof NETWORK_PRESETS;

/** A whole network that came from another view. */
export type GivenNetwork = Pick<
  NetworkSpec,
  "layers" | "loss" | "labelSmoothing" | "delta" | "classWeights" | "ownLoss"
>;

export interface NetworkChoice {
  /** Id of a data set. */
  readonly data: string;
  readonly given: GivenNetwork | null;
  readonly preset: NetworkPreset;
  readonly activation: ActivationName;
  /** What "own" stands for. */
  readonly ownActivation: OwnLayer | null;
  readonly init: Initialisation;
  readonly loss: NetworkSpec["loss"];
  /** What the loss "own" stands for. */
  readonly ownLoss: OwnLossSpec | null;
  readonly split: NetworkSpec["data"]["split"];
}

/** Features → width → … → outputs, with an activation after every linear layer but the last, or the given layers. */
export function specOf(
  { preset, activation, ownActivation, init, loss: wanted, ownLoss, split, data: name, given }: NetworkChoice,
  { depth, width, rows, seed, gain }: Readonly<Record<NetworkField, number>>,
  ends: DataEnds,
): NetworkSpec {
  const data = { name, split, rows };
  if (preset === "given" && given !== null) return { ...given, data, seed };
  const drawn = gain === 1 ? { init } : { init, gain };
  if (preset !== "custom") {
    const { layers, loss: usual } = preset === "notebook" ? NOTEBOOK_NETWORK : DEEP_CLASSIFIER;
    const own = lossFor(usual, ends);
    return {
      layers: fitToData(layers, own, ends).map((layer) =>
        layer.type === "linear" ? { ...layer, ...drawn } : layer,
      ),
      loss: own,
      data,
      seed,
    };
  }
  const loss = wanted === "own" && ownLoss === null ? "mse" : lossFor(wanted, ends);
  const outputs = outputsFor(loss, ends)[0] ?? 1;
  const layer = activation === "own" ? ownActivation : ACTIVATIONS[activation].layer;
  const layers = Array.from({ length: depth }, (_, index): TrainLayerSpec[] => {
    const last = index === depth - 1;
    const out = last ? outputs : width;
    const linear: TrainLayerSpec = { type: "linear", in: index === 0 ? ends.features : width, out, ...drawn };
    if (last || layer === null) return [linear];
    return [linear, layer.type === "ownLayer" ? { ...layer, ...drawn } : layer];
  });
  const own = loss === "own" && ownLoss !== null ? { ownLoss } : {};
  // A layer of one's own may give another width than it takes.
  return { layers: fitWidths(layers.flat(), ends.features), loss, ...own, data, seed };
}

/** Rows that another view's network comes with at most: a check or a trace looks at some. */
const MOST_GIVEN_ROWS = 1_000;
const PRESET_NAMES = Object.keys(NETWORK_PRESETS) as NetworkPreset[];

export interface NetworkForm {
  readonly view: NetworkView;
  readonly choice: NetworkChoice;
  readonly choose: (change: Partial<NetworkChoice>) => void;
  readonly numbers: DraftForm<NetworkField>;
  /** Null while a field is not valid. */
  readonly spec: NetworkSpec | null;
}

/** One of these, or the default. */
const oneOf = <T extends string>(names: readonly T[], value: unknown, otherwise: T): T =>
  names.find((name) => name === value) ?? otherwise;

/** An own activation or layer as it was kept; null where there is none. */
function ownLayerOf(value: unknown): OwnLayer | null {
  const layer = v.safeParse(trainLayerSpecSchema, value);
  if (!layer.success) return null;
  return layer.output.type === "own" || layer.output.type === "ownLayer" ? layer.output : null;
}

function ownLossOf(value: unknown): OwnLossSpec | null {
  const loss = v.safeParse(ownLossSpecSchema, value);
  return loss.success ? loss.output : null;
}

const { data: _data, seed: _seed, ...givenEntries } = networkSpecEntries;
const givenSchema = v.pipe(
  v.strictObject(givenEntries),
  v.check((given) => networkSpecMisfit(given) === ""),
);

/** A network as it was kept; null where there is none. */
function givenOf(value: unknown): GivenNetwork | null {
  const given = v.safeParse(givenSchema, value);
  return given.success ? given.output : null;
}

/** A form for a network; each view has its own, under its own key. */
export function createNetworkForm(
  key: string,
  view: NetworkView,
  given: Omit<NetworkChoice, "data" | "given" | "ownActivation" | "ownLoss"> &
    Readonly<Record<Exclude<NetworkField, "gain">, number>>,
): {
  readonly useForm: () => NetworkForm;
  readonly set: (change: Partial<NetworkChoice & Record<NetworkField, number>>) => void;
  /** Puts a whole network with its data into the form. */
  readonly take: (spec: NetworkSpec) => void;
} {
  const defaults = { gain: 1, ...given };
  const stored = parseObject(localStorage.getItem(`${key}-choice`));
  const ownActivation = ownLayerOf(stored["ownActivation"]);
  const kept = givenOf(stored["given"]);
  const choice = createStore<NetworkChoice>({
    data: typeof stored["data"] === "string" ? stored["data"] : MNIST_DATASET.id,
    given: kept,
    preset: oneOf(
      PRESET_NAMES.filter((name) => name !== "given" || kept !== null),
      stored["preset"],
      defaults.preset,
    ),
    activation: oneOf(
      [
        ...(Object.keys(ACTIVATIONS) as ActivationName[]),
        ...(ownActivation === null ? [] : ["own" as const]),
      ],
      stored["activation"],
      defaults.activation,
    ),
    ownActivation,
    init: oneOf(initialisationSchema.options, stored["init"], defaults.init),
    loss: oneOf(LOSS_NAMES, stored["loss"], defaults.loss),
    ownLoss: ownLossOf(stored["ownLoss"]),
    split: oneOf(["train", "valid"] as const, stored["split"], defaults.split),
  });
  const numberForms = createDraftForm<NetworkField>(`${key}-draft`, NUMBERS);
  const choose = (change: Partial<NetworkChoice>): void => {
    const next = { ...choice.get(), ...change };
    localStorage.setItem(`${key}-choice`, JSON.stringify(next));
    choice.set(next);
  };
  const set = (change: Partial<NetworkChoice & Record<NetworkField, number>>): void => {
    const { fields } = numberForms.read(defaults);
    const { depth, width, rows, seed, gain, ...rest } = change;
    for (const [name, value] of Object.entries({ depth, width, rows, seed, gain })) {
      if (value !== undefined) fields[name as NetworkField].set(String(value));
    }
    choose(rest);
  };
  const take = ({ data, seed, ...network }: NetworkSpec): void =>
    set({ preset: "given", given: network, data: data.name, split: data.split, rows: data.rows, seed });
  takeOffers(view, (spec) =>
    take({ ...spec, data: { ...spec.data, rows: Math.min(spec.data.rows, MOST_GIVEN_ROWS) } }),
  );
  return {
    useForm: () => {
      const all = useStore(datasetsStore);
      const chosen = useStore(choice);
      const numbers = numberForms.useForm(defaults);
      return useMemo(() => {
        const { values, fields } = numbers;
        const ends = endsOf(knownDataset(all, chosen.data) ?? MNIST_DATASET);
        const spec = values === null ? null : specOf(chosen, values, ends);
        const misfit = spec === null ? "" : dataMisfit(spec, ends);
        const problem =
          spec === null ? null : (problemOf(networkSpecSchema, spec) ?? (misfit === "" ? null : misfit));
        if (problem === null) return { view, choice: chosen, choose, numbers, spec };
        // What numbers right by themselves do not fit is the data: said beside its rows.
        const rows = { ...fields.rows, error: problem };
        return {
          view,
          choice: chosen,
          choose,
          numbers: { ...numbers, fields: { ...fields, rows } },
          spec: null,
        };
      }, [all, chosen, numbers]);
    },
    set,
    take,
  };
}

/** Names and titles of the schemes, for a list to choose from. */
export const SCHEMES = Object.entries(INITIALISATIONS).map(([value, label]) => ({ value, label }));

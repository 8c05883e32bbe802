import controls from "../ui/controls.module.css";
import { NumberField } from "../ui/number-field.tsx";
import {
  ACTIVATIONS,
  NETWORK_PRESETS,
  SCHEMES,
  type NetworkForm,
  type NetworkPreset,
} from "./network-form.ts";
import { networkTitle } from "../../core/network/network.ts";
import { MNIST_DATASET, rowsOf } from "../../shared/experiments/dataset.ts";
import type { Initialisation } from "../../shared/specs/layer-spec.ts";
import { endsOf, networkOf } from "../../shared/specs/network-spec.ts";
import { lossFor } from "../../shared/specs/fit-widths.ts";
import { Choice } from "./choice.tsx";
import { LossField } from "./loss-field.tsx";
import {
  optionOf,
  useActivationOptions,
  useLayerOptions,
  useNotebookParts,
  type PartOption,
} from "./notebook-parts.ts";
import type { OwnLayer } from "../../shared/live/notebook-part.ts";
import { composedText } from "../../shared/specs/open-layers.ts";
import { OpenIn } from "./open-in.tsx";
import { formatNumber } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { dataChoices, datasetsStore, knownDataset } from "../store/datasets-store.ts";

const PRESETS = Object.entries(NETWORK_PRESETS).map(([value, label]) => ({
  value: value as NetworkPreset,
  label,
}));
const ACTIVATION_NAMES = Object.entries(ACTIVATIONS).map(([value, { title }]) => ({
  value: value as keyof typeof ACTIVATIONS,
  label: title,
}));
const saidOf = (layer: OwnLayer): string =>
  `${layer.type === "own" ? layer.forward : composedText(layer.layers)}${layer.backward === undefined ? "" : "; with its own backward"}`;

/** The lab's activations, and the activations and layers that notebooks have defined. */
function ActivationField({ form: { choice, choose } }: { readonly form: NetworkForm }) {
  const defined: readonly PartOption<OwnLayer>[] = [...useActivationOptions(), ...useLayerOptions()];
  const { activation, ownActivation } = choice;
  const chosen = ownActivation === null ? undefined : optionOf(defined, ownActivation);
  // What was chosen stays, whatever has become of its notebook.
  const kept =
    ownActivation === null || chosen !== undefined
      ? []
      : [{ value: "own", label: `${ownActivation.name}, no longer in a notebook`, spec: ownActivation }];
  const own = [...defined, ...kept];
  return (
    <Choice<string>
      label="Activation"
      value={activation === "own" ? (chosen?.value ?? "own") : activation}
      options={[...ACTIVATION_NAMES, ...own]}
      hint={activation === "own" && ownActivation !== null ? saidOf(ownActivation) : ""}
      onChoose={(value) => {
        const layer = own.find((one) => one.value === value)?.spec;
        if (layer !== undefined) choose({ activation: "own", ownActivation: layer });
        const named = ACTIVATION_NAMES.find((one) => one.value === value);
        if (named !== undefined) choose({ activation: named.value });
      }}
    />
  );
}

/** The network that is looked at, and its data. */
export function NetworkFields({ form }: { readonly form: NetworkForm }) {
  const { choice, choose, numbers } = form;
  useNotebookParts();
  const all = useStore(datasetsStore);
  const dataset = knownDataset(all, choice.data) ?? MNIST_DATASET;
  const splits = (["train", "valid"] as const).map((value) => ({
    value,
    label: `${value === "train" ? "training" : "validation"}, ${formatNumber(rowsOf(dataset, value))} rows`,
  }));
  const data = dataChoices(all, choice.data);
  return (
    <>
      <Choice
        label="Network"
        value={choice.preset}
        options={PRESETS.filter(({ value }) => value !== "given" || choice.given !== null)}
        onChoose={(preset) => choose({ preset })}
      />
      {choice.preset === "custom" && (
        <>
          <NumberField label="Depth" hint="linear layers, 1 to 100" field={numbers.fields.depth} />
          <NumberField label="Width" hint="units of each hidden layer" field={numbers.fields.width} />
          <ActivationField form={form} />
          <LossField
            chosen={{ loss: lossFor(choice.loss, endsOf(dataset)), ownLoss: choice.ownLoss }}
            ends={endsOf(dataset)}
            byHand={false}
            onChoose={choose}
          />
        </>
      )}
      {choice.preset === "given" && choice.given !== null && (
        <p className={controls["forecast"]}>{networkTitle(networkOf(choice.given))}</p>
      )}
      {choice.preset !== "given" && (
        <>
          <Choice
            label="Weights"
            value={choice.init}
            options={SCHEMES as readonly { value: Initialisation; label: string }[]}
            onChoose={(init) => choose({ init })}
          />
          <NumberField
            label={choice.init === "normal" ? "Standard deviation" : "Gain"}
            hint={
              choice.init === "normal"
                ? "the standard deviation they are drawn with"
                : "factor on the weights: 5/3 for Xavier before tanh; Kaiming has relu's √2 in it"
            }
            field={numbers.fields.gain}
          />
        </>
      )}
      <Choice label="Data" value={choice.data} options={data} onChoose={(id) => choose({ data: id })} />
      <Choice label="Split" value={choice.split} options={splits} onChoose={(split) => choose({ split })} />
      <NumberField label="Rows" hint="the first rows of it" field={numbers.fields.rows} />
      <NumberField label="Seed" hint="of the weights" field={numbers.fields.seed} />
      <OpenIn from={form.view} spec={form.spec} />
    </>
  );
}

import { NativeSelect } from "@mantine/core";
import controls from "../ui/controls.module.css";
import { NumberField } from "../ui/number-field.tsx";
import {
  ACTIVATIONS,
  NETWORK_PRESETS,
  SCHEMES,
  type ActivationName,
  type NetworkForm,
  type NetworkPreset,
} from "./network-form.ts";
import type { Initialisation } from "../../shared/specs/network-spec.ts";

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChoose: (value: T) => void;
  readonly hint?: string;
}

/** One of a few names. */
export function Choice<T extends string>({ label, value, options, onChoose, hint }: ChoiceProps<T>) {
  return (
    <NativeSelect
      label={label}
      description={hint}
      value={value}
      data={options.map((option) => ({ ...option }))}
      inputWrapperOrder={["label", "input", "error", "description"]}
      classNames={{ root: controls["choice"] ?? "", description: controls["hint"] ?? "" }}
      onChange={(event) => {
        const chosen = options.find((option) => option.value === event.currentTarget.value);
        if (chosen !== undefined) onChoose(chosen.value);
      }}
    />
  );
}

const PRESETS = Object.entries(NETWORK_PRESETS).map(([value, label]) => ({
  value: value as NetworkPreset,
  label,
}));
const ACTIVATION_NAMES = Object.entries(ACTIVATIONS).map(([value, { title }]) => ({
  value: value as ActivationName,
  label: title,
}));
const LOSSES = [
  { value: "mse", label: "MSE of the label" },
  { value: "mseOneHot", label: "MSE of the onehot label" },
  { value: "crossEntropy", label: "cross entropy" },
] as const;
const SPLITS = [
  { value: "train", label: "training, 50,000 rows" },
  { value: "valid", label: "validation, 10,000 rows" },
] as const;

/** The network that is looked at, and its data. */
export function NetworkFields({ form }: { readonly form: NetworkForm }) {
  const { choice, choose, numbers } = form;
  return (
    <>
      <Choice
        label="Network"
        value={choice.preset}
        options={PRESETS}
        onChoose={(preset) => choose({ preset })}
      />
      {choice.preset === "custom" && (
        <>
          <NumberField label="Depth" hint="linear layers, 1 to 100" field={numbers.fields.depth} />
          <NumberField label="Width" hint="units of each hidden layer" field={numbers.fields.width} />
          <Choice
            label="Activation"
            value={choice.activation}
            options={ACTIVATION_NAMES}
            onChoose={(activation) => choose({ activation })}
          />
          <Choice label="Loss" value={choice.loss} options={LOSSES} onChoose={(loss) => choose({ loss })} />
        </>
      )}
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
      <Choice label="Data" value={choice.split} options={SPLITS} onChoose={(split) => choose({ split })} />
      <NumberField label="Rows" hint="the first rows of it" field={numbers.fields.rows} />
      <NumberField label="Seed" hint="of the weights" field={numbers.fields.seed} />
    </>
  );
}

import { NativeSelect } from "@mantine/core";
import controls from "../ui/controls.module.css";

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

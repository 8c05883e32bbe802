import { TextInput } from "@mantine/core";
import type { OwnLossSpec } from "../../shared/specs/own-part-spec.ts";
import { withoutOrigin } from "../network/loss-field.tsx";
import classes from "../ui/controls.module.css";

/** Name and formulas of a loss of one's own; written over, it belongs to no notebook any more. */
export function OwnLossFields({
  loss,
  onChange,
}: {
  readonly loss: OwnLossSpec;
  readonly onChange: (loss: OwnLossSpec) => void;
}) {
  const written = withoutOrigin(loss);
  const { backward, ...withoutBackward } = written;
  const field = (label: string, description: string, value: string, change: (text: string) => void) => (
    <TextInput
      label={label}
      description={description}
      size="sm"
      inputWrapperOrder={["label", "input", "error", "description"]}
      classNames={{
        root: classes["choice"] ?? "",
        description: classes["hint"] ?? "",
        input: "mono",
      }}
      spellCheck={false}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
  return (
    <>
      {field("Name of the loss", "a letter, then letters, digits and _", loss.name, (name) =>
        onChange({ ...written, name }),
      )}
      {field(
        "Loss of one number",
        "of y, what is predicted, and t, the target; the mean is taken",
        loss.forward,
        (forward) => onChange({ ...written, forward }),
      )}
      {field("Its slope by y", "derived where it is empty", backward ?? "", (text) =>
        onChange(text.trim() === "" ? withoutBackward : { ...written, backward: text }),
      )}
    </>
  );
}

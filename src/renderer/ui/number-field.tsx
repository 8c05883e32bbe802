import { TextInput } from "@mantine/core";
import type { DraftField } from "../preferences/draft-form.ts";
import classes from "./controls.module.css";

interface NumberFieldProps {
  readonly label: string;
  /** What it means and in which limits, in a few words. */
  readonly hint: string;
  readonly field: DraftField;
}

/** A number as text: checked while it is typed, and never changed behind the person's back. */
export function NumberField({ label, hint, field }: NumberFieldProps) {
  return (
    <TextInput
      label={label}
      description={hint}
      value={field.text}
      error={field.error}
      inputMode="decimal"
      autoComplete="off"
      spellCheck={false}
      inputWrapperOrder={["label", "input", "error", "description"]}
      classNames={{
        root: classes["field"] ?? "",
        label: classes["label"] ?? "",
        input: classes["input"] ?? "",
        description: classes["hint"] ?? "",
        error: classes["error"] ?? "",
      }}
      onChange={(event) => field.set(event.currentTarget.value)}
    />
  );
}

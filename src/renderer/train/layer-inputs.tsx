import { TextInput } from "@mantine/core";
import { useState } from "react";
import own from "./train-view.module.css";

interface NumberProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** A number in a row of the list: taken when it is one, kept as typed until then. */
export function LayerNumber({ label, value, onChange }: NumberProps) {
  const [text, setText] = useState<string | null>(null);
  return (
    <TextInput
      size="xs"
      aria-label={label}
      value={text ?? String(value)}
      inputMode="decimal"
      className={own["layerNumber"] ?? ""}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        const parsed = Number(typed);
        setText(typed);
        if (typed.trim() !== "" && Number.isFinite(parsed)) onChange(parsed);
      }}
      onBlur={() => setText(null)}
    />
  );
}

/** A text in a row of the list. */
interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly className: string;
  readonly onChange: (value: string) => void;
}

export function LayerText({ label, value, placeholder, className, onChange }: TextProps) {
  return (
    <TextInput
      size="xs"
      aria-label={label}
      value={value}
      placeholder={placeholder ?? ""}
      spellCheck={false}
      className={own[className] ?? ""}
      classNames={{ input: "mono" }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

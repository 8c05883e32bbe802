import { counted } from "../../../core/counted.ts";
import { ActionIcon, Popover, Stack } from "@mantine/core";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { liveSettingsSchema } from "../../../shared/live/live-settings.ts";
import type { DocumentHeader } from "../../../shared/documents/lab-document.ts";
import { checkNumber } from "../../preferences/check-number.ts";
import { NumberField } from "../../ui/number-field.tsx";
import { edit } from "../document/open-notebook.ts";
import classes from "./panes.module.css";

const FIELDS = [
  { name: "seed", label: "Seed", hint: "of every draw" },
  { name: "rows", label: "Rows", hint: "training rows that data() gives at most" },
  { name: "threads", label: "Threads", hint: "workers that compute" },
] as const;
type Field = (typeof FIELDS)[number]["name"];

interface RunSettingsProps {
  readonly header: DocumentHeader;
  readonly readOnly: boolean;
}

/** What all cells run with: it stands in the file's first line. Another value makes every cell run anew. */
export function RunSettings({ header, readOnly }: RunSettingsProps) {
  return (
    <Popover position="bottom-start" trapFocus returnFocus withRoles={false}>
      <Popover.Target>
        <ActionIcon aria-label="Seed, rows and threads" title="Seed, rows and threads">
          <SlidersHorizontal size="1rem" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label="What all cells run with">
        {readOnly ? (
          <p className={classes["hint"]} tabIndex={-1}>
            Seed {header.seed}, {counted(header.rows, "row")}, {counted(header.threads, "thread")}. A copy can
            have others: make it mine.
          </p>
        ) : (
          <Stack gap="xs">
            {FIELDS.map((field) => (
              <SettingField key={field.name} {...field} given={header[field.name]} />
            ))}
          </Stack>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

interface SettingFieldProps {
  readonly name: Field;
  readonly label: string;
  readonly hint: string;
  readonly given: number;
}

function SettingField({ name, label, hint, given }: SettingFieldProps) {
  const [text, setText] = useState(String(given));
  const { value, error } = checkNumber(liveSettingsSchema.entries[name], text);
  const shown = error === null && value !== given ? String(given) : text;
  const set = (typed: string): void => {
    setText(typed);
    const next = checkNumber(liveSettingsSchema.entries[name], typed);
    if (next.error === null) edit({ type: "header", header: { [name]: next.value } });
  };
  return <NumberField label={label} hint={hint} field={{ text: shown, error, set }} />;
}

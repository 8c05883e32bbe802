import { Button } from "@mantine/core";
import { Play, RotateCcw } from "lucide-react";
import type { CellDescription } from "../../shared/experiments/notebook.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import { NumberField } from "../ui/number-field.tsx";
import { CellOutline } from "./cell-outline.tsx";
import { ForecastNote } from "../ui/forecast-note.tsx";
import { runNotebookCells, useNotebookForm, type NotebookField } from "./notebook-form.ts";
import { useForecast } from "./use-forecast.ts";

const FIELDS: readonly { readonly name: NotebookField; readonly label: string; readonly hint: string }[] = [
  { name: "seed", label: "Seed", hint: "for all random draws" },
  { name: "rows", label: "Rows", hint: "training images, up to 50,000" },
  { name: "threads", label: "Threads", hint: "workers that share each product" },
  { name: "samples", label: "Samples", hint: "timed calls a stage and pass, 5 or more" },
  { name: "coordinates", label: "Coordinates", hint: "a tensor, by finite differences" },
];

export function NotebookControls({ cells }: { readonly cells: readonly CellDescription[] }) {
  const { fields, values, changed, reset } = useNotebookForm();
  const activity = useStore(labStore, (state) => state.activity);
  const busy = activity !== null;
  const forecast = useForecast(values, busy);
  const refused = forecast.kind === "known" && forecast.value.refusal !== "";
  return (
    <ControlPanel
      actions={
        <>
          <Button
            data-action="run-all"
            size="sm"
            leftSection={<Play size="1rem" aria-hidden="true" />}
            disabled={busy || values === null || refused}
            title={busy ? `${activity.title} is running; cancel it first` : undefined}
            onClick={() => runNotebookCells({ kind: "all" })}
          >
            Run all
          </Button>
          <ForecastNote state={forecast} />
          {changed && (
            <Button
              variant="subtle"
              color="gray"
              leftSection={<RotateCcw size="0.875rem" aria-hidden="true" />}
              onClick={reset}
            >
              Reset to defaults
            </Button>
          )}
        </>
      }
    >
      {FIELDS.map(({ name, label, hint }) => (
        <NumberField key={name} label={label} hint={hint} field={fields[name]} />
      ))}

      <CellOutline cells={cells} />
    </ControlPanel>
  );
}

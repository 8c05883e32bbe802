import type { CellDescription } from "../../shared/experiments/notebook.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import { NumberField } from "../ui/number-field.tsx";
import { CellOutline } from "./cell-outline.tsx";
import { ExperimentActions } from "../ui/experiment-actions.tsx";
import { MemoryForecast } from "../ui/forecast-note.tsx";
import { useForecast } from "../ui/use-forecast.ts";
import { runNotebookCells, useNotebookForm, type NotebookField } from "./notebook-form.ts";

const FIELDS: readonly { readonly name: NotebookField; readonly label: string; readonly hint: string }[] = [
  { name: "seed", label: "Seed", hint: "for all random draws" },
  { name: "rows", label: "Rows", hint: "training images, up to 50,000" },
  { name: "threads", label: "Threads", hint: "workers that share each product" },
  { name: "samples", label: "Samples", hint: "timed calls a stage and pass, 5 or more" },
  { name: "coordinates", label: "Coordinates", hint: "a tensor, by finite differences" },
];

export function NotebookControls({ cells }: { readonly cells: readonly CellDescription[] }) {
  const { fields, values, changed, reset } = useNotebookForm();
  const forecast = useForecast(window.lab.notebookForecast, values);
  return (
    <ControlPanel
      actions={
        <ExperimentActions
          command="run-all"
          label="Run all"
          settings={values}
          forecast={forecast}
          onStart={() => runNotebookCells({ kind: "all" })}
          onReset={changed ? reset : undefined}
        >
          {(known) => <MemoryForecast forecast={known} />}
        </ExperimentActions>
      }
    >
      {FIELDS.map(({ name, label, hint }) => (
        <NumberField key={name} label={label} hint={hint} field={fields[name]} />
      ))}

      <CellOutline cells={cells} />
    </ControlPanel>
  );
}

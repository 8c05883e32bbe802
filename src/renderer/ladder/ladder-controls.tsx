import { Checkbox } from "@mantine/core";
import { startLadder } from "./ladder-actions.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import { ExperimentActions } from "../ui/experiment-actions.tsx";
import { NumberField } from "../ui/number-field.tsx";
import { useForecast } from "../ui/use-forecast.ts";
import { useLadderForm, type LadderField, type ShapeField } from "./ladder-form.ts";
import { LadderForecastNote } from "./ladder-forecast-note.tsx";
import { PresetChoice } from "./preset-choice.tsx";
import own from "./ladder-controls.module.css";

const SHAPE: readonly { readonly name: ShapeField; readonly label: string; readonly hint: string }[] = [
  { name: "m", label: "m", hint: "rows of A and C" },
  { name: "k", label: "k", hint: "columns of A, rows of B" },
  { name: "n", label: "n", hint: "columns of B and C" },
];
const NUMBERS: readonly { readonly name: LadderField; readonly label: string; readonly hint: string }[] = [
  { name: "threads", label: "Threads", hint: "workers of rung 7" },
  { name: "budgetSeconds", label: "Budget", hint: "seconds that one rung may take at one shape" },
  { name: "seed", label: "Seed", hint: "for the elements of A and B and the order of samples" },
];

export function LadderControls() {
  const { preset, scaling, choose, numbers, shape, settings, changed, reset } = useLadderForm();
  const forecast = useForecast(window.lab.ladderForecast, settings);
  return (
    <ControlPanel
      actions={
        <ExperimentActions
          command="run-ladder"
          label="Run ladder"
          settings={settings}
          forecast={forecast}
          onStart={(chosen) => void startLadder(chosen)}
          onReset={changed ? reset : undefined}
        >
          {(known) => <LadderForecastNote forecast={known} />}
        </ExperimentActions>
      }
    >
      <PresetChoice preset={preset} onChoose={(chosen) => choose({ preset: chosen })} />
      {preset === "custom" && (
        <div className={own["shapeFields"]} role="group" aria-label="Shape: C (m, n) = A (m, k) @ B (k, n)">
          {SHAPE.map(({ name, label, hint }) => (
            <NumberField key={name} label={label} hint={hint} field={shape.fields[name]} />
          ))}
        </div>
      )}
      {NUMBERS.map(({ name, label, hint }) => (
        <NumberField key={name} label={label} hint={hint} field={numbers.fields[name]} />
      ))}
      <Checkbox
        label="Scaling"
        description="also time rung 7 on 1 to so many threads"
        classNames={{ description: own["description"] ?? "" }}
        checked={scaling}
        onChange={(event) => choose({ scaling: event.currentTarget.checked })}
      />
    </ControlPanel>
  );
}

import { ExperimentActions } from "../ui/experiment-actions.tsx";
import { MemoryForecast } from "../ui/forecast-note.tsx";
import { useForecast } from "../ui/use-forecast.ts";
import { startStages } from "./stages-actions.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import { NumberField } from "../ui/number-field.tsx";
import { useStagesForm, type StagesField } from "./stages-form.ts";

const FIELDS: readonly { readonly name: StagesField; readonly label: string; readonly hint: string }[] = [
  { name: "rows", label: "Rows", hint: "training images, up to 50,000" },
  { name: "threads", label: "Threads", hint: "workers of stages 1 to 4; TensorFlow.js uses one" },
  { name: "samples", label: "Samples", hint: "timed calls a pass, 5 or more" },
  { name: "seed", label: "Seed", hint: "for the weights" },
];

export function StagesControls() {
  const { fields, values, changed, reset } = useStagesForm();
  const forecast = useForecast(window.lab.stagesForecast, values);
  return (
    <ControlPanel
      actions={
        <ExperimentActions
          command="run-stages"
          label="Run stages"
          settings={values}
          forecast={forecast}
          onStart={(settings) => void startStages(settings)}
          onReset={changed ? reset : undefined}
        >
          {(known) => <MemoryForecast forecast={known} />}
        </ExperimentActions>
      }
    >
      {FIELDS.map(({ name, label, hint }) => (
        <NumberField key={name} label={label} hint={hint} field={fields[name]} />
      ))}
    </ControlPanel>
  );
}

import { Button } from "@mantine/core";
import { Play, RotateCcw } from "lucide-react";
import { useAnswer } from "../bridge/use-answer.ts";
import { ForecastNote } from "../ui/forecast-note.tsx";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
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
  const activity = useStore(labStore, (state) => state.activity);
  const busy = activity !== null;
  const forecast = useAnswer(window.lab.stagesForecast, values, busy);
  const refused = forecast.kind === "known" && forecast.value.refusal !== "";
  return (
    <ControlPanel
      actions={
        <>
          <Button
            data-action="run-stages"
            size="sm"
            leftSection={<Play size="1rem" aria-hidden="true" />}
            disabled={busy || values === null || refused}
            title={busy ? `${activity.title} is running; cancel it first` : undefined}
            onClick={() => {
              if (values !== null) void startStages(values);
            }}
          >
            Run stages
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
    </ControlPanel>
  );
}

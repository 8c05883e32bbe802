import { Button, Checkbox } from "@mantine/core";
import { Play, RotateCcw } from "lucide-react";
import { useAnswer } from "../bridge/use-answer.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { startLadder } from "./ladder-actions.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import { NumberField } from "../ui/number-field.tsx";
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
  const activity = useStore(labStore, (state) => state.activity);
  const busy = activity !== null;
  const forecast = useAnswer(window.lab.ladderForecast, settings, busy);
  const refused = forecast.kind === "known" && forecast.value.refusal !== "";
  return (
    <ControlPanel
      actions={
        <>
          <Button
            data-action="run-ladder"
            size="sm"
            leftSection={<Play size="1rem" aria-hidden="true" />}
            disabled={busy || settings === null || refused}
            title={busy ? `${activity.title} is running; cancel it first` : undefined}
            onClick={() => {
              if (settings !== null) void startLadder(settings);
            }}
          >
            Run ladder
          </Button>
          <LadderForecastNote forecast={forecast} />
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

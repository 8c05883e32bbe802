import { Button } from "@mantine/core";
import { Play, RotateCcw } from "lucide-react";
import type { TrainingSettings } from "../../shared/notebook.ts";
import { formatNumber } from "../format/number.ts";
import { useStore } from "../store/create-store.ts";
import { labStore, startTraining } from "../store/lab-store.ts";
import classes from "../ui/controls.module.css";
import { NumberField } from "../ui/number-field.tsx";
import { useTrainForm, type TrainField } from "./train-form.ts";

const FIELDS: readonly { readonly name: TrainField; readonly label: string; readonly hint: string }[] = [
  { name: "epochs", label: "Epochs", hint: "passes over the training rows" },
  { name: "batchSize", label: "Batch size", hint: "rows a step" },
  { name: "lr", label: "Learning rate", hint: "each step subtracts lr · gradient" },
  { name: "seed", label: "Seed", hint: "for weights and the order of rows" },
  { name: "rows", label: "Rows", hint: "training images, up to 50,000" },
  { name: "threads", label: "Threads", hint: "workers that share each product" },
];

export function TrainControls() {
  const { fields, values, changed, reset } = useTrainForm();
  const activity = useStore(labStore, (state) => state.activity);
  const busy = activity !== null;
  return (
    <div className={classes["controls"]}>
      {FIELDS.map(({ name, label, hint }) => (
        <NumberField key={name} label={label} hint={hint} field={fields[name]} />
      ))}
      <div className={classes["actions"]}>
        <Button
          size="sm"
          leftSection={<Play size="1rem" aria-hidden="true" />}
          disabled={busy || values === null}
          title={busy ? `${activity.title} is running; cancel it first` : undefined}
          onClick={() => {
            if (values !== null) void startTraining(values);
          }}
        >
          Start training
        </Button>
        {values !== null && <p className={classes["forecast"]}>{stepsSentence(values)}</p>}
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
      </div>
    </div>
  );
}

function stepsSentence({ rows, batchSize, epochs }: TrainingSettings): string {
  const perEpoch = Math.ceil(rows / batchSize);
  return `${formatNumber(perEpoch)} ${perEpoch === 1 ? "step" : "steps"} an epoch, ${formatNumber(perEpoch * epochs)} in all`;
}

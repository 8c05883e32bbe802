import { Button, Checkbox, Fieldset, TextInput } from "@mantine/core";
import { FlaskConical, ListPlus, Search } from "lucide-react";
import { counted } from "../../core/counted.ts";
import { formatForecast } from "../../shared/format/duration.ts";
import { formatBytes, formatNumber } from "../../shared/format/number.ts";
import { Choice } from "../network/choice.tsx";
import { LossField } from "../network/loss-field.tsx";
import { OwnLossFields } from "./own-loss-fields.tsx";
import { overfitSpec, TRAIN_PRESETS, type TrainPreset } from "../../shared/specs/train-presets.ts";
import { stepsOf, type TrainSpec } from "../../shared/specs/train-spec.ts";
import { useStore } from "../store/create-store.ts";
import { MNIST_DATASET } from "../../shared/experiments/dataset.ts";
import { endsOf, networkPartOf } from "../../shared/specs/network-spec.ts";
import { OpenIn } from "../network/open-in.tsx";
import { dataChoices, datasetsStore, knownDataset } from "../store/datasets-store.ts";
import { enqueueTrainings, findLr, startTraining } from "./training-actions.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import classes from "../ui/controls.module.css";
import { ExportTrainingMenu } from "../exchange/export-training-menu.tsx";
import { ExperimentActions } from "../ui/experiment-actions.tsx";
import { LazyDetails } from "../ui/lazy-details.tsx";
import { NumberField } from "../ui/number-field.tsx";
import { isRefused, useBusyReason, useForecast } from "../ui/use-forecast.ts";
import { chooseOptimizer, showSpec, useTrainForm, type TrainField, type TrainForm } from "./train-form.ts";
import { NamedWeights } from "./named-weights.tsx";
import { OPTIMIZER_CONSTANTS } from "./optimizer-constants.ts";
import own from "./train-view.module.css";

const PRESETS = [
  ...Object.entries(TRAIN_PRESETS).map(([value, { title }]) => ({
    value: value as TrainPreset | "own",
    label: title,
  })),
  { value: "own" as const, label: "My own" },
];
const OPTIMIZERS = [
  { value: "sgd", label: "SGD" },
  { value: "adam", label: "Adam" },
  { value: "adamw", label: "AdamW" },
  { value: "rmsprop", label: "RMSProp" },
  { value: "adagrad", label: "Adagrad" },
] as const;
const SCHEDULES = [
  { value: "constant", label: "constant" },
  { value: "step", label: "steps down" },
  { value: "cosine", label: "cosine to 0" },
  { value: "oneCycle", label: "one cycle" },
] as const;

interface FieldText {
  readonly label: string;
  readonly hint: string;
}
const TEXTS: Readonly<Record<TrainField, FieldText>> = {
  epochs: { label: "Epochs", hint: "passes over the training rows" },
  steps: { label: "Steps", hint: "instead of epochs; 0 counts epochs" },
  batchSize: { label: "Batch size", hint: "rows a step" },
  lr: { label: "Learning rate", hint: "the largest one of the schedule" },
  momentum: { label: "Momentum", hint: "share of the last step that goes on" },
  beta1: { label: "Beta 1", hint: "decay of the mean of gradients" },
  beta2: { label: "Beta 2", hint: "decay of the mean of their squares" },
  alpha: { label: "Alpha", hint: "decay of the mean of squares" },
  eps: { label: "Eps", hint: "added to the root that is divided by" },
  lrDecay: { label: "Rate decay", hint: "the rate is divided by 1 + decay · steps" },
  initialAccumulatorValue: { label: "Initial sum", hint: "of squares, before the first step" },
  weightDecay: { label: "Weight decay", hint: "pulls every weight towards 0" },
  seed: { label: "Seed", hint: "for weights, order of rows, dropout" },
  rows: { label: "Rows", hint: "training rows" },
  validRows: { label: "Validation rows", hint: "0 for none" },
  threads: { label: "Threads", hint: "workers that share each product" },
  clipNorm: { label: "Clip norm", hint: "longest norm of all gradients; 0 is off" },
  delta: { label: "Delta", hint: "errors above it count linearly" },
  labelSmoothing: { label: "Label smoothing", hint: "share of the label spread over all classes" },
  augmentShift: { label: "Shift images", hint: "pixels each way, anew at each step; 0 is off" },
  warmupSteps: { label: "Warm-up steps", hint: "the rate rises from 0; 0 is off" },
  stepEvery: { label: "Steps until down", hint: "the rate changes after so many" },
  stepGamma: { label: "Factor down", hint: "what the rate is multiplied by" },
  patience: { label: "Early stop", hint: "epochs without a lower validation loss; 0 is off" },
  minDelta: { label: "Least gain", hint: "of an early stop: smaller ones do not count" },
  stopAfterSeconds: { label: "Stop after", hint: "seconds; 0 is off" },
  stopAtLoss: { label: "Stop at loss", hint: "of the validation set; 0 is off" },
  keepEveryMinutes: { label: "Checkpoint every", hint: "minutes, beside latest and best; 0 is off" },
  statisticsEvery: { label: "Statistics", hint: "of all layers at every n-th step; 0 is off" },
};

function Fields({
  form,
  names,
  hints = {},
}: {
  readonly form: TrainForm;
  readonly names: readonly TrainField[];
  /** What is said under a field of this data. */
  readonly hints?: Readonly<Partial<Record<TrainField, string>>>;
}) {
  return names.map((name) => {
    const { label, hint } = TEXTS[name];
    return (
      <NumberField key={name} label={label} hint={hints[name] ?? hint} field={form.numbers.fields[name]} />
    );
  });
}

export function TrainControls() {
  const form = useTrainForm();
  const { choice, choose, spec, problem, threads } = form;
  const busy = useBusyReason();
  const all = useStore(datasetsStore);
  const dataset = knownDataset(all, choice.data) ?? MNIST_DATASET;
  const data = dataChoices(all, choice.data);
  const hints = {
    rows: `training rows; the set has ${formatNumber(dataset.trainRows)}`,
    validRows: `the set has ${formatNumber(dataset.validRows)}; 0 for none`,
  };
  const forecast = useForecast(window.lab.trainingForecast, spec);
  const ready = spec !== null && !isRefused(forecast);
  const withSpec = (act: (spec: TrainSpec) => Promise<void>) => () => {
    if (spec !== null) void act(spec);
  };
  return (
    <ControlPanel
      actions={
        <>
          <ExperimentActions
            command="start-training"
            label="Start training"
            settings={spec}
            forecast={forecast}
            onStart={(chosen) => void startTraining(chosen, threads)}
          >
            {({ seconds, totalBytes, points, diskBytes }) => (
              <p className={classes["forecast"]}>
                {formatForecast(seconds ?? 0)}; memory at most {formatBytes(totalBytes)};{" "}
                {formatNumber(points)} values on the disk, {formatBytes(diskBytes)}
              </p>
            )}
          </ExperimentActions>
          <NamedWeights form={form} />
          {problem !== "" && <p className={classes["refusal"]}>{problem}</p>}
          {spec !== null && <p className={classes["forecast"]}>{stepsSentence(spec)}</p>}
        </>
      }
    >
      <Choice
        label="Preset"
        value={choice.preset}
        options={PRESETS}
        onChoose={(preset) => {
          if (preset === "own") choose({ preset });
          else showSpec(TRAIN_PRESETS[preset].spec, preset);
        }}
      />
      <Choice label="Data" value={choice.data} options={data} onChoose={(id) => choose({ data: id })} />
      <LossField
        chosen={choice}
        ends={endsOf(dataset)}
        byHand
        onChoose={(chosen) => choose({ ...chosen, preset: "own" })}
      />
      {choice.loss === "own" && choice.ownLoss !== null && (
        <OwnLossFields loss={choice.ownLoss} onChange={(ownLoss) => choose({ ownLoss, preset: "own" })} />
      )}
      {choice.loss === "huber" && <Fields form={form} names={["delta"]} />}
      {(choice.loss === "crossEntropy" || choice.loss === "binaryCrossEntropy") && (
        <TextInput
          label="Class weights"
          description="one an output, as 1, 2, 0.5; empty for equal ones"
          size="sm"
          inputWrapperOrder={["label", "input", "error", "description"]}
          classNames={{ root: classes["choice"] ?? "", description: classes["hint"] ?? "" }}
          value={choice.classWeights}
          onChange={(event) => choose({ classWeights: event.currentTarget.value, preset: "own" })}
        />
      )}
      <Choice label="Optimiser" value={choice.optimizer} options={OPTIMIZERS} onChoose={chooseOptimizer} />
      <Fields form={form} names={["lr"]} />
      {choice.optimizer === "sgd" && (
        <>
          <Fields form={form} names={["momentum"]} />
          <Checkbox
            label="Nesterov: look ahead"
            checked={choice.nesterov}
            onChange={(event) => choose({ nesterov: event.currentTarget.checked })}
          />
        </>
      )}
      <Choice
        label="Schedule"
        value={choice.schedule}
        options={SCHEDULES}
        onChoose={(schedule) => choose({ schedule })}
      />
      {choice.schedule === "step" && <Fields form={form} names={["stepEvery", "stepGamma"]} />}
      <Fields form={form} names={["epochs", "batchSize", "seed", "rows", "threads"]} hints={hints} />
      <LazyDetails className={own["more"]} summary="More settings">
        {choice.optimizer !== "sgd" && (
          <Fieldset legend="Optimiser" className={classes["fieldset"] ?? ""}>
            <Fields form={form} names={OPTIMIZER_CONSTANTS[choice.optimizer]} />
          </Fieldset>
        )}
        <Fieldset legend="Regularisation" className={classes["fieldset"] ?? ""}>
          <Fields form={form} names={["weightDecay", "clipNorm", "labelSmoothing", "augmentShift"]} />
        </Fieldset>
        <Fieldset legend="Course" className={classes["fieldset"] ?? ""}>
          <Fields
            form={form}
            names={[
              ...([
                "steps",
                "warmupSteps",
                "validRows",
                "patience",
                "minDelta",
                "stopAfterSeconds",
                "stopAtLoss",
              ] as const),
              ...(["statisticsEvery", "keepEveryMinutes"] as const),
            ]}
            hints={hints}
          />
          <Checkbox
            label="Shuffle the rows each epoch"
            checked={choice.shuffle}
            onChange={(event) => choose({ shuffle: event.currentTarget.checked })}
          />
          <Checkbox
            label="Leave out a last batch that is not full"
            checked={choice.dropLast}
            onChange={(event) => choose({ dropLast: event.currentTarget.checked })}
          />
        </Fieldset>
      </LazyDetails>
      <div className={classes["more"]}>
        <Button
          data-action="queue-training"
          variant="default"
          size="xs"
          leftSection={<ListPlus size="0.875rem" aria-hidden="true" />}
          disabled={!ready}
          onClick={withSpec((made) => enqueueTrainings([made], threads, ""))}
        >
          Add to the queue
        </Button>
        <Button
          data-action="find-lr"
          variant="default"
          size="xs"
          leftSection={<Search size="0.875rem" aria-hidden="true" />}
          disabled={busy !== undefined || !ready}
          title={busy}
          onClick={withSpec((made) => findLr(made, threads))}
        >
          Find a learning rate
        </Button>
        <Button
          data-action="overfit"
          variant="default"
          size="xs"
          leftSection={<FlaskConical size="0.875rem" aria-hidden="true" />}
          disabled={busy !== undefined || !ready}
          title={busy ?? "A network that cannot learn 20 rows by heart has a mistake in it"}
          onClick={withSpec((made) => startTraining(overfitSpec(made), threads))}
        >
          Overfit 20 rows
        </Button>
        <ExportTrainingMenu action="export-training" training={spec === null ? null : { spec }} />
      </div>
      <OpenIn from="train" spec={spec === null ? null : networkPartOf(spec)} />
    </ControlPanel>
  );
}

function stepsSentence(spec: TrainSpec): string {
  const { perEpoch, total } = stepsOf(spec);
  return `${counted(perEpoch, "step")} an epoch, ${formatNumber(total)} in all`;
}

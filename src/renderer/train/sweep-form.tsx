import { ActionIcon, Button, SegmentedControl, TextInput } from "@mantine/core";
import { messageOf } from "../../core/thrown.ts";
import { X } from "lucide-react";
import { useId, useMemo } from "react";
import * as v from "valibot";
import { counted } from "../../core/counted.ts";
import { issueWords } from "../../shared/ipc/issue-words.ts";
import { wholeNumber } from "../../shared/specs/number-schemas.ts";
import {
  countTrainings,
  expandSweep,
  MOST_TRAININGS,
  sampleSweep,
  sweepSpecSchema,
  type SweepSpec,
} from "../../shared/specs/sweep-spec.ts";
import type { TrainSpec } from "../../shared/specs/train-spec.ts";
import { formatForecast } from "../../shared/format/duration.ts";
import { formatBytes } from "../../shared/format/number.ts";
import { createDraftForm } from "../preferences/draft-form.ts";
import { createKeptStore } from "../preferences/kept-store.ts";
import { useStore } from "../store/create-store.ts";
import { showFailure } from "../store/lab-store.ts";
import { copyText } from "../store/save.ts";
import { ForecastNote } from "../ui/forecast-note.tsx";
import { LazyDetails } from "../ui/lazy-details.tsx";
import { isRefused, useForecast } from "../ui/use-forecast.ts";
import { ClusterForm } from "./cluster-form.tsx";
import { checkAxes, suggestedPaths, valuesOf, type Axis } from "./sweep-axes.ts";
import { forecastSweep } from "./sweep-forecast.ts";
import { enqueueTrainings } from "./training-actions.ts";
import type { TrainForm } from "./train-form.ts";
import controls from "../ui/controls.module.css";
import own from "./train-view.module.css";
import { grouped } from "../../core/grouped.ts";

const KINDS = [
  { value: "grid", label: "All combinations" },
  { value: "random", label: "Random sample" },
] as const;

const PLACES = [
  { value: "here", label: "This computer" },
  { value: "cluster", label: "A Slurm cluster" },
] as const;

/** Trainings that are checked while the sweep is typed; all of them are when it begins. */
const MOST_CHECKED = 50;

const drafts = createKeptStore(
  "backprop-lab.sweep",
  v.object({
    kind: v.fallback(v.picklist(["grid", "random"]), "grid"),
    axes: v.fallback(
      v.pipe(
        v.array(v.pipe(v.object({ path: v.string(), choices: v.string() }), v.readonly())),
        v.readonly(),
      ),
      [
        { path: "optimizer.lr", choices: "" },
        { path: "seed", choices: "1, 2, 3" },
      ],
    ),
    onCluster: v.fallback(v.boolean(), false),
  }),
);
const samples = createDraftForm<"count" | "seed">("backprop-lab.sweep-draft", {
  count: wholeNumber("trainings", 1, MOST_TRAININGS),
  seed: wholeNumber("seed of the sample", 0, 0xffffffff),
});
const SAMPLE = { count: 20, seed: 1 };

type Draft = ReturnType<typeof drafts.get>;

/** The sweep as it is typed: valid, with its number of trainings, or why it is none. */
type CheckedSweep = { readonly sweep: SweepSpec; readonly trainings: number } | { readonly problem: string };

function checkSweep(base: TrainSpec, { kind, axes }: Draft, sample: typeof SAMPLE | null): CheckedSweep {
  if (kind === "random" && sample === null) return { problem: "a number above is not valid" };
  const checked = v.safeParse(sweepSpecSchema, {
    kind,
    base,
    ...(kind === "grid" ? {} : sample),
    values: valuesOf(axes),
  });
  if (!checked.success) return { problem: issueWords(checked.issues[0]) };
  try {
    sampleSweep(checked.output, MOST_CHECKED);
    return { sweep: checked.output, trainings: countTrainings(checked.output) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** All combinations of some values of the spec, or a random sample of them, into the queue or to a cluster. */
export function SweepForm({ form: { spec, threads } }: { readonly form: TrainForm }) {
  return (
    <LazyDetails
      className={own["builder"]}
      summary={
        <>
          <strong>Sweep</strong>{" "}
          <span className={own["quiet"]}>trainings that differ in some values and seeds</span>
        </>
      }
    >
      {spec === null ? (
        <p className={own["hint"]}>The training above is not valid yet.</p>
      ) : (
        <SweepFields base={spec} threads={threads} />
      )}
    </LazyDetails>
  );
}

function SweepFields({ base, threads }: { readonly base: TrainSpec; readonly threads: number }) {
  const draft = useStore(drafts);
  const { kind, axes, onCluster } = draft;
  const { fields, values: sample } = samples.useForm(SAMPLE);
  const problems = useMemo(() => checkAxes(axes, { base, kind }), [axes, base, kind]);
  const sound = problems.every(({ path, choices }) => path === null && choices === null);
  const used = Object.keys(valuesOf(axes));
  const checked = useMemo(() => checkSweep(base, draft, sample), [base, draft, sample]);
  const ready = sound && used.length > 0 && "sweep" in checked ? checked : null;
  const forecast = useForecast(forecastSweep, ready);
  const name = `${kind === "grid" ? "sweep" : `random sweep, seed ${fields.seed.text},`} over ${used.join(", ")}`;
  const start = (): void => {
    if (ready === null) return;
    try {
      const specs = expandSweep(ready.sweep).map((training) => training.spec);
      void enqueueTrainings(specs, threads, name);
    } catch (error) {
      showFailure("The sweep was not started", error);
    }
  };
  return (
    <>
      <div className={own["row"]}>
        <SegmentedControl
          size="xs"
          aria-label="Which trainings"
          data={[...KINDS]}
          value={kind}
          onChange={(next) => drafts.change({ kind: next === "random" ? "random" : "grid" })}
        />
        {kind === "random" &&
          (["count", "seed"] as const).map((field) => (
            <TextInput
              key={field}
              className={own["count"] ?? ""}
              size="xs"
              label={field === "count" ? "Trainings" : "Seed of the sample"}
              inputMode="numeric"
              value={fields[field].text}
              error={fields[field].error}
              onChange={(event) => fields[field].set(event.currentTarget.value)}
            />
          ))}
      </div>
      <p className={own["hint"]}>
        A line for each value that differs: its name as in a training’s JSON, and its choices, with commas
        between.
      </p>
      <AxisRows axes={axes} kind={kind} problems={problems} base={base} />
      <div className={own["row"]}>
        <Button
          variant="default"
          size="xs"
          onClick={() => drafts.change({ axes: [...axes, { path: "", choices: "" }] })}
        >
          Another value
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={ready === null}
          onClick={() => {
            if (ready !== null) void copyText("Sweep", JSON.stringify(ready.sweep, null, 2));
          }}
        >
          Copy for lab sweep
        </Button>
      </div>
      {/* First in its line: it stays where it is whichever is chosen. */}
      <div className={own["row"]}>
        <SegmentedControl
          size="xs"
          aria-label="Where the sweep runs"
          data={[...PLACES]}
          value={onCluster ? "cluster" : "here"}
          onChange={(next) => drafts.change({ onCluster: next === "cluster" })}
        />
        {!onCluster && (
          <Button size="xs" disabled={ready === null || isRefused(forecast)} onClick={start}>
            {ready === null
              ? "Add the trainings to the queue"
              : `Add ${counted(ready.trainings, "training")} to the queue`}
          </Button>
        )}
      </div>
      <div className={own["row"]}>
        {sound && used.length > 0 && "problem" in checked && (
          <p className={controls["refusal"]} role="alert">
            {checked.problem}
          </p>
        )}
        {ready !== null && !onCluster && (
          <ForecastNote forecast={forecast}>
            {({ seconds, totalBytes, asked }) => (
              <p className={controls["forecast"]}>
                {counted(ready.trainings, "training")}
                {seconds === null ? "" : `, ${formatForecast(seconds)} together`}; the largest needs{" "}
                {formatBytes(totalBytes)}
                {asked < ready.trainings && `, by the forecasts of ${asked} of them`}
              </p>
            )}
          </ForecastNote>
        )}
      </div>
      {onCluster && used.length > 0 && (
        <ClusterForm sweep={ready?.sweep ?? null} name={name} trainings={ready?.trainings ?? 1} />
      )}
      <p className={own["hint"]}>
        Names have dots: optimizer.lr; layers.0.out fits the layers after it. At most{" "}
        {grouped(MOST_TRAININGS)} trainings.
        {kind === "random" &&
          " Choices are values (0.1, 0.2) or a range (0.001 to 0.1): “log” after it draws evenly in the logarithm, “whole” whole numbers."}
      </p>
    </>
  );
}

interface AxisRowsProps {
  readonly axes: readonly Axis[];
  readonly kind: SweepSpec["kind"];
  readonly problems: ReturnType<typeof checkAxes>;
  readonly base: TrainSpec;
}

/** A row a value: its name, its choices, and what is wrong with them. */
function AxisRows({ axes, kind, problems, base }: AxisRowsProps) {
  const namesId = useId();
  const names = useMemo(() => suggestedPaths(base), [base]);
  const change = (index: number, next: Partial<Axis>): void =>
    drafts.change({ axes: axes.map((axis, i) => (i === index ? { ...axis, ...next } : axis)) });
  return (
    <>
      <datalist id={namesId}>
        {names.map((path) => (
          <option key={path} value={path} />
        ))}
      </datalist>
      {axes.map((axis, index) => (
        <div key={index} className={own["axis"]}>
          <TextInput
            size="xs"
            aria-label={`Name of value ${index + 1}`}
            placeholder="optimizer.lr, layers.0.out, batchSize …"
            list={namesId}
            autoComplete="off"
            spellCheck={false}
            value={axis.path}
            error={problems[index]?.path}
            onChange={(event) => change(index, { path: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            aria-label={`Choices of value ${index + 1}`}
            placeholder={kind === "grid" ? "0.001, 0.01, 0.1" : "0.001 to 0.1 log"}
            autoComplete="off"
            spellCheck={false}
            value={axis.choices}
            error={problems[index]?.choices}
            onChange={(event) => change(index, { choices: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove value ${index + 1}`}
            onClick={() => drafts.change({ axes: axes.filter((_axis, i) => i !== index) })}
          >
            <X size="0.875rem" aria-hidden="true" />
          </ActionIcon>
        </div>
      ))}
    </>
  );
}

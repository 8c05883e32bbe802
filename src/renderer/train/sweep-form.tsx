import { Button, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import * as v from "valibot";
import { counted } from "../../core/counted.ts";
import { issueWords } from "../../shared/ipc/issue-words.ts";
import {
  expandSweep,
  MOST_TRAININGS,
  sweepSpecSchema,
  type SweepSpec,
} from "../../shared/specs/sweep-spec.ts";
import { showFailure } from "../store/lab-store.ts";
import { copyText } from "../store/save.ts";
import { LazyDetails } from "../ui/lazy-details.tsx";
import { ClusterForm } from "./cluster-form.tsx";
import { enqueueTrainings } from "./training-actions.ts";
import { parseChoices } from "./sweep-choices.ts";
import type { TrainForm } from "./train-form.ts";
import own from "./train-view.module.css";

interface Axis {
  readonly path: string;
  readonly choices: string;
}

const KINDS = [
  { value: "grid", label: "All combinations" },
  { value: "random", label: "Random sample" },
] as const;

const PLACES = [
  { value: "here", label: "This computer" },
  { value: "cluster", label: "A Slurm cluster" },
] as const;

/** All combinations of some values of the spec, or a random sample of them, into the queue or to a cluster. */
export function SweepForm({ form }: { readonly form: TrainForm }) {
  const [kind, setKind] = useState<SweepSpec["kind"]>("grid");
  const [axes, setAxes] = useState<readonly Axis[]>([
    { path: "optimizer.lr", choices: "" },
    { path: "seed", choices: "1, 2, 3" },
  ]);
  const [onCluster, setOnCluster] = useState(false);
  const [count, setCount] = useState(20);
  const [seed, setSeed] = useState(1);
  const { spec, threads } = form;
  const change = (index: number, next: Partial<Axis>): void => {
    setAxes(axes.map((axis, i) => (i === index ? { ...axis, ...next } : axis)));
  };
  const used = axes
    .map(({ path, choices }) => ({ path: path.trim(), choices: parseChoices(choices) }))
    .filter(({ path, choices }) => path !== "" && (!Array.isArray(choices) || choices.length > 0));
  const combinations = used.reduce(
    (product, { choices }) => product * (Array.isArray(choices) ? choices.length : 1),
    1,
  );
  const trainings = kind === "grid" ? combinations : count;
  const sweep = {
    kind,
    base: spec,
    ...(kind === "grid" ? {} : { count, seed }),
    values: Object.fromEntries(used.map(({ path, choices }) => [path, choices])),
  };
  const name = `${kind === "grid" ? "sweep" : `random sweep, seed ${seed},`} over ${used.map(({ path }) => path).join(", ")}`;
  const checkedSweep = (): SweepSpec | null => {
    const checked = v.safeParse(sweepSpecSchema, sweep);
    if (checked.success) return checked.output;
    const [issue] = checked.issues;
    showFailure("The sweep was not started", new RangeError(issueWords(issue)));
    return null;
  };
  const start = (): void => {
    const checked = checkedSweep();
    if (checked === null) return;
    try {
      const specs = expandSweep(checked).map((training) => training.spec);
      void enqueueTrainings(specs, threads, name);
    } catch (error) {
      showFailure("The sweep was not started", error);
    }
  };
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
      <div className={own["row"]}>
        <SegmentedControl
          size="xs"
          aria-label="Which trainings"
          data={[...KINDS]}
          value={kind}
          onChange={(next) => setKind(next === "random" ? "random" : "grid")}
        />
        {kind === "random" && (
          <>
            <NumberInput
              className={own["count"] ?? ""}
              size="xs"
              label="Trainings"
              min={1}
              max={MOST_TRAININGS}
              allowDecimal={false}
              value={count}
              onChange={(next) => setCount(Number(next))}
            />
            <NumberInput
              className={own["count"] ?? ""}
              size="xs"
              label="Seed of the sample"
              min={0}
              max={0xffffffff}
              allowDecimal={false}
              value={seed}
              onChange={(next) => setSeed(Number(next))}
            />
          </>
        )}
      </div>
      {axes.map((axis, index) => (
        <div key={index} className={own["row"]}>
          <TextInput
            size="xs"
            aria-label={`Name of value ${index + 1}`}
            placeholder="optimizer.lr, layers.0.out, batchSize …"
            value={axis.path}
            onChange={(event) => change(index, { path: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            aria-label={`Choices of value ${index + 1}`}
            placeholder={kind === "grid" ? "0.001, 0.01, 0.1" : "0.001 to 0.1 log"}
            value={axis.choices}
            onChange={(event) => change(index, { choices: event.currentTarget.value })}
          />
        </div>
      ))}
      <div className={own["row"]}>
        <Button variant="default" size="xs" onClick={() => setAxes([...axes, { path: "", choices: "" }])}>
          Another value
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={spec === null || used.length === 0}
          onClick={() => void copyText("Sweep", JSON.stringify(sweep, null, 2))}
        >
          Copy for lab sweep
        </Button>
        {!onCluster && (
          <Button size="xs" disabled={spec === null || used.length === 0} onClick={start}>
            Add {counted(trainings, "training")} to the queue
          </Button>
        )}
        <SegmentedControl
          size="xs"
          aria-label="Where the sweep runs"
          data={[...PLACES]}
          value={onCluster ? "cluster" : "here"}
          onChange={(next) => setOnCluster(next === "cluster")}
        />
      </div>
      {onCluster && spec !== null && used.length > 0 && (
        <ClusterForm sweep={checkedSweep} name={name} trainings={trainings} />
      )}
      <p className={own["hint"]}>
        Names are those of a training’s JSON, with dots; layers.0.out fits the layers after it. At most{" "}
        {MOST_TRAININGS.toLocaleString("en")} trainings.
        {kind === "random" &&
          " Choices are values (0.1, 0.2) or a range (0.001 to 0.1): “log” after it draws evenly in the logarithm, “whole” whole numbers."}
      </p>
    </LazyDetails>
  );
}

import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { expandSweep } from "../../shared/sweep-spec.ts";
import { showFailure } from "../store/lab-store.ts";
import { enqueueTrainings } from "../store/training-actions.ts";
import type { TrainForm } from "./train-form.ts";
import own from "./train-view.module.css";

interface Axis {
  readonly path: string;
  readonly values: string;
}

/** "0.1, 0.2" as values: numbers where they are numbers. */
const parseValues = (text: string): (string | number | boolean)[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      if (part === "true" || part === "false") return part === "true";
      return Number.isNaN(Number(part)) ? part : Number(part);
    });

/** All combinations of some values of the spec, into the queue. */
export function SweepForm({ form }: { readonly form: TrainForm }) {
  const [axes, setAxes] = useState<readonly Axis[]>([
    { path: "optimizer.lr", values: "" },
    { path: "seed", values: "1, 2, 3" },
  ]);
  const { spec, threads } = form;
  const change = (index: number, next: Partial<Axis>): void => {
    setAxes(axes.map((axis, i) => (i === index ? { ...axis, ...next } : axis)));
  };
  const given = axes.map(({ path, values }) => ({ path: path.trim(), values: parseValues(values) }));
  const used = given.filter(({ path, values }) => path !== "" && values.length > 0);
  const count = used.reduce((product, { values }) => product * values.length, 1);
  const start = (): void => {
    if (spec === null) return;
    try {
      const trainings = expandSweep(
        {
          kind: "grid",
          base: { ...spec },
          values: Object.fromEntries(used.map(({ path, values }) => [path, values])),
        },
        () => 0,
      );
      void enqueueTrainings(
        trainings.map((training) => training.spec),
        threads,
        `sweep over ${used.map(({ path }) => path).join(", ")}`,
      );
    } catch (error) {
      showFailure("The sweep was not started", error);
    }
  };
  return (
    <details className={own["builder"]}>
      <summary>
        <strong>Sweep</strong> <span className={own["quiet"]}>all combinations of some values and seeds</span>
      </summary>
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
            placeholder="0.001, 0.01, 0.1"
            value={axis.values}
            onChange={(event) => change(index, { values: event.currentTarget.value })}
          />
        </div>
      ))}
      <div className={own["row"]}>
        <Button variant="default" size="xs" onClick={() => setAxes([...axes, { path: "", values: "" }])}>
          Another value
        </Button>
        <Button size="xs" disabled={spec === null || used.length === 0} onClick={start}>
          Add {count} {count === 1 ? "training" : "trainings"} to the queue
        </Button>
      </div>
      <p className={own["quiet"]}>
        Names are those of the JSON above, with dots. Random samples: `lab sweep` on the command line.
      </p>
    </details>
  );
}

import { Button, TextInput } from "@mantine/core";
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { formatNumber } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { showFailure } from "../store/lab-store.ts";
import { controlTraining } from "./training-actions.ts";
import { trainingStateStore } from "./training-store.ts";
import own from "./train-view.module.css";

/** Pause, go on, another learning rate: while a training is on. */
export function TrainLive() {
  const isOn = useStore(trainingStateStore, (state) => state !== null);
  return isOn ? <TrainingControls /> : null;
}

function TrainingControls() {
  const lrNow = useStore(trainingStateStore, (state) => formatNumber(state?.lr ?? NaN));
  const pausedAt = useStore(trainingStateStore, (state) => (state?.paused === true ? state.step : null));
  const paused = pausedAt !== null;
  const [lr, setLr] = useState("");
  const change = (): void => {
    const value = Number(lr);
    if (!(value > 0)) {
      showFailure("The learning rate was not changed", new Error("expected a number above 0"));
      return;
    }
    void controlTraining({ action: "lr", lr: value });
    setLr("");
  };
  return (
    <div className={own["row"]} role="group" aria-label="The training that is on">
      <Button
        variant="default"
        size="xs"
        leftSection={
          paused ? <Play size="0.875rem" aria-hidden="true" /> : <Pause size="0.875rem" aria-hidden="true" />
        }
        onClick={() => void controlTraining({ action: paused ? "resume" : "pause" })}
      >
        {paused ? "Go on" : "Pause"}
      </Button>
      <form
        className={own["row"]}
        onSubmit={(event) => {
          event.preventDefault();
          change();
        }}
      >
        <TextInput
          size="xs"
          aria-label="Another learning rate from now on"
          placeholder={`lr, now ${lrNow}`}
          value={lr}
          inputMode="decimal"
          onChange={(event) => setLr(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" size="xs" disabled={lr.trim() === ""}>
          Change
        </Button>
      </form>
      {pausedAt !== null && <strong>Paused at step {formatNumber(pausedAt)}</strong>}
    </div>
  );
}

import { Button, TextInput } from "@mantine/core";
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { formatNumber } from "../format/number.ts";
import { useStore } from "../store/create-store.ts";
import { showFailure } from "../store/lab-store.ts";
import { controlTraining } from "./training-actions.ts";
import { trainingStateStore } from "./training-store.ts";
import own from "./train-view.module.css";

/** Pause, go on, another learning rate: while a training is on. */
export function TrainLive() {
  const state = useStore(trainingStateStore);
  const [lr, setLr] = useState("");
  if (state === null) return null;
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
          state.paused ? (
            <Play size="0.875rem" aria-hidden="true" />
          ) : (
            <Pause size="0.875rem" aria-hidden="true" />
          )
        }
        onClick={() => void controlTraining({ action: state.paused ? "resume" : "pause" })}
      >
        {state.paused ? "Go on" : "Pause"}
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
          placeholder={`lr, now ${formatNumber(state.lr)}`}
          value={lr}
          inputMode="decimal"
          onChange={(event) => setLr(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" size="xs" disabled={lr.trim() === ""}>
          Change
        </Button>
      </form>
      {state.paused && <strong>Paused at step {formatNumber(state.step)}</strong>}
    </div>
  );
}

import { Button } from "@mantine/core";
import { Play } from "lucide-react";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { startTraining } from "./training-actions.ts";
import { useTrainForm } from "./train-form.ts";

/** Trains what the form says, where a first result would stand. */
export function StartTraining() {
  const { spec, threads } = useTrainForm();
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  return (
    <Button
      leftSection={<Play size="1rem" aria-hidden="true" />}
      disabled={busy || spec === null}
      onClick={() => {
        if (spec !== null) void startTraining(spec, threads);
      }}
    >
      Start the training
    </Button>
  );
}

import { Button } from "@mantine/core";
import { useStore } from "../store/create-store.ts";
import classes from "../ui/controls.module.css";
import type { TrainForm } from "./train-form.ts";
import { weightsStore } from "./training-actions.ts";

/** Weights that the settings name by a file's place: only the person can say where that file is now. */
export function NamedWeights({ form: { choice, choose } }: { readonly form: TrainForm }) {
  const chosen = useStore(weightsStore);
  const { weights } = choice;
  if (weights === null || weights === undefined || chosen !== null) return null;
  const name = "file" in weights ? weights.file : `${weights.dir}/${weights.prefix}*.npy`;
  return (
    <div role="status">
      <p className={classes["refusal"]}>
        These settings begin with the weights in <code>{name}</code>: choose that file under Model, “Begin
        with saved weights”, or let them be drawn.
      </p>
      <Button variant="default" size="compact-xs" onClick={() => choose({ weights: null })}>
        Draw them by the seed
      </Button>
    </div>
  );
}

import { Button } from "@mantine/core";
import { FastForward, Play } from "lucide-react";
import type { CellDescription } from "../../shared/experiments/notebook.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { runNotebookCells } from "./notebook-form.ts";
import classes from "./cell-card.module.css";

/** Run this cell, or it and all that follow. Cells it needs are run first by main. */
export function CellActions({ cell: { id, needs } }: { readonly cell: CellDescription }) {
  const busy = useStore(labStore, (state) => state.activity !== null);
  const needed =
    needs.length === 0 ? "" : ` Uses the results of ${needs.join(", ")}; missing ones are run first.`;
  return (
    <div className={classes["actions"]}>
      <Button
        variant="default"
        leftSection={<Play size="0.875rem" aria-hidden="true" />}
        disabled={busy}
        aria-label={`Run cell ${id}`}
        title={`Run this cell.${needed}`}
        onClick={() => runNotebookCells({ kind: "one", cell: id })}
      >
        Run
      </Button>
      <Button
        variant="subtle"
        color="gray"
        leftSection={<FastForward size="0.875rem" aria-hidden="true" />}
        disabled={busy}
        aria-label={`Run from here: cell ${id} and all that follow`}
        onClick={() => runNotebookCells({ kind: "from", cell: id })}
      >
        Run from here
      </Button>
    </div>
  );
}

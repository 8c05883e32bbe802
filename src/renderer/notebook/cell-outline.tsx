import { CircleDashed, LoaderCircle, OctagonAlert } from "lucide-react";
import type { CellDescription } from "../../shared/experiments/notebook.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { VerdictIcon } from "../ui/verdict-badge.tsx";
import { cellState, type CellState } from "./cell-state.ts";
import { jumpToCell } from "./jump-to-cell.ts";
import classes from "./cell-outline.module.css";

/** The notebook at a glance: each cell with its state, a click away. */
export function CellOutline({ cells }: { readonly cells: readonly CellDescription[] }) {
  const progress = useStore(labStore, (state) => state.notebook);
  return (
    <nav className={classes["outline"]} aria-label="Cells">
      <h2 className={classes["heading"]}>Cells</h2>
      <ol className={classes["list"]}>
        {cells.map(({ id, title, part }) => {
          const state = cellState(progress, id);
          return (
            <li key={id}>
              {part !== null && <span className={classes["part"]}>{part}</span>}
              <button type="button" className={classes["cell"]} title={title} onClick={() => jumpToCell(id)}>
                <StateIcon state={state} />
                <span className={classes["number"]}>{id}</span>
                <span className={classes["title"]}>{title}</span>
                <span className="visually-hidden">, {stateWords(state)}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function stateWords(state: CellState): string {
  switch (state.kind) {
    case "never":
      return "never run";
    case "done":
      return state.result.verdict;
    case "queued":
    case "running":
    case "stopped":
      return state.kind;
  }
}

function StateIcon({ state }: { readonly state: CellState }) {
  switch (state.kind) {
    case "done":
      return <VerdictIcon verdict={state.result.verdict} />;
    case "running":
      return <LoaderCircle size="0.9375rem" className={classes["running"]} aria-hidden="true" />;
    case "queued":
      return <CircleDashed size="0.9375rem" className={classes["queued"]} aria-hidden="true" />;
    case "stopped":
      return <OctagonAlert size="0.9375rem" className={classes["stopped"]} aria-hidden="true" />;
    case "never":
      return <span className={classes["never"]} />;
  }
}

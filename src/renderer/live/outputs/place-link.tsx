import type { SourcePlace } from "../../../shared/live/source-place.ts";
import { useStore } from "../../store/create-store.ts";
import { choose } from "../cell/cell-commands.ts";
import { requestFocus } from "../cell/focus-request.ts";
import { openStore } from "../document/open-notebook.ts";
import { useCellNumbers } from "./cell-numbers.ts";
import { isCheck } from "../../../shared/documents/exercise.ts";
import classes from "./outputs.module.css";

/** A sentence of the lab in which cells are called by their numbers. */
export function CellSentence({ text }: { readonly text: string }) {
  return <>{useCellNumbers(text)}</>;
}

/** "cell 7": a press goes there. */
export function CellLink({ cell }: { readonly cell: string }) {
  const at = useStore(
    openStore,
    (open) => open?.edit.document.cells.findIndex(({ id }) => id === cell) ?? -1,
  );
  if (at < 0) return null;
  return (
    <button
      type="button"
      className={classes["place"]}
      onClick={() => {
        choose(cell);
        requestFocus({ cell, mode: "command" });
      }}
    >
      cell {at + 1}
    </button>
  );
}

/** "cell 7, line 2": a press goes there. A line of an exercise's check leads nowhere: students do not see it. */
export function PlaceLink({ place: { cell, line, column } }: { readonly place: SourcePlace }) {
  const at = useStore(
    openStore,
    (open) => open?.edit.document.cells.findIndex(({ id }) => id === cell) ?? -1,
  );
  if (isCheck(cell)) return <span>the check, line {line}</span>;
  if (at < 0) return <span>line {line} of a cell that is gone</span>;
  return (
    <button
      type="button"
      className={classes["place"]}
      onClick={() => {
        choose(cell);
        requestFocus({ cell, mode: "edit", at: { line, column } });
      }}
    >
      cell {at + 1}, line {line}
    </button>
  );
}

import { cellLabel, type DocumentCell } from "../../../shared/documents/lab-document.ts";
import { useStore } from "../../store/create-store.ts";
import { choose } from "../cell/cell-commands.ts";
import { ConditionMark } from "../cell/condition-mark.tsx";
import { cellElementId, requestFocus } from "../cell/focus-request.ts";
import { openStore } from "../document/open-notebook.ts";
import { conditionOf } from "../kernel/cell-condition.ts";
import { sessionStore } from "../kernel/session-store.ts";
import classes from "./panes.module.css";

const NO_CELLS: readonly DocumentCell[] = [];

/** A heading of a text, or the first words of a cell that has no title. */
function outlineText(cell: DocumentCell): { readonly text: string; readonly heading: boolean } | null {
  if (cell.kind === "md") {
    const heading = /^#{1,3} +(.+)$/m.exec(cell.source)?.[1];
    return heading === undefined ? null : { text: heading, heading: true };
  }
  const label = cellLabel(cell);
  const first = cell.source.split("\n").find((line) => line.trim() !== "") ?? "empty";
  return { text: label === cell.id ? first : label, heading: false };
}

/** Headings and cells, with how they stand. */
export function OutlinePanel() {
  const cells = useStore(openStore, (open) => open?.edit.document.cells ?? NO_CELLS);
  const session = useStore(sessionStore);
  return (
    <ol className={classes["outline"]}>
      {cells.map((cell) => {
        const entry = outlineText(cell);
        if (entry === null) return null;
        const shown = conditionOf(cell.id, session);
        return (
          <li key={cell.id}>
            <button
              type="button"
              data-heading={entry.heading}
              onClick={() => {
                choose(cell.id);
                document.getElementById(cellElementId(cell.id))?.scrollIntoView({ block: "start" });
                requestFocus({ cell: cell.id, mode: "command" });
              }}
            >
              <span className={classes["outlineText"]}>{entry.text}</span>
              {!entry.heading && <ConditionMark shown={shown} />}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

import { useLayoutEffect, useState } from "react";
import type { DocumentCell } from "../../../shared/documents/lab-document.ts";
import { CellFrame } from "../cell/cell-frame.tsx";
import { passOverUntilRested } from "../cell/pass-over.ts";
import { groupCells } from "./cell-groups.ts";
import classes from "./panes.module.css";

interface CellListProps {
  readonly cells: readonly DocumentCell[];
  readonly chosen: string | null;
  readonly readOnly: boolean;
}

const idsOf = (cells: readonly DocumentCell[]): readonly string[] => cells.map(({ id }) => id);

/** All cells of a notebook, in groups: where somebody writes, those out of sight cost next to nothing. */
export function CellList({ cells, chosen, readOnly }: CellListProps) {
  const [kept, setKept] = useState(() => groupCells(idsOf(cells), []));
  const ids = idsOf(cells);
  let groups = kept;
  if (kept.flatMap((group) => group.ids).join() !== ids.join()) {
    groups = groupCells(ids, kept);
    setKept(groups);
  }
  useLayoutEffect(passOverUntilRested, []);
  return groups.map(({ key, from, ids: members }) => {
    const shown = cells.slice(from, from + members.length);
    return (
      <div key={key} className={classes["group"]} data-chosen={chosen !== null && members.includes(chosen)}>
        {shown.map((cell, at) => (
          <CellFrame
            key={cell.id}
            cell={cell}
            number={from + at + 1}
            count={cells.length}
            readOnly={readOnly}
          />
        ))}
      </div>
    );
  });
}

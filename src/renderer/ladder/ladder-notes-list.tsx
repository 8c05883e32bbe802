import { TriangleAlert } from "lucide-react";
import type { LadderRecord, ProductShape, RungResult } from "../../shared/experiments/ladder.ts";
import { ladderNotes } from "./ladder-notes.ts";
import classes from "./ladder-view.module.css";

interface LadderNotesProps {
  readonly results: readonly RungResult[];
  readonly record: LadderRecord | null;
  readonly shape: ProductShape;
  readonly running: boolean;
}

/** Warnings of the machine, and what the numbers do not say by themselves. */
export function LadderNotes({ results, record, shape, running }: LadderNotesProps) {
  const warnings = record?.conditions.warnings ?? [];
  // Intervals of a few samples overlap: nothing is said before all are there.
  const notes = running ? [] : ladderNotes(results, shape);
  if (warnings.length + notes.length === 0) return null;
  return (
    <ul className={classes["notes"]} aria-label="To know before reading the numbers">
      {warnings.map((warning, index) => (
        <li key={index} data-tone="warn">
          <TriangleAlert size="1rem" aria-hidden="true" />
          {warning}
        </li>
      ))}
      {notes.map((note, index) => (
        <li key={index}>{note}</li>
      ))}
    </ul>
  );
}

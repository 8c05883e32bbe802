import { TriangleAlert } from "lucide-react";
import classes from "./reading-notes.module.css";

interface ReadingNotesProps {
  /** Of the machine: why the numbers may be wrong. */
  readonly warnings: readonly string[];
  /** What the numbers do not say by themselves. */
  readonly notes?: readonly string[];
}

/** What is to be known of measured numbers; stands above them. */
export function ReadingNotes({ warnings, notes = [] }: ReadingNotesProps) {
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

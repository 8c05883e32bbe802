import type { LadderRecord, ProductShape, RungResult } from "../../shared/experiments/ladder.ts";
import { ReadingNotes } from "../ui/reading-notes.tsx";
import { ladderNotes } from "./ladder-notes.ts";

interface LadderNotesProps {
  readonly results: readonly RungResult[];
  readonly record: LadderRecord | null;
  readonly shape: ProductShape;
  readonly running: boolean;
}

/** Warnings of the machine, and what the numbers do not say by themselves. */
export function LadderNotes({ results, record, shape, running }: LadderNotesProps) {
  return (
    <ReadingNotes
      warnings={record?.conditions.warnings ?? []}
      // Intervals of a few samples overlap: nothing is said before all are there.
      notes={running ? [] : ladderNotes(results, shape)}
    />
  );
}

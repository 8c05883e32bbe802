import { Button } from "@mantine/core";
import classes from "./ladder-view.module.css";

/** Ids of the headings, to jump to. */
export const LADDER_PARTS = {
  rungs: "ladder-rungs",
  charts: "ladder-charts",
  compare: "ladder-compare",
} as const;

const LABELS: readonly (readonly [part: keyof typeof LADDER_PARTS, label: string])[] = [
  ["rungs", "Rungs"],
  ["charts", "Charts"],
  ["compare", "Compare"],
];

/** A ladder is a long page: its parts by name. */
export function LadderParts() {
  return (
    <nav className={classes["parts"]} aria-label="Parts of this ladder">
      {LABELS.map(([part, label]) => (
        <Button key={part} variant="subtle" color="gray" onClick={() => jumpTo(LADDER_PARTS[part])}>
          {label}
        </Button>
      ))}
    </nav>
  );
}

function jumpTo(id: string): void {
  const heading = document.getElementById(id);
  heading?.scrollIntoView({ block: "start" });
  heading?.focus({ preventScroll: true });
}

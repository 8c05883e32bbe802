import { CircleDashed, LoaderCircle, OctagonAlert } from "lucide-react";
import { useClock } from "../ui/use-clock.ts";
import { formatClock } from "../format/duration.ts";
import type { CellState } from "./cell-state.ts";
import classes from "./cell-card.module.css";

interface CellStatusProps {
  readonly state: CellState;
  /** Whether the card still shows the numbers of an earlier execution. */
  readonly stale: boolean;
}

/** What a cell without a new result is doing. */
export function CellStatus({ state, stale }: CellStatusProps) {
  return (
    <>
      <StatusLine state={state} />
      {stale && <p className={classes["status"]}>The numbers are those of the execution before.</p>}
    </>
  );
}

function StatusLine({ state }: { readonly state: CellState }) {
  switch (state.kind) {
    case "done":
      return null;
    case "never":
      return <p className={classes["status"]}>Never run.</p>;
    case "queued":
      return (
        <p className={classes["status"]}>
          <CircleDashed size="1rem" aria-hidden="true" /> Queued.
        </p>
      );
    case "running":
      return <Running since={state.since} />;
    case "stopped":
      return (
        <p className={classes["status"]} data-tone="bad">
          <OctagonAlert size="1rem" aria-hidden="true" /> Not finished: {state.reason}
        </p>
      );
  }
}

function Running({ since }: { readonly since: number }) {
  const now = useClock(250);
  return (
    <p className={classes["status"]} data-tone="accent">
      <LoaderCircle size="1rem" className={classes["turning"]} aria-hidden="true" /> Running,{" "}
      <span className="mono">{formatClock(now - since)}</span>
    </p>
  );
}

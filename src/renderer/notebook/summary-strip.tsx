import type { CellDescription } from "../../shared/experiments/notebook.ts";
import type { Verdict } from "../../shared/runs/run-records.ts";
import { formatDuration } from "../format/duration.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { VerdictIcon } from "../ui/verdict-badge.tsx";
import { verdictCounts } from "./verdict-counts.ts";
import classes from "./summary-strip.module.css";

const ORDER: readonly Verdict[] = ["exact", "in band", "differs", "failed", "measured"];

/** How the whole notebook stands, always in sight. */
export function SummaryStrip({ cells }: { readonly cells: readonly CellDescription[] }) {
  const results = useStore(labStore, (state) => state.notebook.results);
  const { counts, totalMs } = verdictCounts([...results.values()]);
  return (
    <div className={classes["strip"]} role="group" aria-label="Verdicts so far">
      {ORDER.map((verdict) => (
        <span key={verdict} className={classes["count"]} data-none={counts[verdict] === 0}>
          <VerdictIcon verdict={verdict} />
          <span className="mono">{counts[verdict]}</span> {verdict}
        </span>
      ))}
      <span className={classes["total"]}>
        <span className="mono">{results.size}</span> of <span className="mono">{cells.length}</span> cells run
        {results.size > 0 && (
          <>
            , <span className="mono">{formatDuration(totalMs)}</span> in all
          </>
        )}
      </span>
    </div>
  );
}

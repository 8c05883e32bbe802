import type { RunEvent } from "../../../shared/runs/run-records.ts";
import { formatExactDate } from "../../../shared/format/date.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";

/** What happened to a run while it was on: paused, another rate, diverged, cut short, gone on, tested. */
export function RunEvents({ events }: { readonly events: readonly RunEvent[] }) {
  return (
    <section className={part["part"]}>
      <h3>What happened</h3>
      <ol className={classes["events"]}>
        {events.map(({ at, step, kind, text }, index) => (
          <li key={index}>
            <span className="mono">{formatExactDate(at)}</span>{" "}
            {step === null ? "" : `step ${formatNumber(step)}: `}
            <strong>{kind}</strong> {text}
          </li>
        ))}
      </ol>
    </section>
  );
}

import type { ComparedTiming, RunComparison } from "../../../shared/runs/run-comparison.ts";
import { formatDuration } from "../../../shared/format/duration.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { ExactText } from "../../ui/exact-text.tsx";
import { RunHeads } from "./settings-part.tsx";
import type { RunLook } from "./run-look.ts";
import { timingVerdict } from "../../../shared/runs/timing-verdict.ts";
import own from "./compare.module.css";

interface TimingsPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** Medians with their intervals, and what can be said of the difference to the first run. */
export function TimingsPart({ comparison: { timings }, looks }: TimingsPartProps) {
  if (timings.length === 0) return null;
  return (
    <section className={own["part"]}>
      <h3>Times</h3>
      <p className={own["note"]}>
        Median of the warm samples with its 95 % bootstrap interval, compared with the first run that has it.
        A difference counts when its whole interval lies beyond 1 %.
      </p>
      <DataTable label="Times side by side" columns="chosen">
        <RunHeads looks={looks} first="what was timed" />
        <tbody>
          {timings.map(({ label, runs }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {runs.map((one, i) => (
                <td key={looks[i]?.run.id}>{one === null ? "–" : <Time timing={one} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </DataTable>
    </section>
  );
}

function Time({ timing }: { readonly timing: NonNullable<ComparedTiming["runs"][number]> }) {
  const { medianMs, loMs, hiMs, samples, verdict } = timing;
  return (
    <>
      <ExactText
        text={`${formatDuration(medianMs)} [${formatDuration(loMs)}, ${formatDuration(hiMs)}]`}
        exact={`median ${medianMs} ms, 95 % interval ${loMs} to ${hiMs} ms, ${samples} samples`}
      />
      {verdict !== "first" && (
        <span className={own["verdict"]} data-verdict={verdict}>
          {timingVerdict(timing)}
        </span>
      )}
    </>
  );
}

import { Button } from "@mantine/core";
import { Gauge } from "lucide-react";
import { blocksText } from "../../shared/experiments/blocks-text.ts";
import type { TuningReport } from "../../shared/experiments/tuning.ts";
import { formatDate, formatExactDate } from "../../shared/format/date.ts";
import { formatNumber, formatPercent } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { DataTable } from "../ui/data-table.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import { ErrorNotice } from "../ui/notices.tsx";
import { useTune } from "./use-tune.ts";
import classes from "./diagnostics.module.css";

interface KernelTuningProps {
  readonly report: TuningReport;
  readonly onTuned: () => void;
}

/** The sets of kernels as tested and timed, beside what this CPU can do at most. */
export function KernelTuning({ report, onTuned }: KernelTuningProps) {
  const { tuning, error, tune } = useTune(onTuned);
  const activity = useStore(labStore, (state) => state.activity);
  const busy = tuning || activity !== null;
  return (
    <section className={classes["tuning"]}>
      <div className={classes["tuningHead"]}>
        <h2>Kernels, tested and timed on one thread</h2>
        <Button
          variant="default"
          leftSection={<Gauge size="1rem" aria-hidden="true" />}
          // Not disabled, which would take the keyboard's focus away while it tunes.
          aria-disabled={busy}
          data-disabled={busy}
          title={activity !== null && !tuning ? `${activity.title} is running; wait for its end` : undefined}
          onClick={() => {
            if (!busy) void tune();
          }}
        >
          {tuning ? "Tuning…" : "Tune again"}
        </Button>
      </div>
      {error !== null && <ErrorNotice title="The kernels could not be tuned" error={error} />}
      <KernelTable report={report} />
      <p className={classes["tuningNote"]}>{blocksText(report)}.</p>
      <p className={classes["tuningNote"]}>
        <Peak gflops={report.peakGflops} /> Measured{" "}
        <span title={formatExactDate(report.measuredAt)}>{formatDate(report.measuredAt)}</span>
        {report.source === "saved" ? ", kept in the database and tested again at this start." : "."}
      </p>
    </section>
  );
}

function Peak({ gflops }: { readonly gflops: number | null }) {
  if (gflops === null) return <>The peak is unknown: this runtime has no fused multiply-add.</>;
  return (
    <>
      Multiply-add peak:{" "}
      <ExactText text={`${formatNumber(gflops)} GFLOP/s`} exact={`${gflops} GFLOP/s on one thread`} />.
    </>
  );
}

function KernelTable({ report }: { readonly report: TuningReport }) {
  return (
    <DataTable label="Kernels">
      <thead>
        <tr>
          <th scope="col">kernels</th>
          <th scope="col">right results</th>
          <th scope="col" data-numeric="true">
            GFLOP/s
          </th>
          <th scope="col" data-numeric="true">
            of the peak
          </th>
          <th scope="col">in use</th>
        </tr>
      </thead>
      <tbody>
        {report.kernels.map(({ instructionSet, failure, gflops, peakShare, chosen }) => (
          <tr key={instructionSet}>
            <th scope="row" className="mono">
              {instructionSet}
            </th>
            <td data-wrap={failure !== null}>{failure === null ? "yes" : `no: ${failure}`}</td>
            <td data-numeric="true">
              {failure === null ? (
                <ExactText text={formatNumber(gflops)} exact={`${gflops} GFLOP/s on one thread`} />
              ) : (
                "–"
              )}
            </td>
            <td data-numeric="true" className="mono">
              {peakShare === null ? "–" : formatPercent(peakShare, 2)}
            </td>
            <td>{chosen ? "yes" : ""}</td>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}

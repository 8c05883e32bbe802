import { Button } from "@mantine/core";
import { Check, FileDown, TriangleAlert, X } from "lucide-react";
import { formatNumber, fullPrecision, withMinusSigns } from "../../shared/format/number.ts";
import { openRun } from "../store/open-run.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import type { ShownGradcheck } from "./gradcheck-store.ts";
import { exportRuns } from "../store/save.ts";
import { ExactText } from "../ui/exact-text.tsx";
import { ChosenReport } from "./chosen-report.tsx";
import own from "./gradients.module.css";

/** What a check found, from its first report on. */
export function GradientsResults({
  shown,
  running,
}: {
  readonly shown: ShownGradcheck;
  readonly running: boolean;
}) {
  const { runId, record, reports } = shown;
  return (
    <>
      <div className={own["head"]}>
        <h2>{record?.report.title ?? "Gradient check"}</h2>
        {!running && reports.length > 0 && (
          <>
            <Button variant="default" onClick={() => openRun(runId)}>
              Open the run
            </Button>
            <Button
              variant="default"
              leftSection={<FileDown size="1rem" aria-hidden="true" />}
              onClick={() => void exportRuns("gradchecks", [runId])}
            >
              Export as CSV
            </Button>
          </>
        )}
      </div>
      <Outcome shown={shown} running={running} />
      {record !== null && (
        <>
          <p>
            Loss{" "}
            <ExactText text={formatNumber(record.report.loss, 8)} exact={fullPrecision(record.report.loss)} />
            {!Number.isNaN(record.report.referenceLoss) && (
              <>
                , in float64{" "}
                <ExactText
                  text={formatNumber(record.report.referenceLoss, 8)}
                  exact={fullPrecision(record.report.referenceLoss)}
                />
              </>
            )}
          </p>
          {record.report.notes.length > 0 && (
            <ul className={own["notes"]} aria-label="To know before reading the numbers">
              {record.report.notes.map((note, index) => (
                <li key={index}>{withMinusSigns(note)}</li>
              ))}
            </ul>
          )}
        </>
      )}
      <ChosenReport reports={reports} />
    </>
  );
}

/** The verdict in words: with a seeded bug, to be accused is to be right. */
function Outcome({
  shown: { runId, record, reports, settings },
  running,
}: {
  readonly shown: ShownGradcheck;
  readonly running: boolean;
}) {
  const run = useStore(labStore, ({ runs }) => runs?.find(({ id }) => id === runId));
  if (running || record === null) return null;
  if (run?.status === "failed" || run?.status === "cancelled") {
    return (
      <p className={own["outcome"]} data-tone="warn" role="status">
        <TriangleAlert size="1.125rem" aria-hidden="true" />
        <strong>The check was {run.status === "failed" ? "broken off" : "cancelled"}.</strong>{" "}
        {run.failure ?? "What was compared until then is below."}
      </p>
    );
  }
  const failed = reports.filter(({ verdict }) => verdict === "failed");
  const worst = failed.toSorted((a, b) => b.relNorm - a.relNorm)[0];
  if (settings.bug !== null) {
    const caught = failed.length > 0;
    return (
      <p className={own["outcome"]} data-tone={caught ? "good" : "warn"} role="status">
        {caught ? (
          <Check size="1.125rem" aria-hidden="true" />
        ) : (
          <TriangleAlert size="1.125rem" aria-hidden="true" />
        )}
        <strong>{caught ? "The bug was caught." : "The bug was not caught."}</strong>{" "}
        {worst === undefined
          ? "No gradient was accused under this tolerance."
          : `Accused: ${[...new Set(failed.map(({ tensor }) => tensor))].join(", ")}. ${worst.tensor}: ${withMinusSigns(worst.reason)}.`}
      </p>
    );
  }
  return (
    <p className={own["outcome"]} data-tone={record.report.passed ? "good" : "bad"} role="status">
      {record.report.passed ? (
        <Check size="1.125rem" aria-hidden="true" />
      ) : (
        <X size="1.125rem" aria-hidden="true" />
      )}
      <strong>{record.report.passed ? "All gradients passed." : "The check did not pass."}</strong>{" "}
      {worst === undefined ? "" : `${worst.tensor}: ${withMinusSigns(worst.reason)}.`}
    </p>
  );
}

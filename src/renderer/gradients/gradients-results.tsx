import { Button } from "@mantine/core";
import { Check, FileDown, TriangleAlert, X } from "lucide-react";
import { useMemo, useState } from "react";
import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { HeatMap, type HeatMapData } from "../charts/kit/heat-map.tsx";
import { formatNumber, fullPrecision } from "../format/number.ts";
import { openRun } from "../store/open-run.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import type { ShownGradcheck } from "./gradcheck-store.ts";
import { exportRuns } from "../store/save.ts";
import { ExactText } from "../ui/exact-text.tsx";
import { errorsFigure } from "./errors-figure.ts";
import { GradientCheckTable } from "../ui/gradient-check-table.tsx";
import { groupReports } from "./group-reports.ts";
import { scatterFigure } from "./scatter-figure.ts";
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
  const [chosen, setChosen] = useState(0);
  const groups = useMemo(() => groupReports(reports), [reports]);
  const rows = groups.flatMap((group) => group.rows);
  const row = rows[Math.min(chosen, rows.length - 1)];
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
                <li key={index}>{note}</li>
              ))}
            </ul>
          )}
        </>
      )}
      <GradientCheckTable
        groups={groups}
        label="Gradients and references"
        choice={{ row, choose: (wanted) => setChosen(rows.findIndex((each) => each === wanted)) }}
      />
      {row !== undefined && <ReportCharts report={row.report} />}
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
          : `Accused: ${[...new Set(failed.map(({ tensor }) => tensor))].join(", ")}. ${worst.tensor}: ${worst.reason}.`}
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
      {worst === undefined ? "" : `${worst.tensor}: ${worst.reason}.`}
    </p>
  );
}

function ReportCharts({ report }: { readonly report: GradientReport }) {
  const scatter = useMemo(() => scatterFigure(report), [report]);
  const errors = useMemo(() => errorsFigure(report), [report]);
  const map = useMemo(() => heatMapOf(report), [report]);
  return (
    <div className={own["charts"]}>
      <ChartFigure key={`s ${scatter.title}`} figure={scatter} />
      <ChartFigure key={`e ${errors.title}`} figure={errors} />
      {map !== null && <HeatMap data={map} />}
    </div>
  );
}

function heatMapOf({ tensor, heatMap, shape }: GradientReport): HeatMapData | null {
  if (heatMap === null) return null;
  const { rows, columns, values } = heatMap;
  const [height = 1, width = 1] = shape;
  const range = (index: number, cells: number, size: number): string => {
    const [from, to] = [Math.ceil((index * size) / cells), Math.ceil(((index + 1) * size) / cells) - 1];
    return from === to ? String(from) : `${from}–${to}`;
  };
  const most = Math.max(...values);
  const at = values.indexOf(most);
  return {
    title: `${tensor}: where it is wrong`,
    note: "mean |ours − reference| over patches of the matrix",
    summary: `The largest error, ${formatNumber(most)}, is at row ${range(Math.floor(at / columns), rows, height)}, column ${range(at % columns, columns, width)}.`,
    rows,
    columns,
    values,
    rowAxis: "row",
    columnAxis: "column",
    rowLabel: (row) => `row ${range(row, rows, height)}`,
    columnLabel: (column) => `column ${range(column, columns, width)}`,
  };
}

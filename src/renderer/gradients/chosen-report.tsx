import { useMemo, useState } from "react";
import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { HeatMap, type HeatMapData } from "../charts/kit/heat-map.tsx";
import { formatNumber } from "../../shared/format/number.ts";
import { GradientCheckTable } from "../ui/gradient-check-table.tsx";
import { errorsFigure } from "./errors-figure.ts";
import { groupReports } from "./group-reports.ts";
import { scatterFigure } from "./scatter-figure.ts";
import own from "./gradients.module.css";

/** All reports of a check in a table, and the charts of the one that is chosen there. */
export function ChosenReport({ reports }: { readonly reports: readonly GradientReport[] }) {
  const [chosen, setChosen] = useState(0);
  const groups = useMemo(() => groupReports(reports), [reports]);
  const rows = groups.flatMap((group) => group.rows);
  const row = rows[Math.min(chosen, rows.length - 1)];
  return (
    <>
      <GradientCheckTable
        groups={groups}
        label="Gradients and references"
        choice={{ row, choose: (wanted) => setChosen(rows.findIndex((each) => each === wanted)) }}
      />
      {row !== undefined && <ReportCharts report={row.report} />}
    </>
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

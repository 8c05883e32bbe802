import { useMemo } from "react";
import type { CellDetails } from "../../shared/runs/run-records.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { histogramFigure } from "../charts/figures/histogram-figure.ts";
import { statisticsFigure } from "../charts/figures/statistics-figure.ts";
import { timingsFigure } from "../charts/figures/timings-figure.ts";
import { GradientCheckTable, groupChecks } from "../ui/gradient-check-table.tsx";
import { GradientTable } from "../ui/gradient-table.tsx";
import classes from "./cell-details-view.module.css";

interface CellDetailsViewProps {
  readonly title: string;
  readonly details: CellDetails;
}

/** What a cell shows besides its numbers: charts and tables, whichever it recorded. */
export function CellDetailsView({ title, details }: CellDetailsViewProps) {
  const figures = useMemo(() => {
    const { statistics, histograms, timings } = details;
    return [
      ...(statistics.length > 0 ? [statisticsFigure(`Mean and spread: ${title}`, statistics)] : []),
      ...histograms.map(histogramFigure),
      ...(timings.length > 0 ? [timingsFigure(`Time of each call: ${title}`, timings)] : []),
    ];
  }, [title, details]);
  if (figures.length === 0 && details.gradients.length === 0 && details.gradientChecks.length === 0)
    return null;
  return (
    <div className={classes["details"]}>
      {figures.length > 0 && (
        <div className={classes["charts"]} data-several={figures.length > 1}>
          {figures.map((figure, index) => (
            <ChartFigure key={index} figure={figure} />
          ))}
        </div>
      )}
      <GradientTable gradients={details.gradients} />
      <GradientCheckTable groups={groupChecks(details.gradientChecks)} label={`Gradient checks: ${title}`} />
    </div>
  );
}

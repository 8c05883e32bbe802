import { useMemo } from "react";
import type { RunDetails } from "../../../shared/runs/run-records.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { histogramFigure } from "../../charts/figures/histogram-figure.ts";
import { statisticsFigure } from "../../charts/figures/statistics-figure.ts";
import { timingsFigure } from "../../charts/figures/timings-figure.ts";
import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";

/** The charts of a notebook's run: activations and times. */
export function RunCharts({ details }: { readonly details: RunDetails }) {
  const figures = useMemo(() => figuresOf(details), [details]);
  if (figures.length === 0) return null;
  return (
    <section className={part["part"]}>
      <h3>Charts</h3>
      <div className={classes["charts"]}>
        {figures.map((figure, index) => (
          <ChartFigure key={index} figure={figure} />
        ))}
      </div>
    </section>
  );
}

function figuresOf({ cells, timings }: RunDetails) {
  const statistics = cells.flatMap(({ cell, details }) =>
    details.statistics.map((row) => ({ ...row, label: `[${cell}] ${row.label}` })),
  );
  const stages = timings.filter(({ pass }) => pass !== "call");
  const calls = timings.filter(({ pass }) => pass === "call");
  return [
    ...(stages.length > 0 ? [timingsFigure("Stages: forward and backward", stages)] : []),
    ...(calls.length > 0 ? [timingsFigure("Single calls", calls)] : []),
    ...(statistics.length > 0 ? [statisticsFigure("Activations", statistics)] : []),
    ...cells.flatMap(({ details }) => details.histograms.map(histogramFigure)),
  ];
}

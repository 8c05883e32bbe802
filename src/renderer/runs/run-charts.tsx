import type { Chart } from "chart.js";
import { useCallback, useMemo } from "react";
import type { RunDetails } from "../../shared/run-records.ts";
import { ChartFigure } from "../charts/chart-figure.tsx";
import { histogramFigure } from "../charts/histogram-figure.ts";
import { lossFigure, lossSummary, refreshLoss } from "../charts/loss-figure.ts";
import { statisticsFigure } from "../charts/statistics-figure.ts";
import { timingsFigure } from "../charts/timings-figure.ts";
import { TrainingLog } from "../store/training-log.ts";
import classes from "./runs.module.css";

/** The run's charts: the loss of a training, activations and times of a notebook. */
export function RunCharts({ details }: { readonly details: RunDetails }) {
  const figures = useMemo(() => figuresOf(details), [details]);
  return (
    <>
      {details.metrics.length > 0 && <RecordedLoss details={details} />}
      {figures.length > 0 && (
        <section className={classes["part"]}>
          <h3>Charts</h3>
          <div className={classes["charts"]}>
            {figures.map((figure) => (
              <ChartFigure key={figure.title} figure={figure} />
            ))}
          </div>
        </section>
      )}
    </>
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

const RECORDED = 1;

function RecordedLoss({ details }: { readonly details: RunDetails }) {
  const log = useMemo(() => {
    const recorded = new TrainingLog(details.run.id);
    recorded.append(details.metrics);
    return recorded;
  }, [details]);
  const figure = useMemo(() => lossFigure(log), [log]);
  const refresh = useCallback((chart: Chart) => refreshLoss(chart, log), [log]);
  return (
    <section className={classes["part"]}>
      <ChartFigure figure={figure} live={{ revision: RECORDED, refresh }} summary={lossSummary(log)} />
    </section>
  );
}

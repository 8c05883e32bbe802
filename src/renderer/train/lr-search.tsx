import { Button } from "@mantine/core";
import { useMemo } from "react";
import type { LrSearch } from "../../shared/training.ts";
import { ChartFigure } from "../charts/chart-figure.tsx";
import { baseOptions, numberAxis, tooltip } from "../charts/chart-options.ts";
import { seriesColour } from "../charts/chart-theme.ts";
import type { Figure } from "../charts/figure.ts";
import { formatNumber } from "../format/number.ts";
import { useStore } from "../store/create-store.ts";
import { lrSearchStore } from "../store/training-actions.ts";
import type { TrainForm } from "./train-form.ts";
import own from "./train-view.module.css";

const SUGGESTED = 1;

function searchFigure({ points, suggested, reason }: LrSearch): Figure {
  const finite = points.filter(({ loss }) => Number.isFinite(loss));
  const at = finite.find(({ lr }) => lr === suggested);
  const marks = at === undefined ? [] : [at];
  const describe = (index: number, dataset: number) => {
    const point = dataset === SUGGESTED ? marks[index] : finite[index];
    return point === undefined
      ? null
      : { title: `lr ${formatNumber(point.lr)}`, lines: [`loss ${formatNumber(point.loss)}`] };
  };
  return {
    title: "Loss while the learning rate rises",
    summary: `${points.length} steps with a learning rate that rises to ${formatNumber(points.at(-1)?.lr ?? 0)}; ended because ${reason}. Suggested: ${suggested === null ? "none" : formatNumber(suggested)}.`,
    note: `one step a point; ended because ${reason}`,
    legend: [
      { label: "loss of the step", series: 0, mark: "line", datasets: [0] },
      { label: "falls fastest", series: 1, mark: "dot", datasets: [SUGGESTED] },
    ],
    describe,
    height: 14,
    table: () => ({ columns: ["lr", "loss"], rows: points.map(({ lr, loss }) => [lr, loss]) }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: [
          {
            data: finite.map(({ lr, loss }) => ({ x: lr, y: loss })),
            borderColor: seriesColour(theme, 0),
            borderWidth: 1.5,
            pointRadius: 0,
          },
          {
            data: marks.map(({ lr, loss }) => ({ x: lr, y: loss })),
            borderColor: seriesColour(theme, SUGGESTED),
            backgroundColor: seriesColour(theme, SUGGESTED),
            pointRadius: theme.rem * 0.375,
            showLine: false,
          },
        ],
      },
      options: {
        ...baseOptions(theme, options),
        parsing: false,
        scales: {
          x: numberAxis(theme, { title: "learning rate", log: true }),
          y: numberAxis(theme, { title: "loss" }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** The last search for a learning rate. */
export function LrSearchPart({ form }: { readonly form: TrainForm }) {
  const search = useStore(lrSearchStore);
  const figure = useMemo(() => (search === null ? null : searchFigure(search)), [search]);
  if (search === null || figure === null) return null;
  const { suggested } = search;
  return (
    <section className={own["chart"]} aria-label="Search for a learning rate">
      <ChartFigure figure={figure} />
      <div className={own["row"]}>
        {suggested === null ? (
          <span>The loss never fell: no rate is suggested.</span>
        ) : (
          <Button
            size="xs"
            onClick={() => form.numbers.fields.lr.set(String(Number(suggested.toPrecision(2))))}
          >
            Take {formatNumber(Number(suggested.toPrecision(2)))}
          </Button>
        )}
        <Button variant="subtle" color="gray" size="xs" onClick={() => lrSearchStore.set(null)}>
          Close
        </Button>
      </div>
    </section>
  );
}

import { useMemo } from "react";
import type { LadderRecord, ProductShape, RungResult } from "../../shared/experiments/ladder.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import type { Figure } from "../charts/kit/figure.ts";
import { rooflineFigure } from "./figures/roofline-figure.ts";
import { samplesFigure } from "./figures/samples-figure.ts";
import { scalingFigure } from "./figures/scaling-figure.ts";
import { sizesFigure } from "./figures/sizes-figure.ts";
import { LADDER_PARTS } from "./ladder-parts.tsx";
import { hasTimes, ladderAt } from "./ladder-results.ts";
import classes from "./ladder-view.module.css";

interface LadderChartsProps {
  readonly results: readonly RungResult[];
  readonly record: LadderRecord | null;
  readonly shape: ProductShape;
  /** Workers that the ladder may use. */
  readonly threads: number;
}

/** A part of the view, to jump to. */
export function LadderCharts(props: LadderChartsProps) {
  const { results, shape } = props;
  if (!ladderAt(results, shape).some(hasTimes)) return null;
  return (
    <section className={classes["part"]} aria-labelledby={LADDER_PARTS.charts}>
      <h2 id={LADDER_PARTS.charts} tabIndex={-1}>
        Charts
      </h2>
      <LadderFigures {...props} />
    </section>
  );
}

/** Every chart that this ladder has the numbers for, besides its bars. */
export function LadderFigures({ results, record, shape, threads }: LadderChartsProps) {
  const charts = useMemo(
    () => chartsOf({ results, record, shape, threads }),
    [results, record, shape, threads],
  );
  if (charts.length === 0) return null;
  return (
    <div className={classes["charts"]}>
      {charts.map(({ id, figure }) => (
        <div key={id} className={classes["chart"]} data-chart={id}>
          <ChartFigure figure={figure} />
        </div>
      ))}
    </div>
  );
}

interface LadderChart {
  readonly id: string;
  readonly figure: Figure;
}

function chartsOf({ results, record, shape, threads }: LadderChartsProps): readonly LadderChart[] {
  if (!ladderAt(results, shape).some(hasTimes)) return [];
  const limits = record?.limits ?? null;
  const [sizes, scaling, roofline] = [
    sizesFigure(results, limits),
    scalingFigure(results, shape),
    limits === null ? null : rooflineFigure(results, { limits, shape, threads }),
  ];
  return [
    { id: "samples", figure: samplesFigure(results, shape) },
    ...(sizes === null ? [] : [{ id: "sizes", figure: sizes }]),
    ...(scaling === null ? [] : [{ id: "scaling", figure: scaling }]),
    ...(roofline === null ? [] : [{ id: "roofline", figure: roofline }]),
  ];
}

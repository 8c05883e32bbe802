import { useMemo } from "react";
import type { ProductShape, RungResult } from "../../shared/experiments/ladder.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { ladderBarsFigure } from "./figures/ladder-bars-figure.ts";
import { hasTimes, ladderAt } from "./ladder-results.ts";
import classes from "./ladder-view.module.css";

interface LadderBarsProps {
  readonly results: readonly RungResult[];
  readonly shape: ProductShape;
}

/** The whole ladder at a glance. */
export function LadderBars({ results, shape }: LadderBarsProps) {
  const figure = useMemo(() => ladderBarsFigure(results, shape), [results, shape]);
  if (!ladderAt(results, shape).some(hasTimes)) return null;
  return (
    <div className={`${classes["chart"] ?? ""} ${classes["bars"] ?? ""}`} data-chart="bars">
      <ChartFigure figure={figure} toolsShown />
    </div>
  );
}

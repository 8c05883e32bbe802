import { useMemo } from "react";
import type { Regression } from "../../../shared/experiments/learned.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { formatNumber } from "../../../shared/format/number.ts";
import classes from "./learned.module.css";
import { predictedFigure, residualsFigure } from "./regression-figures.ts";

/** Predicted against true, and the residuals, of one number. */
export function RegressionPart({ regression }: { readonly regression: Regression }) {
  const { name, r2, mae, rmse } = regression;
  const predicted = useMemo(() => predictedFigure(regression), [regression]);
  const residuals = useMemo(() => residualsFigure(regression), [regression]);
  return (
    <section className={classes["part"]} aria-label={`Predictions of ${name}`}>
      <p>
        R² <strong>{formatNumber(r2, 4)}</strong>, mean absolute error {formatNumber(mae, 4)}, root mean
        square {formatNumber(rmse, 4)}
      </p>
      <div className={classes["parts"]}>
        <ChartFigure figure={predicted} />
        <ChartFigure figure={residuals} />
      </div>
    </section>
  );
}

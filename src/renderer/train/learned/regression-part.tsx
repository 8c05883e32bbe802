import type { Regression } from "../../../shared/experiments/learned.ts";
import { useChartTheme } from "../../charts/kit/use-chart-theme.ts";
import { formatNumber } from "../../format/number.ts";
import classes from "./learned.module.css";

/** Predicted against true, and the residuals, of one number. */
export function RegressionPart({ regression }: { readonly regression: Regression }) {
  const { name, r2, mae, rmse, points, residuals } = regression;
  const theme = useChartTheme();
  const finite = points.filter(
    ({ wanted, predicted }) => Number.isFinite(wanted) && Number.isFinite(predicted),
  );
  const all = finite.flatMap(({ wanted, predicted }) => [wanted, predicted]);
  const [lo, hi] = [Math.min(...all), Math.max(...all)];
  const size = hi > lo ? hi - lo : 1;
  const at = (value: number): number => (100 * (value - lo)) / size;
  const most = Math.max(1, ...residuals.counts);
  const width = 100 / residuals.counts.length;
  return (
    <section className={classes["part"]} aria-label={`Predictions of ${name}`}>
      <h3>{name}: predicted against true</h3>
      <p>
        R² <strong>{formatNumber(r2, 4)}</strong>, mean absolute error {formatNumber(mae, 4)}, root mean
        square {formatNumber(rmse, 4)}
      </p>
      <div className={classes["parts"]}>
        <figure>
          <svg
            className={classes["plot"]}
            viewBox="-2 -2 104 104"
            role="img"
            aria-label={`${points.length} rows: true ${name} to the right, predicted up, from ${formatNumber(lo)} to ${formatNumber(hi)}; R² ${formatNumber(r2, 4)}`}
          >
            <line
              x1="0"
              y1="100"
              x2="100"
              y2="0"
              stroke="currentColor"
              strokeWidth="0.4"
              strokeDasharray="2 2"
            />
            {finite.map(({ row, wanted, predicted }) => (
              <circle
                key={row}
                cx={at(wanted)}
                cy={100 - at(predicted)}
                r="0.9"
                fill={theme.series[0]}
                fillOpacity="0.6"
              />
            ))}
          </svg>
          <figcaption className={classes["quiet"]}>
            true to the right, predicted up, {formatNumber(lo, 4)} to {formatNumber(hi, 4)}; on the line both
            are equal
          </figcaption>
        </figure>
        <figure>
          <svg
            className={classes["plot"]}
            viewBox="-2 -2 104 104"
            role="img"
            aria-label={`Residuals from ${formatNumber(residuals.lo, 4)} to ${formatNumber(residuals.hi, 4)}`}
          >
            {residuals.counts.map((count, i) => (
              <rect
                key={i}
                x={i * width}
                y={100 - (100 * count) / most}
                width={width * 0.9}
                height={(100 * count) / most}
                fill={theme.series[1]}
              />
            ))}
            <line x1="50" y1="0" x2="50" y2="100" stroke="currentColor" strokeWidth="0.4" />
          </svg>
          <figcaption className={classes["quiet"]}>
            residuals, predicted less true, {formatNumber(residuals.lo, 4)} to {formatNumber(residuals.hi, 4)}
          </figcaption>
        </figure>
      </div>
    </section>
  );
}

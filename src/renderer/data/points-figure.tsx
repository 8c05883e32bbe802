import type { DatasetDetails } from "../../shared/experiments/dataset-details.ts";
import { useChartTheme } from "../charts/kit/use-chart-theme.ts";
import own from "./data.module.css";

/** Training rows of two features as points, a colour and a mark a class. */
export function PointsFigure({ details: { rows, dataset } }: { readonly details: DatasetDetails }) {
  const theme = useChartTheme();
  const values = rows.map((row) => [row.values[0] ?? 0, row.values[1] ?? 0] as const);
  const most = Math.max(1e-9, ...values.flat().map(Math.abs)) * 1.05;
  const { target } = dataset;
  const classes = target.kind === "classes" ? target.names : [];
  return (
    <figure className={own["card"]}>
      <svg
        className={own["points"]}
        viewBox={`${-most} ${-most} ${2 * most} ${2 * most}`}
        role="img"
        aria-label={`${rows.length} training rows by ${dataset.featureNames.join(" and ")}`}
      >
        {values.map(([x, y], index) => {
          const label = classes.indexOf(rows[index]?.target ?? "");
          const colour = theme.series[Math.max(0, label) % theme.series.length] ?? "currentColor";
          const size = most / 60;
          return label % 2 === 1 ? (
            <rect key={index} x={x - size} y={-y - size} width={2 * size} height={2 * size} fill={colour} />
          ) : (
            <circle key={index} cx={x} cy={-y} r={size} fill={colour} />
          );
        })}
      </svg>
      <figcaption className={own["quiet"]}>
        {rows.length} training rows: {dataset.featureNames[0]} to the right, {dataset.featureNames[1]} up
      </figcaption>
    </figure>
  );
}

import type { DrawnCurve } from "../../shared/runs/run-curves.ts";
import { baseOptions, numberAxis, tooltip } from "../charts/kit/chart-options.ts";
import { seriesColour } from "../charts/kit/chart-theme.ts";
import type { Figure } from "../charts/kit/figure.ts";
import { readWholeCurves } from "../store/whole-curves.ts";
import { formatNumber } from "../../shared/format/number.ts";

/** One metric of an imported run over its steps. */
export function importedCurveFigure({ runId, metric, steps, values }: DrawnCurve): Figure {
  const points = Array.from(steps, (step, i) => ({ x: step, y: values[i] ?? NaN }));
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const last = finite.at(-1);
  const describe = (index: number) => {
    const point = points[index];
    return point === undefined
      ? null
      : { title: `step ${formatNumber(point.x)}`, lines: [`${metric} ${formatNumber(point.y)}`] };
  };
  return {
    title: metric,
    summary:
      last === undefined
        ? `${metric} has no finite value.`
        : `${metric} over ${formatNumber(points.length)} drawn points, ${formatNumber(last.y)} at step ${formatNumber(last.x)}.`,
    legend: [],
    describe,
    height: 13,
    keyZoomAxes: ["x"],
    log: { axis: "y", initially: false },
    table: () => ({ columns: ["step", metric], rows: points.map(({ x, y }) => [x, y]) }),
    wholeTable: async () => {
      const [whole] = await readWholeCurves(runId, [metric]);
      return {
        columns: ["step", metric],
        rows: Array.from(whole?.steps ?? [], (step, i) => [step, whole?.values[i] ?? NaN]),
      };
    },
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: [
          {
            data: points,
            borderColor: seriesColour(theme, 0),
            backgroundColor: seriesColour(theme, 0),
            borderWidth: 1.5,
            pointRadius: points.length === 1 ? 3 : 0,
            pointHitRadius: 6,
            spanGaps: false,
          },
        ],
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        scales: {
          x: numberAxis(theme, { title: "step", grid: false }),
          y: numberAxis(theme, { title: metric.length > 30 ? "value" : metric, log: options.log }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { openRun } from "../../store/open-run.ts";
import { dimensionsOf, type Dimension } from "./chosen-values.ts";
import type { RunLook } from "./run-look.ts";
import own from "./compare.module.css";

const SHAPES = ["circle", "triangle", "rect", "rectRot", "cross", "star"] as const;

interface ScatterPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** Any number of the runs against any other. */
export function ScatterPart({ comparison, looks }: ScatterPartProps) {
  const numbers = useMemo(() => dimensionsOf(comparison).filter(({ numeric }) => numeric), [comparison]);
  const [chosen, setChosen] = useState<{ x: string | null; y: string | null }>({ x: null, y: null });
  const x = numbers.find(({ key }) => key === chosen.x) ?? numbers[0];
  const y =
    numbers.find(({ key }) => key === chosen.y) ?? numbers.find(({ setting }) => !setting) ?? numbers[1];
  const figure = useMemo(
    () => (x === undefined || y === undefined ? null : pairFigure(x, y, looks)),
    [x, y, looks],
  );
  if (figure === null || x === undefined || y === undefined || numbers.length < 2) return null;
  const data = numbers.map(({ key, label }) => ({ value: key, label }));
  return (
    <section className={own["part"]}>
      <h3>One against another</h3>
      <div className={own["tools"]}>
        <NativeSelect
          size="xs"
          label="across"
          data={data}
          value={x.key}
          onChange={(event) => setChosen({ ...chosen, x: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label="upwards"
          data={data}
          value={y.key}
          onChange={(event) => setChosen({ ...chosen, y: event.currentTarget.value })}
        />
      </div>
      <div className={own["scatter"]}>
        <ChartFigure figure={figure} />
      </div>
    </section>
  );
}

function pairFigure(x: Dimension, y: Dimension, looks: readonly RunLook[]): Figure {
  const points = looks.map((look, i) => ({
    look,
    x: Number(x.values[i] ?? NaN),
    y: Number(y.values[i] ?? NaN),
  }));
  const describe = (_index: number, dataset: number) => {
    const point = points[dataset];
    if (point === undefined) return null;
    return {
      title: point.look.label,
      lines: [`${x.label} ${formatNumber(point.x)}`, `${y.label} ${formatNumber(point.y)}`],
    };
  };
  return {
    title: `${y.label} against ${x.label}`,
    summary: points
      .map(
        (point) =>
          `${point.look.label}: ${x.label} ${formatNumber(point.x)}, ${y.label} ${formatNumber(point.y)}`,
      )
      .join("; "),
    legend: [],
    describe,
    open: (dataset) => {
      const point = points[dataset];
      if (point !== undefined) openRun(point.look.run.id);
    },
    height: 18,
    log: { axis: "y", initially: false },
    table: () => ({
      columns: ["run", x.label, y.label],
      rows: points.map((point) => [point.look.run.id, point.x, point.y]),
    }),
    build: (theme, options) => ({
      type: "scatter",
      data: {
        datasets: points.map((point) => ({
          data: [{ x: point.x, y: point.y }],
          backgroundColor: seriesColour(theme, point.look.colour),
          borderColor: seriesColour(theme, point.look.colour),
          pointStyle: SHAPES[point.look.dash % SHAPES.length] ?? "circle",
          pointRadius: theme.rem * 0.35,
        })),
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        scales: {
          x: numberAxis(theme, { title: x.label }),
          y: numberAxis(theme, { title: y.label, log: options.log }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

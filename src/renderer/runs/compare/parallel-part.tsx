import { MultiSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import type { RunComparison } from "../../../shared/run-comparison.ts";
import { seriesColour, seriesDash } from "../../charts/chart-theme.ts";
import { useChartTheme } from "../../charts/use-chart-theme.ts";
import { shownValue } from "../column-names.ts";
import { openRun } from "../open-run.ts";
import { dimensionsOf, placeOn, type Dimension } from "./chosen-values.ts";
import type { RunLook } from "./run-look.ts";
import own from "./compare.module.css";

const WIDTH = 1000;
const HEIGHT = 300;
const TOP = 40;
const BOTTOM = 24;
const SIDE = 90;
/** More than this and their names would overlap. */
const MOST_AXES = 8;

interface ParallelPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** Parallel coordinates: one axis for each setting and result, one line a run. */
export function ParallelPart({ comparison, looks }: ParallelPartProps) {
  const dimensions = useMemo(() => dimensionsOf(comparison), [comparison]);
  const [chosen, setChosen] = useState(() => firstAxes(dimensions));
  const axes = dimensions.filter(({ key }) => chosen.includes(key));
  if (dimensions.length < 2) return null;
  return (
    <section className={own["part"]}>
      <h3>Settings and results in parallel</h3>
      <p className={own["note"]}>
        One line a run; a click opens it. Up to {MOST_AXES} axes; the tables above say the same in numbers.
      </p>
      <div className={own["tools"]}>
        <MultiSelect
          className={own["wide"] ?? ""}
          size="xs"
          aria-label="Axes"
          data={dimensions.map(({ key }) => key)}
          value={axes.map(({ key }) => key)}
          maxValues={MOST_AXES}
          searchable
          onChange={setChosen}
        />
      </div>
      {axes.length >= 2 && <Drawing axes={axes} looks={looks} />}
    </section>
  );
}

function firstAxes(dimensions: readonly Dimension[]): string[] {
  const settings = dimensions.filter(({ setting }) => setting).slice(0, 4);
  const wanted = /accuracy|loss|steps per|stepsPer|seconds/i;
  const results = dimensions.filter(({ setting, key }) => !setting && wanted.test(key));
  return [...settings, ...results].slice(0, 6).map(({ key }) => key);
}

function Drawing({
  axes,
  looks,
}: {
  readonly axes: readonly Dimension[];
  readonly looks: readonly RunLook[];
}) {
  const theme = useChartTheme();
  const [pointed, setPointed] = useState<string | null>(null);
  const x = (axis: number) => SIDE + (axis * (WIDTH - 2 * SIDE)) / (axes.length - 1);
  const y = (place: number) => HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM);
  const summary = `Parallel coordinates of ${looks.length} runs over ${axes.map(({ key }) => key).join(", ")}.`;
  return (
    <>
      <svg className={own["parallel"]} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary}>
        {axes.map((axis, i) => (
          <Axis key={axis.key} axis={axis} x={x(i)} top={y(1)} bottom={y(0)} />
        ))}
        {looks.map((look, run) => {
          const points = axes.flatMap((axis, i) => {
            const place = placeOn(axis, run);
            return place === null ? [] : [`${x(i)},${y(place)}`];
          });
          return (
            <polyline
              key={look.run.id}
              className={own["parallelLine"]}
              points={points.join(" ")}
              stroke={seriesColour(theme, look.colour)}
              strokeDasharray={seriesDash(look.dash).join(" ")}
              strokeWidth={pointed === look.run.id ? 4 : 2}
              opacity={pointed === null || pointed === look.run.id ? 1 : 0.25}
              onPointerEnter={() => setPointed(look.run.id)}
              onPointerLeave={() => setPointed(null)}
              onClick={() => openRun(look.run.id)}
            >
              <title>{look.label}</title>
            </polyline>
          );
        })}
      </svg>
      <p className={own["note"]} role="status">
        {pointed === null
          ? " "
          : said(
              axes,
              looks,
              looks.findIndex(({ run }) => run.id === pointed),
            )}
      </p>
    </>
  );
}

function Axis({
  axis,
  x,
  top,
  bottom,
}: {
  readonly axis: Dimension;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}) {
  const ends = endsOf(axis);
  return (
    <g className={own["axis"]}>
      <line x1={x} x2={x} y1={top} y2={bottom} />
      <text x={x} y={top - 22} className={own["axisName"]}>
        {axis.key.length > 24 ? `${axis.key.slice(0, 23)}…` : axis.key}
      </text>
      <text x={x} y={top - 7}>
        {ends.high}
      </text>
      <text x={x} y={bottom + 16}>
        {ends.low}
      </text>
    </g>
  );
}

function endsOf({ key, values, numeric }: Dimension): { low: string; high: string } {
  const shown = (value: string | number) => shownValue(`config.${key}`, value).text;
  if (!numeric) {
    const texts = [...new Set(values.filter((one) => one !== null).map(String))].sort();
    return { low: texts[0] ?? "", high: texts.at(-1) ?? "" };
  }
  const numbers = values.filter((one): one is number => typeof one === "number" && Number.isFinite(one));
  return { low: shown(Math.min(...numbers)), high: shown(Math.max(...numbers)) };
}

function said(axes: readonly Dimension[], looks: readonly RunLook[], run: number): string {
  const values = axes.map(
    ({ key, values: all }) => `${key} ${shownValue(`config.${key}`, all[run] ?? null).text || "–"}`,
  );
  return `${looks[run]?.label ?? ""}: ${values.join(", ")}`;
}

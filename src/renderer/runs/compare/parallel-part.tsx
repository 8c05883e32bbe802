import { MultiSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { dimensionsOf, type Dimension } from "./chosen-values.ts";
import { parallelFigure } from "./parallel-figure.ts";
import type { RunLook } from "./run-look.ts";
import own from "./compare.module.css";

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
  const axes = useMemo(() => dimensions.filter(({ key }) => chosen.includes(key)), [dimensions, chosen]);
  const figure = useMemo(() => parallelFigure(axes, looks), [axes, looks]);
  if (dimensions.length < 2) return null;
  return (
    <section className={own["part"]}>
      <h3>Parallel coordinates</h3>
      <p className={own["note"]}>Two to {MOST_AXES} axes, of everything that differs between these runs.</p>
      <div className={own["tools"]}>
        <MultiSelect
          className={own["wide"] ?? ""}
          size="xs"
          aria-label="Axes"
          data={dimensions.map(({ key, label }) => ({ value: key, label }))}
          value={axes.map(({ key }) => key)}
          maxValues={MOST_AXES}
          searchable
          onChange={setChosen}
        />
      </div>
      {axes.length >= 2 && <ChartFigure figure={figure} />}
    </section>
  );
}

function firstAxes(dimensions: readonly Dimension[]): string[] {
  const settings = dimensions.filter(({ setting }) => setting).slice(0, 4);
  const wanted = /accuracy|loss|steps per|stepsPer|seconds/i;
  const results = dimensions.filter(({ setting, key }) => !setting && wanted.test(key));
  return [...settings, ...results].slice(0, 6).map(({ key }) => key);
}

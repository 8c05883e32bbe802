import { MultiSelect, NativeSelect, Switch } from "@mantine/core";
import { useMemo, useState } from "react";
import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import { EPOCH_METRICS, STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { SMOOTHINGS } from "../../charts/figures/smoothing.ts";
import { metricLabel } from "../../format/named-quantity.ts";
import { ErrorNotice } from "../../ui/notices.tsx";
import { curvesFigure, type CurveAxis } from "./curves-figure.ts";
import { bandsFigure } from "./bands-figure.ts";
import { seedGroups } from "./seed-groups.ts";
import { useBands } from "./use-bands.ts";
import type { RunLook } from "./run-look.ts";
import { useCurves } from "./use-curves.ts";
import { ValueTable } from "./value-table.tsx";
import own from "./compare.module.css";

/** Shown at first, where the runs have them. */
const FIRST = [
  STATISTIC_NAMES.loss,
  EPOCH_METRICS.valid,
  EPOCH_METRICS.validAccuracy,
  STATISTIC_NAMES.gradientNorm,
];
/** Two points a column: more than the widest chart has pixels. */
const COLUMNS = 600;

interface CurvesPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** The runs' metrics over each other, on the same axes. */
export function CurvesPart({ comparison, looks }: CurvesPartProps) {
  const names = comparison.metrics.map(({ name }) => name);
  const [metrics, setMetrics] = useState(() => {
    const known = FIRST.filter((name) => names.includes(name));
    return known.length > 0 ? known : names.slice(0, 4);
  });
  const [axis, setAxis] = useState<CurveAxis>("step");
  const [averaged, setAveraged] = useState(false);
  const [smoothing, setSmoothing] = useState<number | null>(null);
  const answer = useCurves({
    runIds: looks.map(({ run }) => run.id),
    metrics,
    columns: COLUMNS,
    smoothings: smoothing === null ? [] : [smoothing],
  });
  const figures = useMemo(() => {
    if (answer.kind !== "known") return [];
    return metrics.map((metric) =>
      curvesFigure({
        metric,
        looks,
        axis,
        smooth: smoothing !== null,
        curves: answer.value.filter((curve) => curve.metric === metric),
      }),
    );
  }, [answer, metrics, looks, axis, smoothing]);
  const groups = useMemo(() => seedGroups(comparison, looks), [comparison, looks]);
  const bands = useBands({
    groups: averaged ? groups.map((group) => group.looks.map(({ run }) => run.id)) : [],
    metrics,
    columns: COLUMNS,
  });
  const averages = useMemo(() => {
    if (bands.kind !== "known") return [];
    return metrics.map((metric) =>
      bandsFigure(
        metric,
        groups,
        bands.value.filter((band) => band.metric === metric),
      ),
    );
  }, [bands, metrics, groups]);
  if (names.length === 0) return null;
  return (
    <section className={own["part"]}>
      <h3>Metrics</h3>
      <p className={own["note"]}>
        A click on a line opens its run; Shift and a click keep a value written down. Every extreme is drawn,
        however many points there are.
      </p>
      <div className={own["tools"]}>
        <MultiSelect
          className={own["wide"] ?? ""}
          size="xs"
          aria-label="Metrics to draw"
          data={names.map((name) => ({ value: name, label: metricLabel(name) }))}
          value={metrics}
          searchable
          onChange={setMetrics}
        />
        <NativeSelect
          size="xs"
          aria-label="What the axis counts"
          value={axis}
          data={[
            { value: "step", label: "by step" },
            { value: "time", label: "by time" },
          ]}
          onChange={(event) => setAxis(event.currentTarget.value === "time" ? "time" : "step")}
        />
        <NativeSelect
          size="xs"
          aria-label="Smoothing"
          value={String(smoothing ?? "none")}
          data={[
            { value: "none", label: "no smoothing" },
            ...SMOOTHINGS.map((weight) => ({ value: String(weight), label: `smoothed with ${weight}` })),
          ]}
          onChange={(event) => setSmoothing(Number(event.currentTarget.value) || null)}
        />
      </div>
      {groups.length > 0 && (
        <Switch
          size="xs"
          label="Mean and standard deviation of runs that differ in the seed only"
          checked={averaged}
          onChange={(event) => setAveraged(event.currentTarget.checked)}
        />
      )}
      {bands.kind === "failed" && <ErrorNotice title="The runs could not be averaged" error={bands.error} />}
      {answer.kind === "failed" && <ErrorNotice title="The metrics could not be read" error={answer.error} />}
      <div className={own["charts"]} data-drawn={answer.kind === "known"}>
        {[...averages, ...figures].map((figure) => (
          <ChartFigure key={figure.title} figure={figure} />
        ))}
      </div>
      {answer.kind === "known" && <ValueTable curves={answer.value} looks={looks} metrics={metrics} />}
    </section>
  );
}

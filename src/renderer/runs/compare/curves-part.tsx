import { MultiSelect, NativeSelect, Switch } from "@mantine/core";
import { useMemo, useState } from "react";
import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import type { BandsRequest, CurvesRequest } from "../../../shared/runs/run-curves.ts";
import { LR_SEARCH, seedMetrics } from "../../../shared/experiments/lr-search.ts";
import { EPOCH_METRICS, STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import { useCurves } from "../../charts/curves/use-curves.ts";
import { SMOOTHINGS } from "../../charts/figures/smoothing.ts";
import { metricLabel } from "../../../shared/format/named-quantity.ts";
import { ErrorNotice } from "../../ui/notices.tsx";
import type { CurveAxis } from "./curve-axis.ts";
import { BandsChart } from "./bands-chart.tsx";
import { CurvesChart } from "./curves-chart.tsx";
import { seedGroups } from "./seed-groups.ts";
import { useBands } from "./use-bands.ts";
import type { RunLook } from "./run-look.ts";
import { ValueTable } from "./value-table.tsx";
import own from "./compare.module.css";

/** Shown at first, where the runs have them. */
const FIRST = [
  STATISTIC_NAMES.loss,
  EPOCH_METRICS.valid,
  EPOCH_METRICS.validAccuracy,
  STATISTIC_NAMES.gradientNorm,
];
/** Of searches for a learning rate. */
const FIRST_OF_SEARCHES = Array.from({ length: LR_SEARCH.seeds }, (_, index) => seedMetrics(index).smoothed);
const BY_LR = { value: "lr", label: "by learning rate" } as const;
const AXES = [
  { value: "step", label: "by step" },
  { value: "time", label: "by time" },
] as const satisfies readonly { value: CurveAxis; label: string }[];
/** Two points a column: more than the widest chart has pixels. */
const COLUMNS = 600;

interface CurvesPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** The runs' metrics over each other, on the same axes. */
export function CurvesPart({ comparison, looks }: CurvesPartProps) {
  const areSearches = looks.every(({ run }) => run.kind === "lrsearch");
  const axes = areSearches ? [BY_LR, ...AXES] : AXES;
  const [chosenAxis, setAxis] = useState<CurveAxis | null>(null);
  const axis = axes.find(({ value }) => value === chosenAxis)?.value ?? axes[0].value;
  // What is the axis is no curve.
  const names = comparison.metrics
    .map(({ name }) => name)
    .filter((name) => axis !== "lr" || name !== STATISTIC_NAMES.lr);
  const [chosen, setMetrics] = useState(() => {
    const known = (areSearches ? FIRST_OF_SEARCHES : FIRST).filter((name) => names.includes(name));
    return known.length > 0 ? known : names.slice(0, 4);
  });
  const metrics = chosen.filter((name) => names.includes(name));
  const [averaged, setAveraged] = useState(false);
  const [smoothing, setSmoothing] = useState<number | null>(null);
  const request = (wanted: readonly string[]): CurvesRequest => ({
    runIds: looks.map(({ run }) => run.id),
    metrics: axis === "lr" && wanted.length > 0 ? [...wanted, STATISTIC_NAMES.lr] : [...wanted],
    columns: COLUMNS,
    steps: null,
    smoothings: smoothing === null ? [] : [smoothing],
    at: [],
  });
  const answer = useCurves(request(metrics));
  // A search has several seeds of its own already.
  const groups = useMemo(
    () => (areSearches ? [] : seedGroups(comparison, looks)),
    [areSearches, comparison, looks],
  );
  const bandsRequest = (wanted: readonly string[]): BandsRequest => ({
    groups: averaged ? groups.map((group) => group.looks.map(({ run }) => run.id)) : [],
    metrics: [...wanted],
    columns: COLUMNS,
    steps: null,
  });
  const bands = useBands(bandsRequest(metrics));
  if (names.length === 0) return null;
  return (
    <section className={own["part"]}>
      <h3>Metrics</h3>
      <p className={own["note"]}>
        A click on a line opens its run; Shift and a click keep a value written down. Every extreme is drawn,
        however many points there are, and a part that is zoomed into more finely; CSV and what is copied have
        every point.
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
          data={axes}
          onChange={(event) =>
            setAxis(axes.find(({ value }) => value === event.currentTarget.value)?.value ?? null)
          }
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
        {bands.kind === "known" &&
          metrics.map((metric) => (
            <BandsChart
              key={metric}
              metric={metric}
              groups={groups}
              request={bandsRequest([metric])}
              drawn={bands.value}
            />
          ))}
        {answer.kind === "known" &&
          metrics.map((metric) => (
            // Another axis has another zoom and other pins.
            <CurvesChart
              key={`${metric} ${axis}`}
              metric={metric}
              looks={looks}
              axis={axis}
              request={request([metric])}
              drawn={answer.value}
            />
          ))}
      </div>
      {answer.kind === "known" && <ValueTable looks={looks} metrics={metrics} />}
    </section>
  );
}

import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import { counted } from "../../core/counted.ts";
import type { MetricName } from "../../core/network/metrics.ts";
import {
  ACTIVATION_BINS,
  EPOCH_METRICS,
  epochMetric,
  HEALTHY_UPDATE_RATIO,
  STATISTIC_NAMES,
  STEP_SPEED,
} from "../../shared/experiments/training.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import type { Live } from "../charts/kit/use-chart.ts";
import { HeatMap, type HeatMapData } from "../charts/kit/heat-map.tsx";
import { DrawnLines, type TrainingAxes, type TrainingLine } from "./figures/drawn-lines.ts";
import { lossFigure, lossLines, lossSummary } from "./figures/loss-figure.ts";
import { metricFigure, metricSummary, type MetricChart } from "./figures/metric-figure.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { Choice } from "../network/choice.tsx";
import { MinMaxBuffer } from "../charts/kit/min-max-buffer.ts";
import type { TrainingAxis, TrainingLog } from "./training-log.ts";
import { useFinerTraining } from "./use-finer-training.ts";
import { useLog } from "./use-log.ts";
import { SMOOTHINGS } from "../charts/figures/smoothing.ts";
import own from "./train-view.module.css";

const AXES = [
  { value: "step", label: "by step" },
  { value: "epoch", label: "by epoch" },
  { value: "time", label: "by time" },
] as const satisfies readonly { value: TrainingAxis; label: string }[];
const SMOOTHING_CHOICES = [
  { value: "none", label: "no smoothing" },
  ...SMOOTHINGS.map((weight) => ({ value: String(weight), label: `smoothed with ${weight}` })),
];

interface LogProps {
  readonly log: TrainingLog;
}

/** All charts of one training; live while it runs. */
export function TrainCharts({ log, stepsPerEpoch }: LogProps & { readonly stepsPerEpoch: number | null }) {
  const [axis, setAxis] = useState<TrainingAxis>("step");
  const [smoothing, setSmoothing] = useState("none");
  const axes = useMemo(
    (): TrainingAxes => ({
      axis,
      stepsPerEpoch,
      smoothing: SMOOTHINGS.find((weight) => String(weight) === smoothing) ?? null,
    }),
    [axis, stepsPerEpoch, smoothing],
  );
  // Charts come up as their first values do.
  const names = useLog(log, ({ metrics }) => [...metrics.keys()].join("\n"));
  const withAccuracy = useLog(log, hasAccuracy);
  const withHistograms = useLog(log, ({ histograms }) => histograms.length > 1);
  const charts = useMemo(() => chartsOf(log, names, withAccuracy), [log, names, withAccuracy]);
  return (
    <>
      <div className={own["row"]}>
        <Choice label="Charts" value={axis} options={AXES} onChoose={setAxis} />
        <NativeSelect
          aria-label="Smoothing of the loss"
          value={smoothing}
          data={SMOOTHING_CHOICES}
          onChange={(event) => setSmoothing(event.currentTarget.value)}
        />
      </div>
      <div className={own["chart"]}>
        {/* Another axis has another zoom and other pins. */}
        <LossChart key={axis} log={log} axes={axes} />
      </div>
      <div className={own["charts"]}>
        {charts.map((chart) => (
          <div key={`${chart.title} ${axis}`} className={own["chart"]}>
            <MetricFigure log={log} chart={chart} axes={axes} />
          </div>
        ))}
        {withHistograms && <ActivationHeatMap log={log} />}
      </div>
      <Alarms log={log} />
    </>
  );
}

function LossChart({ log, axes }: LogProps & { readonly axes: TrainingAxes }) {
  const lines = useMemo(() => lossLines(log, axes.smoothing), [log, axes]);
  const { finer, onStretch } = useFinerTraining(log, axes, lines);
  const { figure, live } = useMemo(() => {
    const drawn = new DrawnLines(log, axes, { lines, finer: finer.parts });
    return { figure: lossFigure(drawn), live: liveOf(drawn, () => lossSummary(log)) };
  }, [log, axes, lines, finer.parts]);
  return <ChartFigure figure={figure} toolsShown live={live} onStretch={onStretch} zoomNote={finer.note} />;
}

function MetricFigure({
  log,
  chart,
  axes,
}: LogProps & { readonly chart: MetricChart; readonly axes: TrainingAxes }) {
  const { lines } = chart;
  const { finer, onStretch } = useFinerTraining(log, axes, lines);
  const { figure, live } = useMemo(() => {
    const drawn = new DrawnLines(log, axes, { lines, finer: finer.parts });
    return { figure: metricFigure(drawn, chart), live: liveOf(drawn, () => metricSummary(log, chart)) };
  }, [log, axes, chart, lines, finer.parts]);
  return <ChartFigure figure={figure} live={live} onStretch={onStretch} zoomNote={finer.note} />;
}

const liveOf = ({ log, refresh }: DrawnLines, summary: () => string): Live => ({
  subscribe: log.subscribe,
  refresh,
  summary,
});

const NOTHING = new MinMaxBuffer();

const ofLayer = (number: string): string => `activation ${number}`;

/** Which charts a training has, by the metrics that have come. */
function chartsOf(log: TrainingLog, names: string, withAccuracy: boolean): MetricChart[] {
  const all = names.split("\n").filter((name) => name !== "");
  const line = (metric: string, label: string): TrainingLine => ({
    label,
    metric,
    points: () => log.metrics.get(metric) ?? NOTHING,
  });
  const matching = (pattern: RegExp, label = (found: string) => found) =>
    all.flatMap((name) => {
      const found = pattern.exec(name);
      return found === null ? [] : [line(name, label(found[1] ?? name))];
    });
  const charts: MetricChart[] = [
    {
      title: "Accuracy",
      note: "share of rows whose class was found, after each epoch",
      unit: "share of rows",
      lines: [
        { label: "training", metric: EPOCH_METRICS.trainAccuracy, points: () => log.trainAccuracy },
        { label: "validation", metric: EPOCH_METRICS.validAccuracy, points: () => log.validAccuracy },
      ],
    },
    {
      title: "Top-5 accuracy",
      note: "share of rows whose class is among the five best, after each epoch",
      unit: "share of rows",
      lines: epochLines(log, "topK"),
    },
    {
      title: "R²",
      note: "share of the targets' variance that is explained, after each epoch; 1 is best, 0 is their mean",
      unit: "R²",
      lines: epochLines(log, "r2"),
    },
    {
      title: "Mean absolute error",
      note: "of the targets as the network sees them, after each epoch",
      unit: "mean |error|",
      lines: epochLines(log, "mae"),
    },
    {
      title: "Update : weight ratio",
      note: "‖Δw‖ / ‖w‖ of each weight matrix; about 10⁻³ is healthy (shaded: 10⁻⁴ to 10⁻²)",
      unit: "ratio",
      lines: matching(/^update ratio (.*)$/),
      log: true,
      band: HEALTHY_UPDATE_RATIO,
    },
    {
      title: "Activations: standard deviation",
      note: "of each activation layer on the step's batch",
      unit: "std",
      lines: matching(/^activation (\d+) std$/, ofLayer),
    },
    {
      title: "Activations: mean",
      unit: "mean",
      lines: matching(/^activation (\d+) mean$/, ofLayer),
    },
    {
      title: "Dead units",
      note: "share of a layer's units that no row of the batch made active",
      unit: "share of units",
      lines: matching(/^activation (\d+) dead$/, ofLayer),
      fromZero: true,
    },
    {
      title: "Gradient norm",
      note: "of all gradients together, before clipping",
      unit: "norm",
      lines: all.includes(STATISTIC_NAMES.gradientNorm) ? [line(STATISTIC_NAMES.gradientNorm, "all")] : [],
      log: true,
    },
    {
      title: "Learning rate",
      unit: "lr",
      fromZero: true,
      lines: all.includes(STATISTIC_NAMES.lr) ? [line(STATISTIC_NAMES.lr, "lr")] : [],
    },
    {
      title: "Speed",
      note: "of the steps alone: what evaluations take is left out; each point is a mean over the steps since the one before",
      unit: "steps/s",
      fromZero: true,
      lines: [{ label: "steps/s", metric: STEP_SPEED, points: () => log.speed }],
    },
  ];
  return charts.filter(({ lines, title }) => lines.length > 0 && (title !== "Accuracy" || withAccuracy));
}

/** A metric of both sets, of those that were recorded. */
const epochLines = (log: TrainingLog, name: MetricName): TrainingLine[] =>
  (
    [
      ["train", "training"],
      ["valid", "validation"],
    ] as const
  ).flatMap(([set, label]) => {
    const metric = epochMetric(set, name);
    const points = log.metrics.get(metric);
    return points === undefined ? [] : [{ label, metric, points: () => points }];
  });

const hasAccuracy = (log: TrainingLog): boolean => log.validAccuracy.length + log.trainAccuracy.length > 0;

/** How one layer's activations spread over the steps. */
function ActivationHeatMap({ log }: LogProps) {
  const [layer, setLayer] = useState(0);
  const layers = log.histograms.at(-1)?.layers.length ?? 0;
  // The log is changed in place; what it holds now is taken out of it.
  const lastStep = useLog(log, ({ histograms }) => histograms.at(-1)?.step ?? 0);
  const columns = useMemo(() => log.histograms.filter(({ step }) => step <= lastStep), [log, lastStep]);
  const data = useMemo(() => heatMapOf(columns, Math.min(layer, layers - 1)), [columns, layer, layers]);
  return (
    <div className={own["chart"]}>
      <NativeSelect
        size="xs"
        mb="xs"
        aria-label="Layer of the heat map"
        value={String(layer)}
        data={Array.from({ length: layers }, (_, index) => ({
          value: String(index),
          label: `activation ${index + 1}`,
        }))}
        onChange={(event) => setLayer(Number(event.currentTarget.value))}
      />
      <HeatMap data={data} log />
    </div>
  );
}

function heatMapOf(histograms: TrainingLog["histograms"], layer: number): HeatMapData {
  const { lo, hi, bins } = ACTIVATION_BINS;
  const width = (hi - lo) / bins;
  const values: number[] = [];
  // The largest values at the top.
  for (let row = bins - 1; row >= 0; row--) {
    for (const { layers } of histograms) values.push(layers[layer]?.[row] ?? 0);
  }
  const first = histograms[0]?.step ?? 0;
  const last = histograms.at(-1)?.step ?? 0;
  return {
    title: `Activation ${layer + 1} over the steps`,
    summary: `How the values of activation ${layer + 1} spread from step ${formatNumber(first)} to ${formatNumber(last)}.`,
    note: `${bins} bins of ${width} from ${String(lo).replace("-", "−")} to ${hi}, values outside are not drawn; ${columnsText(histograms.map(({ step }) => step))}`,
    rows: bins,
    columns: histograms.length,
    values,
    rowLabel: (row) =>
      `${formatNumber(lo + (bins - 1 - row) * width)} to ${formatNumber(lo + (bins - row) * width)}`,
    columnLabel: (column) => `step ${formatNumber(histograms[column]?.step ?? 0)}`,
    rowAxis: "value",
    upwards: true,
    columnAxis: "step",
  };
}

/** How finely steps are kept: between them there is nothing that zooming in could show. */
function columnsText(steps: readonly number[]): string {
  // The newest is there whatever its turn.
  const gaps = steps.slice(1, -1).map((step, i) => step - (steps[i] ?? 0));
  const [least, most] = [Math.min(...gaps), Math.max(...gaps)];
  const apart =
    gaps.length === 0
      ? ""
      : least === most
        ? `, ${counted(least, "step")} apart`
        : `, ${formatNumber(least)} to ${formatNumber(most)} steps apart`;
  return `a column is one measured step: ${formatNumber(steps.length)} are kept${apart}, and no finer ones`;
}

const DEAD_ALARM = 0.5;
/** Below this share of its highest rate a schedule is ending. */
const ENDING_SHARE = 0.1;

/** What looks wrong now, in words. */
function Alarms({ log }: LogProps) {
  const found = useLog(log, (now) => alarmsOf(now).join("\n"));
  if (found === "") return null;
  return (
    <div className={own["alarms"]} role="status" aria-label="What looks wrong">
      <strong>Worth a look, at the last measured step</strong>
      <ul>
        {found.split("\n").map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

function alarmsOf(log: TrainingLog): string[] {
  const rates = log.metrics.get(STATISTIC_NAMES.lr)?.points(200) ?? [];
  const highest = rates.reduce((most, { y }) => Math.max(most, y), 0);
  // At the end of a schedule small steps are what was asked for.
  const ending = (rates.at(-1)?.y ?? highest) < ENDING_SHARE * highest;
  return [...log.metrics].flatMap(([name, buffer]) => {
    const value = buffer.last?.y;
    if (value === undefined) return [];
    if (name.startsWith("update ratio") && value > HEALTHY_UPDATE_RATIO.hi) {
      return [`${name} is ${formatNumber(value)}, above 10⁻²: the learning rate may be too high`];
    }
    if (name.startsWith("update ratio") && !ending && value > 0 && value < HEALTHY_UPDATE_RATIO.lo) {
      return [`${name} is ${formatNumber(value)}, below 10⁻⁴: this layer hardly learns`];
    }
    if (name.endsWith("dead") && value > DEAD_ALARM) {
      return [
        `${name}: ${formatNumber(100 * value)} % of the units were active for no row of the last batch`,
      ];
    }
    return [];
  });
}

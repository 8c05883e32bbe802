import type { Timing } from "../../../shared/runs/run-records.ts";
import { formatDuration } from "../../../shared/format/duration.ts";
import { formatSpread } from "../../../shared/format/spread.ts";
import { baseOptions, categoryAxis, numberAxis, tooltip } from "../kit/chart-options.ts";
import { seriesColour } from "../kit/chart-theme.ts";
import type { Figure, PointText } from "../kit/figure.ts";
import { spreadPlugin, type BarMarks } from "../plugins/spread-plugin.ts";
import { timingGroups, type TimingGroup } from "./timing-groups.ts";

const PASSES = ["forward", "backward", "call"] as const;
/** From this ratio of the longest to the shortest on, a linear axis shows only the longest. */
const LOG_FROM = 100;

/** Median time of each stage as a bar, one a pass, with every sample as a dot. */
export function timingsFigure(title: string, timings: readonly Timing[]): Figure {
  const groups = timingGroups(timings).filter(({ samples }) => samples.length > 0);
  const stages = [...new Set(groups.map(({ stage }) => stage))];
  const passes = PASSES.filter((pass) => groups.some((group) => group.pass === pass));
  const find = (pass: string | undefined, stage: string | undefined) =>
    groups.find((group) => group.pass === pass && group.stage === stage);
  const medians = groups.map(({ medianMs }) => medianMs).filter((ms) => ms > 0);
  const describe = (index: number, dataset: number) => describeGroup(find(passes[dataset], stages[index]));
  return {
    title,
    summary: `${title}. ${groups.map((group) => `${group.stage} ${group.pass} ${spreadOf(group)}`).join("; ")}.`,
    note: "bar: median, dot: one sample; warm-up calls are in the table only",
    legend:
      passes.length < 2
        ? []
        : passes.map((pass, index) => ({
            label: pass,
            series: PASSES.indexOf(pass),
            mark: "bar",
            datasets: [index],
          })),
    describe,
    height: 3.5 + stages.length * (passes.length > 1 ? 2.6 : 1.7),
    log: { axis: "x", initially: Math.max(...medians) / Math.min(...medians) > LOG_FROM },
    table: () => ({
      columns: ["stage", "pass", "sample", "warm-up", "ms", "threads", "rows"],
      rows: timings.map((row) => [
        row.stage,
        row.pass,
        row.sample,
        row.warmup ? "yes" : "no",
        row.ms,
        row.threads,
        row.rows,
      ]),
    }),
    build: (theme, options) => ({
      type: "bar",
      data: {
        labels: stages,
        datasets: passes.map((pass) => ({
          data: stages.map((stage) => find(pass, stage)?.medianMs ?? null),
          // A bar has no foot on a log axis: there the median is a tick.
          backgroundColor: options.log ? "transparent" : seriesColour(theme, PASSES.indexOf(pass)),
          barThickness: theme.rem * (passes.length > 1 ? 0.8 : 0.9),
        })),
      },
      plugins: [
        spreadPlugin(
          theme,
          passes.map((pass) => stages.map((stage) => marksOf(find(pass, stage), options.log))),
          options.log ? passes.map((pass) => seriesColour(theme, PASSES.indexOf(pass))) : [],
        ),
      ],
      options: {
        ...baseOptions(theme, options),
        indexAxis: "y",
        scales: {
          x: {
            ...numberAxis(theme, { title: "time in ms", log: options.log }),
            ...(options.log ? {} : { beginAtZero: true }),
            suggestedMin: options.log ? Math.min(...groups.flatMap(({ samples }) => samples)) * 0.8 : 0,
            suggestedMax: Math.max(...groups.flatMap(({ samples }) => samples)) * 1.02,
          },
          y: categoryAxis(theme, null),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

const spreadOf = ({ medianMs, halfIqrMs }: TimingGroup) => formatSpread(medianMs, halfIqrMs, "ms");

function marksOf(group: TimingGroup | undefined, log: boolean): BarMarks {
  if (group === undefined) return { samples: [], interval: null, centre: null };
  return { samples: group.samples, interval: null, centre: log ? group.medianMs : null };
}

function describeGroup(group: TimingGroup | undefined): PointText | null {
  if (group === undefined) return null;
  return {
    title: `${group.stage}, ${group.pass}`,
    lines: [
      `median ± ½ IQR  ${spreadOf(group)}`,
      `${group.samples.length} samples  ${group.samples.slice(0, 8).map(formatDuration).join(", ")}`,
    ],
  };
}

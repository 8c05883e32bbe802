import type { StepProfile } from "../../shared/experiments/step-profile.ts";
import { baseOptions, categoryAxis, numberAxis, tooltip } from "../charts/kit/chart-options.ts";
import { seriesColour } from "../charts/kit/chart-theme.ts";
import type { Describe, Figure } from "../charts/kit/figure.ts";
import type { TextTable } from "../format/delimited-text.ts";
import { formatPercent } from "../../shared/format/number.ts";
import { formatMicroseconds } from "./format-microseconds.ts";

/** Bars of more workers would not be told apart; the table has all. */
const MOST_WORKERS = 6;

/** A line of the profile: an op by worker, or what is left between the ops. */
export interface ProfileLine {
  readonly label: string;
  readonly op: string;
  readonly makes: string;
  /** Null of what lies between the ops. */
  readonly group: number | null;
  readonly workers: readonly { readonly us: number; readonly waitUs: number }[];
}

/** Every op in the order in which they are carried out, then what is left of the step. */
export function profileLines({ ops, restUs }: StepProfile): readonly ProfileLine[] {
  return [
    ...ops.map(({ op, makes, group, workers }) => ({
      label: makes === "" ? op : `${op} → ${makes}`,
      op,
      makes,
      group,
      workers,
    })),
    {
      label: "between the ops",
      op: "between the ops",
      makes: "",
      group: null,
      // Less than nothing where medians of parts add up to more than the median of the whole.
      workers: restUs.map((us) => ({ us, waitUs: 0 })),
    },
  ];
}

/** Microseconds a step that the workers on average wait at barriers. */
export const waitedUs = ({ ops, threads }: StepProfile): number =>
  ops.reduce((sum, { workers }) => sum + workers.reduce((all, { waitUs }) => all + waitUs, 0), 0) / threads;

/** Every number of a profile, one line an op and one a worker in it. */
export function profileTable(profile: StepProfile): TextTable {
  return {
    columns: ["group", "op", "makes", "worker", "wait µs", "µs"],
    rows: profileLines(profile).flatMap(({ group, op, makes, workers }) =>
      workers.map(({ us, waitUs }, worker) => [group ?? "", op, makes, worker + 1, waitUs, us]),
    ),
  };
}

/** Time of each op in each worker as a bar; before it, as a frame, how long that worker waited at the group's barrier. */
export function stepProfileFigure(profile: StepProfile): Figure {
  const lines = profileLines(profile);
  const shown = Math.min(profile.threads, MOST_WORKERS);
  const workers = Array.from({ length: shown }, (_, worker) => worker);
  const title = `Where the time of a step of ${profile.network} goes, batches of ${profile.batchSize}`;
  const at = (index: number, worker: number) => lines[index]?.workers[worker];
  const share = (us: number): string => `${formatPercent(us / profile.profiled.medianUs, 2)} of the step`;
  const describe: Describe = (index, dataset) => {
    const worker = Math.floor(dataset / 2);
    const [line, time] = [lines[index], at(index, worker)];
    if (line === undefined || time === undefined) return null;
    return {
      title: `${line.label}, worker ${worker + 1}`,
      lines: [
        `${line.group === null ? "left of the median step" : "in the op"}  ${formatMicroseconds(time.us)}, ${share(time.us)}`,
        ...(time.waitUs > 0
          ? [`waited before it  ${formatMicroseconds(time.waitUs)}, ${share(time.waitUs)}`]
          : []),
        ...(line.group === null ? [] : [`group ${line.group}`]),
      ],
    };
  };
  const longest = lines.toSorted((a, b) => mostOf(b) - mostOf(a)).slice(0, 3);
  return {
    title,
    summary:
      `${title}: ${formatMicroseconds(profile.profiled.medianUs)} with clocks, of which a worker waits ` +
      `${formatMicroseconds(waitedUs(profile))}. Longest: ${longest.map((line) => `${line.label} ${formatMicroseconds(mostOf(line))}`).join("; ")}.`,
    note:
      "frame: waiting at the barrier before the op's group, bar: in the op; medians over all steps" +
      (profile.threads > shown
        ? `; the first ${shown} of ${profile.threads} workers, the table has all`
        : ""),
    legend: [
      ...workers.map((worker) => ({
        label: `worker ${worker + 1}`,
        series: worker,
        mark: "bar" as const,
        datasets: [2 * worker, 2 * worker + 1],
      })),
      { label: "waiting at a barrier", series: 0, mark: "frame" as const },
    ],
    describe,
    height: 3.5 + lines.length * (0.6 + 0.6 * shown),
    table: () => profileTable(profile),
    build: (theme, options) => ({
      type: "bar",
      data: {
        labels: lines.map(({ label, group }) => (group === null ? label : `${group} · ${label}`)),
        datasets: workers.flatMap((worker) => {
          const colour = seriesColour(theme, worker);
          const bar = { stack: `worker ${worker + 1}`, barThickness: theme.rem * 0.5 };
          return [
            {
              ...bar,
              data: lines.map((_, index) => at(index, worker)?.waitUs ?? null),
              backgroundColor: "transparent",
              borderColor: colour,
              borderWidth: 1.5,
              borderSkipped: false as const,
            },
            {
              ...bar,
              data: lines.map((_, index) => at(index, worker)?.us ?? null),
              backgroundColor: colour,
            },
          ];
        }),
      },
      options: {
        ...baseOptions(theme, options),
        indexAxis: "y",
        scales: {
          x: { ...numberAxis(theme, { title: "µs a step" }), stacked: true, beginAtZero: true },
          y: { ...categoryAxis(theme, "group · op → what it makes"), stacked: true },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** The longest time that a worker spends with it. */
const mostOf = ({ workers }: ProfileLine): number =>
  Math.max(...workers.map(({ us, waitUs }) => us + waitUs));

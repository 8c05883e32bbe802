import { counted } from "../../../core/counted.ts";
import type { Histogram } from "../../../shared/runs/run-records.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { baseOptions, numberAxis, tooltip } from "../kit/chart-options.ts";
import { seriesColour, type ChartTheme } from "../kit/chart-theme.ts";
import type { Figure, FigureOptions } from "../kit/figure.ts";

interface Counts extends Histogram {
  /** What the bins are of: the x axis. */
  readonly value?: string;
  /** One of what is counted. */
  readonly one?: string;
}

/** Counts of a tensor's values in equal bins. */
export function histogramFigure({ label, lo, hi, counts, value = "value", one = "value" }: Counts): Figure {
  const width = (hi - lo) / Math.max(1, counts.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(0, ...counts);
  const fullest = lo + (counts.indexOf(largest) + 0.5) * width;
  const edges = (index: number) => [lo + index * width, lo + (index + 1) * width] as const;
  const describe = (index: number) => ({
    title: edges(index)
      .map((edge) => formatNumber(edge))
      .join(" to "),
    lines: [counted(counts[index] ?? 0, one)],
  });
  return {
    title: `Distribution: ${label}`,
    summary: `Histogram of ${label}: ${formatNumber(total)} ${one}s from ${formatNumber(lo)} to ${formatNumber(hi)}, most of them (${formatNumber(largest)}) near ${formatNumber(fullest)}.`,
    note: `${formatNumber(total)} ${one}s in ${counts.length} bins of ${formatNumber(width)}`,
    legend: [],
    describe,
    height: 11,
    log: { axis: "y", initially: false },
    table: () => ({
      columns: ["from", "to", "count"],
      rows: counts.map((count, index) => [...edges(index), count]),
    }),
    build: (theme, options) => ({
      type: "bar",
      data: {
        datasets: [
          {
            data: counts.map((count, index) => ({ x: lo + (index + 0.5) * width, y: count })),
            backgroundColor: seriesColour(theme, 0),
            barPercentage: 1,
            categoryPercentage: 0.94,
            grouped: false,
          },
        ],
      },
      options: {
        ...baseOptions(theme, options),
        scales: {
          x: { ...numberAxis(theme, { title: value, grid: false }), min: lo, max: hi, offset: false },
          y: countAxis(theme, one === "value" ? "count" : `${one}s`, options),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** There is no half of a value. */
function countAxis(theme: ChartTheme, title: string, { log }: FigureOptions) {
  const axis = numberAxis(theme, { title, log });
  return { ...axis, ticks: { ...axis.ticks, precision: 0 }, beginAtZero: !log };
}

import type { LrSearch, SeedSearch } from "../../shared/experiments/lr-search.ts";
import { lossRange } from "../charts/figures/loss-range.ts";
import { baseOptions, numberAxis, tooltip } from "../charts/kit/chart-options.ts";
import { seriesColour } from "../charts/kit/chart-theme.ts";
import type { Figure } from "../charts/kit/figure.ts";
import { formatNumber } from "../../shared/format/number.ts";

/** What comes before the losses run away. */
function rangeOf(searches: readonly SeedSearch[]): { min: number; max: number } {
  const points = searches.flatMap((search) => search.points.slice(0, search.steps));
  return lossRange(
    points.map(({ loss }) => loss),
    points.map(({ smoothed }) => smoothed),
  );
}

const datasetsOf = (searches: readonly SeedSearch[]) => [
  { of: searches[0], name: "loss of each step", pick: "loss" as const },
  ...searches.map((of) => ({ of, name: `smoothed loss, seed ${of.seed}`, pick: "smoothed" as const })),
];

/** Each seed's smoothed loss over the logarithm of the learning rate, and where it falls fastest. */
export function lrSearchFigure({ searches, suggested }: Pick<LrSearch, "searches" | "suggested">): Figure {
  const lines = datasetsOf(searches);
  const smoothedAt = searches.map((_, index) => index + 1);
  const marked = lines.length;
  const pointsOf = (index: number) => {
    const line = lines[index];
    if (line?.of === undefined) return [];
    return line.of.points
      .map((point) => ({ x: point.lr, y: point[line.pick] }))
      .filter(({ y }) => Number.isFinite(y));
  };
  const marks = searches.flatMap(({ seed, points, suggested: lr }) => {
    const at = points.find((point) => point.lr === lr);
    return at === undefined ? [] : [{ seed, x: at.lr, y: at.smoothed }];
  });
  const describe = (index: number, dataset: number) => {
    const mark = marks[index];
    if (dataset === marked) {
      return mark === undefined
        ? null
        : { title: `lr ${formatNumber(mark.x)}`, lines: [`seed ${mark.seed} falls fastest here`] };
    }
    const point = pointsOf(dataset)[index];
    return point === undefined
      ? null
      : {
          title: `lr ${formatNumber(point.x)}`,
          lines: [`${lines[dataset]?.name ?? ""} ${formatNumber(point.y)}`],
        };
  };
  const suggestedText = suggested === null ? "none" : formatNumber(suggested, 2);
  const range = rangeOf(searches);
  return {
    title: "Loss while the learning rate rises",
    summary: `${searches.length} seeds, each with a learning rate that rises from step to step until the loss runs away. Suggested: ${suggestedText}.`,
    note: `one step a point; the steepest part of each seed's smoothed fall is marked, and their middle is suggested; ended because ${searches[0]?.reason ?? "nothing was searched"}`,
    legend: [
      { label: `loss of each step, seed ${searches[0]?.seed ?? ""}`, series: 0, mark: "line", datasets: [0] },
      {
        label: `smoothed, ${searches.length} seeds`,
        series: 2,
        dash: 0,
        mark: "line",
        datasets: smoothedAt,
      },
      { label: "falls fastest", series: 1, mark: "dot", datasets: [marked] },
    ],
    describe,
    height: 16,
    log: { axis: "x", initially: true },
    table: () => ({
      columns: ["seed", "lr", "loss", "smoothed loss"],
      rows: searches.flatMap(({ seed, points }) =>
        points.map(({ lr, loss, smoothed }) => [seed, lr, loss, smoothed]),
      ),
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: [
          ...lines.map(({ pick }, index) => ({
            data: pointsOf(index),
            borderColor: pick === "loss" ? `${seriesColour(theme, 0)}66` : seriesColour(theme, 2),
            borderWidth: pick === "loss" ? 1 : index === 1 ? 2 : 1,
            pointRadius: 0,
            order: 2,
          })),
          {
            data: marks.map(({ x, y }) => ({ x, y })),
            borderColor: seriesColour(theme, 1),
            backgroundColor: seriesColour(theme, 1),
            pointRadius: theme.rem * 0.3125,
            showLine: false,
            order: 1,
          },
        ],
      },
      options: {
        ...baseOptions(theme, options),
        parsing: false,
        normalized: true,
        scales: {
          x: numberAxis(theme, { title: "learning rate", log: options.log }),
          y: { ...numberAxis(theme, { title: "loss" }), ...range },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

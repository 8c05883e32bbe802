import { counted } from "../../core/counted.ts";
import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import { baseOptions, numberAxis, tooltip } from "../charts/kit/chart-options.ts";
import { seriesColour } from "../charts/kit/chart-theme.ts";
import type { Figure } from "../charts/kit/figure.ts";
import { formatNumber } from "../../shared/format/number.ts";

/** As main counts them: half decades from 1e-12. */
const LOWEST = -12;
const decade = (bin: number): number => LOWEST + bin / 2;

/** How many coordinates are wrong by how much, relative to the tensor's largest value. */
export function errorsFigure({ tensor, errors, coordinates }: GradientReport): Figure {
  const { counts, exact } = errors;
  const describe = (index: number) => ({
    title: `10^${decade(index)} to 10^${decade(index + 1)} of the largest`,
    lines: [counted(counts[index] ?? 0, "coordinate")],
  });
  const last = counts.findLastIndex((count) => count > 0);
  return {
    title: `${tensor}: how wrong`,
    summary: `${formatNumber(coordinates)} coordinates of ${tensor}, ${formatNumber(exact)} of them exactly equal; the largest error lies between 10^${decade(last)} and 10^${decade(last + 1)} of the largest value.`,
    note: `|ours − reference| / max |reference|; ${formatNumber(exact)} are exactly equal and not drawn`,
    legend: [],
    describe,
    height: 13,
    log: { axis: "y", initially: true },
    table: () => ({
      columns: ["from (log10)", "to (log10)", "coordinates"],
      rows: counts.map((count, bin) => [decade(bin), decade(bin + 1), count]),
    }),
    build: (theme, options) => ({
      type: "bar",
      data: {
        datasets: [
          {
            data: counts.map((count, bin) => ({ x: decade(bin) + 0.25, y: count })),
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
          x: {
            ...numberAxis(theme, { title: "log10 of the relative error", grid: false }),
            min: LOWEST,
            max: decade(counts.length),
            offset: false,
          },
          y: { ...numberAxis(theme, { title: "coordinates", log: options.log }), beginAtZero: !options.log },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

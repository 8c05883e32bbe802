import type { InitSide } from "../../shared/init.ts";
import { baseOptions, numberAxis, tooltip } from "../charts/chart-options.ts";
import { seriesColour, seriesDash } from "../charts/chart-theme.ts";
import type { Figure } from "../charts/figure.ts";
import { formatNumber } from "../format/number.ts";

interface Line {
  readonly label: string;
  readonly values: readonly { readonly position: number; readonly layer: string; readonly std: number }[];
}

/** Standard deviation by depth, of activations or of gradients, one line a side. */
export function stdFigure(sides: readonly InitSide[], of: "activation" | "gradient"): Figure | null {
  const lines = sides.map(({ title, layers }): Line => ({
    label: title,
    values: layers.flatMap((layer) => {
      const tensor = layer[of];
      return tensor === null ? [] : [{ position: layer.position, layer: layer.label, std: tensor.std }];
    }),
  }));
  if (lines.every(({ values }) => values.length === 0)) return null;
  const what = of === "activation" ? "activations" : "gradients";
  const describe = (index: number, dataset: number) => {
    const value = lines[dataset]?.values[index];
    if (value === undefined) return null;
    return {
      title: `${value.position}: ${value.layer}`,
      lines: [`std of the ${what} ${formatNumber(value.std)}`, lines[dataset]?.label ?? ""],
    };
  };
  const said = lines.map(({ label, values }) => {
    const [first, last] = [values[0], values.at(-1)];
    return `${label}: from ${formatNumber(first?.std ?? NaN)} to ${formatNumber(last?.std ?? NaN)}`;
  });
  return {
    title: `Standard deviation of the ${what} by depth`,
    summary: `${said.join("; ")}.`,
    note: "a level line keeps the signal alive; what is 0, NaN or infinite is not drawn on a log scale",
    legend: lines.map(({ label }, series) => ({ label, series, mark: "line", datasets: [series] })),
    log: { axis: "y", initially: true },
    describe,
    height: 15,
    table: () => ({
      columns: ["position", "layer", ...lines.map(({ label }) => label)],
      rows: (lines[0]?.values ?? []).map(({ position, layer }, index) => [
        position,
        layer,
        ...lines.map(({ values }) => values[index]?.std ?? NaN),
      ]),
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: lines.map(({ values }, series) => ({
          data: values.map(({ position, std }) => ({
            x: position,
            y: Number.isFinite(std) && (!options.log || std > 0) ? std : NaN,
          })),
          borderColor: seriesColour(theme, series),
          backgroundColor: theme.surface,
          borderDash: seriesDash(series),
          borderWidth: 2,
          pointRadius: values.length > 40 ? 0 : theme.rem * 0.1875,
          pointHitRadius: theme.rem * 0.5,
        })),
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        scales: {
          x: numberAxis(theme, { title: "position in the network", grid: false }),
          y: numberAxis(theme, { title: `std of the ${what}`, log: options.log }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

import type { InitSide } from "../../shared/experiments/init.ts";
import { baseOptions, numberAxis, tooltip } from "../charts/kit/chart-options.ts";
import { seriesColour, seriesDash } from "../charts/kit/chart-theme.ts";
import type { Figure } from "../charts/kit/figure.ts";
import { formatNumber } from "../../shared/format/number.ts";

interface Line {
  readonly label: string;
  /** One colour a side, one dash for before and one for after. */
  readonly side: number;
  readonly dash: number;
  readonly values: readonly { readonly position: number; readonly layer: string; readonly std: number }[];
}

/** A layer's output before and after its activation lie apart by nature: as one line they zigzag. */
const PARTS = [
  { part: "before the activation", is: (type: string) => type === "linear" },
  { part: "after it", is: (type: string) => type !== "linear" },
] as const;

/** Standard deviation by depth, of activations or of gradients: for each side what is before and after activations. */
export function stdFigure(sides: readonly InitSide[], of: "activation" | "gradient"): Figure | null {
  const lines = sides.flatMap(({ title, layers }, side) =>
    PARTS.flatMap(({ part, is }, dash): Line[] => {
      let linear = 0;
      const values = layers.flatMap((layer) => {
        if (layer.type === "linear") linear++;
        const tensor = layer[of];
        if (tensor === null || !is(layer.type)) return [];
        return [{ position: linear, layer: `${layer.position}. ${layer.label}`, std: tensor.std }];
      });
      return values.length === 0 ? [] : [{ label: `${title}, ${part}`, side, dash, values }];
    }),
  );
  if (lines.length === 0) return null;
  const what = of === "activation" ? "activations" : "gradients";
  const describe = (index: number, dataset: number) => {
    const value = lines[dataset]?.values[index];
    if (value === undefined) return null;
    return {
      title: value.layer,
      lines: [`std of the ${what} ${formatNumber(value.std)}`, lines[dataset]?.label ?? ""],
    };
  };
  const rangeTexts = lines.map(({ label, values }) => {
    const [first, last] = [values[0], values.at(-1)];
    return `${label}: from ${formatNumber(first?.std ?? NaN)} to ${formatNumber(last?.std ?? NaN)}`;
  });
  return {
    title: `Standard deviation of the ${what} by depth`,
    summary: `${rangeTexts.join("; ")}.`,
    note: "a level line keeps the signal alive; what is 0, NaN or infinite is not drawn on a log scale",
    legend: lines.map(({ label, side, dash }, index) => ({
      label,
      series: side,
      dash,
      mark: "line" as const,
      datasets: [index],
    })),
    log: { axis: "y", initially: true },
    describe,
    height: 15,
    table: () => ({
      columns: ["linear layer", ...lines.map(({ label }) => label)],
      rows: (lines[0]?.values ?? []).map(({ position }) => [
        position,
        ...lines.map(({ values }) => values.find((value) => value.position === position)?.std ?? NaN),
      ]),
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: lines.map(({ values, side, dash }) => ({
          data: values.map(({ position, std }) => ({
            x: position,
            y: Number.isFinite(std) && (!options.log || std > 0) ? std : NaN,
          })),
          borderColor: seriesColour(theme, side),
          backgroundColor: theme.surface,
          borderDash: seriesDash(dash),
          borderWidth: 2,
          pointRadius: values.length > 40 ? 0 : theme.rem * 0.1875,
          pointHitRadius: theme.rem * 0.5,
        })),
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        scales: {
          x: numberAxis(theme, { title: "linear layer", grid: false }),
          y: numberAxis(theme, { title: `std of the ${what}`, log: options.log }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

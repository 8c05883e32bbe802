/** Colours and type of the page, read for drawing on a canvas. */
export interface ChartTheme {
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly bad: string;
  readonly grid: string;
  readonly axis: string;
  readonly series: readonly string[];
  readonly fontFamily: string;
  readonly fontSize: number;
  /** Pixels of one rem: everything drawn grows with the projector scale. */
  readonly rem: number;
}

// Okabe and Ito (2008), in one order for both themes. Each stands out from its ground by 3 : 1 or more; where the
// original does not, its neighbour of the same hue from the same palette is taken.
const LIGHT_SERIES = ["#0072B2", "#D55E00", "#008A64", "#B4568C", "#8F6200", "#1A1F26"];
const DARK_SERIES = ["#56B4E9", "#E87722", "#2DBE93", "#CC79A7", "#F0E442", "#E4E8EC"];

/** Lengths of line and gap in pixels: lines differ without colour too. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3], [10, 4]];

export function readChartTheme(colourScheme: "light" | "dark"): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const rem = parseFloat(style.fontSize);
  return {
    surface: token("--surface"),
    ink: token("--ink"),
    muted: token("--ink-3"),
    bad: token("--bad"),
    grid: token("--line"),
    axis: token("--line-strong"),
    series: colourScheme === "light" ? LIGHT_SERIES : DARK_SERIES,
    fontFamily: token("--font-text"),
    fontSize: rem * 0.75,
    rem,
  };
}

export function seriesColour(theme: ChartTheme, index: number): string {
  return theme.series[index % theme.series.length] ?? theme.ink;
}

export function seriesDash(index: number): number[] {
  return [...(DASHES[index % DASHES.length] ?? [])];
}

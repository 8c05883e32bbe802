import type { ChartTheme } from "../../../../src/renderer/charts/kit/chart-theme.ts";

/** For figures that are built and not drawn. */
export const noTheme: ChartTheme = {
  surface: "",
  ink: "",
  muted: "",
  bad: "",
  grid: "",
  axis: "",
  series: [],
  fontFamily: "",
  fontSize: 12,
  rem: 16,
};

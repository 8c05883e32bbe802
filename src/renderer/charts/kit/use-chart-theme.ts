import { createContext, use } from "react";
import type { ChartTheme } from "./chart-theme.ts";

/** Set by the frame each time the page's colours or its scale change. */
export const ChartThemeContext = createContext<ChartTheme | null>(null);

export function useChartTheme(): ChartTheme {
  const theme = use(ChartThemeContext);
  if (theme === null)
    throw new Error("useChartTheme: no chart theme above this component; render it inside the frame");
  return theme;
}

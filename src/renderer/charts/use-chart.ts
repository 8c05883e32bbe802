import { useEffect, useRef, type RefObject } from "react";
import type { ChartTheme } from "./chart-theme.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { Chart } from "./register-charts.ts";

export interface Live {
  /** Changes whenever there is something new to draw. */
  readonly revision: number;
  readonly refresh: (chart: Chart) => void;
}

/** Draws the figure on a canvas for as long as `enabled`, and redraws a live one without building it again. */
export function useChart(
  figure: Figure,
  theme: ChartTheme,
  { log, animate }: FigureOptions,
  live: Live | null,
  enabled: boolean,
): { canvas: RefObject<HTMLCanvasElement | null>; chart: RefObject<Chart | null> } {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart | null>(null);
  const refresh = live?.refresh;
  const revision = live?.revision;

  useEffect(() => {
    if (!enabled || canvas.current === null) return undefined;
    const built = new Chart(canvas.current, figure.build(theme, { log, animate }));
    chart.current = built;
    return () => {
      built.destroy();
      chart.current = null;
    };
  }, [figure, theme, log, animate, enabled]);

  useEffect(() => {
    if (chart.current === null || refresh === undefined) return;
    refresh(chart.current);
    chart.current.update("none");
  }, [refresh, revision, figure, theme, log, enabled]);

  return { canvas, chart };
}

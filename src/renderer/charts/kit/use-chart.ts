import type { ChartConfiguration } from "chart.js";
import { useEffect, useRef, type RefObject } from "react";
import type { ChartTheme } from "./chart-theme.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { pinMarks, type Pin } from "../interact/pins.ts";
import { Chart } from "./register-charts.ts";
import { applyZoom, type Zoom } from "../interact/zoom.ts";

/** A live chart is drawn this often at most: many of them at every event would keep the window from its frames. */
const REFRESH_EVERY_MS = 200;

export interface Live {
  /** Changes whenever there is something new to draw. */
  readonly revision: number;
  readonly refresh: (chart: Chart) => void;
}

/** What the person has made of a chart: the part shown, legend entries switched off, values kept. */
export interface ChartView {
  readonly zoom: Zoom;
  readonly hidden: ReadonlySet<string>;
  readonly pins: readonly Pin[];
}

interface UseChartSettings extends FigureOptions {
  readonly live: Live | null;
  /** Whether there is a canvas to draw on. */
  readonly enabled: boolean;
  readonly view: ChartView;
}

interface ChartRefs {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly chart: RefObject<Chart | null>;
}

/** Draws the figure on a canvas for as long as `enabled`; what changes is put into the chart that is there. */
export function useChart(figure: Figure, theme: ChartTheme, settings: UseChartSettings): ChartRefs {
  const { log, animate, live, enabled, view } = settings;
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart | null>(null);
  const drawnMs = useRef(-Infinity);
  const refresh = live?.refresh;
  const revision = live?.revision;
  const byValue = live !== null;

  useEffect(() => {
    if (!enabled) return undefined;
    return () => {
      chart.current?.destroy();
      chart.current = null;
    };
  }, [enabled]);

  useEffect(() => {
    if (!enabled || canvas.current === null) return;
    const config = figure.build(theme, { log, animate });
    config.plugins = [...(config.plugins ?? []), pinMarks(theme, view.pins, byValue)];
    applyZoom(config, view.zoom);
    hideDatasets(config, figure, view.hidden);
    if (chart.current === null) chart.current = new Chart(canvas.current, config);
    else replaceContent(chart.current, config);
  }, [figure, theme, log, animate, enabled, view, byValue]);

  useEffect(() => {
    if (refresh === undefined) return undefined;
    const draw = (): void => {
      if (chart.current === null) return;
      drawnMs.current = performance.now();
      refresh(chart.current);
      chart.current.update("none");
    };
    const waitMs = drawnMs.current + REFRESH_EVERY_MS - performance.now();
    if (waitMs <= 0) {
      draw();
      return undefined;
    }
    const timer = setTimeout(draw, waitMs);
    return () => clearTimeout(timer);
  }, [refresh, revision, figure, theme, log, enabled, view]);

  return { canvas, chart };
}

/** In place: a chart made anew would lose the pointer and flicker with each sample that arrives. */
function replaceContent(chart: Chart, config: ChartConfiguration): void {
  const { plugins } = chart.config;
  plugins?.splice(0, plugins.length, ...(config.plugins ?? []));
  chart.data = config.data;
  if (config.options !== undefined) chart.options = config.options;
  chart.update("none");
}

function hideDatasets({ data }: ChartConfiguration, { legend }: Figure, hidden: ReadonlySet<string>): void {
  for (const { label, datasets } of legend) {
    for (const index of datasets ?? []) {
      const dataset = data.datasets[index];
      if (dataset !== undefined) dataset.hidden = hidden.has(label);
    }
  }
}

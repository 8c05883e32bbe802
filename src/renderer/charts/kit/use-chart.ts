import type { ChartConfiguration } from "chart.js";
import { useEffect, useRef, type RefObject } from "react";
import type { ChartTheme } from "./chart-theme.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { pinMarks, type Pin } from "../interact/pins.ts";
import { Chart } from "./register-charts.ts";
import { keepChosenMark } from "../interact/chosen-mark.ts";
import { keepEdgesInSight } from "../interact/edges-in-sight.ts";
import { applyZoom, shownOf, type Zoom } from "../interact/zoom.ts";

/** A live chart in sight is drawn this often at most: many at every event would keep the window from its frames. */
const REFRESH_EVERY_MS = 200;

/** A chart whose figure stays the same while it grows. */
export interface Live {
  /** Calls whenever there is something new to draw. @returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly refresh: (chart: Chart) => void;
  /** What the chart shows now, in a sentence. */
  readonly summary: () => string;
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

/**
 * Charts of hidden views. Such a view ends its effects as one that is gone does, but its canvases stay, and what is drawn
 * on them. One that goes for good while it is hidden does not say so: it is found here.
 */
const hiddenCharts = new Set<Chart>();

function destroyGoneCharts(): void {
  for (const chart of hiddenCharts) {
    if (chart.canvas.isConnected) continue;
    chart.destroy();
    hiddenCharts.delete(chart);
  }
}

/** Draws the figure on a canvas for as long as `enabled`; what changes is put into the chart that is there. */
export function useChart(figure: Figure, theme: ChartTheme, settings: UseChartSettings): ChartRefs {
  const { log, animate, live, enabled, view } = settings;
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart | null>(null);
  const drawnMs = useRef(-Infinity);
  const byValue = live !== null || figure.wholeTable !== undefined;

  useEffect(() => {
    if (!enabled) return undefined;
    if (chart.current !== null) hiddenCharts.delete(chart.current);
    return () => {
      destroyGoneCharts();
      if (chart.current?.canvas.isConnected === true) {
        hiddenCharts.add(chart.current);
        return;
      }
      chart.current?.destroy();
      chart.current = null;
    };
  }, [enabled]);

  const drawn = useRef<readonly unknown[]>([]);
  const drawnView = useRef<ChartView | null>(null);
  useEffect(() => {
    if (!enabled || canvas.current === null) return;
    const shown = [figure, theme, log, animate, view, byValue];
    const isSame = shown.every((value, at) => value === drawn.current[at]);
    // What grows has grown while its view was hidden.
    if (chart.current !== null && isSame && live === null) return;
    drawn.current = shown;
    const config = figure.build(theme, { log, animate });
    config.plugins = [...(config.plugins ?? []), pinMarks(theme, view.pins, byValue)];
    // What is being moved under the pointer stays where it is.
    const shownChart = drawnView.current === view ? chart.current : null;
    applyZoom(config, shownChart === null ? view.zoom : shownOf(shownChart, Object.keys(view.zoom)));
    keepEdgesInSight(config);
    drawnView.current = view;
    hideDatasets(config, figure, view.hidden);
    if (chart.current === null) chart.current = new Chart(canvas.current, config);
    else replaceContent(chart.current, config);
  }, [figure, theme, log, animate, enabled, view, byValue, live]);

  useEffect(() => {
    if (live === null || !enabled || canvas.current === null) return undefined;
    let inSight = false;
    let stale = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      if (chart.current === null) return;
      stale = false;
      drawnMs.current = performance.now();
      live.refresh(chart.current);
      chart.current.update("none");
      keepChosenMark(chart.current);
    };
    const drawSoon = (): void => {
      if (!inSight || !stale) return;
      timer ??= setTimeout(draw, Math.max(0, drawnMs.current + REFRESH_EVERY_MS - performance.now()));
    };
    const observer = new IntersectionObserver((entries) => {
      inSight = entries.at(-1)?.isIntersecting === true;
      drawSoon();
    });
    observer.observe(canvas.current);
    const stop = live.subscribe(() => {
      stale = true;
      drawSoon();
    });
    return () => {
      stop();
      observer.disconnect();
      clearTimeout(timer);
    };
  }, [live, figure, theme, log, enabled, view]);

  return { canvas, chart };
}

/** In place: a chart made anew would lose the pointer and flicker with each sample that arrives. */
function replaceContent(chart: Chart, config: ChartConfiguration): void {
  const { plugins } = chart.config;
  plugins?.splice(0, plugins.length, ...(config.plugins ?? []));
  chart.data = config.data;
  if (config.options !== undefined) chart.options = config.options;
  chart.update("none");
  keepChosenMark(chart);
}

function hideDatasets({ data }: ChartConfiguration, { legend }: Figure, hidden: ReadonlySet<string>): void {
  for (const { label, datasets } of legend) {
    for (const index of datasets ?? []) {
      const dataset = data.datasets[index];
      if (dataset !== undefined) dataset.hidden = hidden.has(label);
    }
  }
}

import { useState } from "react";
import { samePlace, type Pin } from "./pins.ts";
import type { ChartView } from "../kit/use-chart.ts";
import { NO_ZOOM, type Zoom } from "./zoom.ts";

const EVERYTHING: ChartView = { zoom: NO_ZOOM, hidden: new Set(), pins: [] };
/** More would cover what they mark. */
const MOST_PINS = 9;

/** What is zoomed, hidden and pinned in one chart. */
export function useChartView() {
  const [view, setView] = useState(EVERYTHING);
  return {
    view,
    zoomTo: (zoom: Zoom | null) => setView((now) => ({ ...now, zoom: zoom ?? NO_ZOOM })),
    toggle: (label: string) =>
      setView((now) => {
        const hidden = new Set(now.hidden);
        if (!hidden.delete(label)) hidden.add(label);
        return { ...now, hidden };
      }),
    /** Pins a value, or lets go of one that is pinned. */
    togglePin: (pin: Pin) =>
      setView((now) => {
        const others = now.pins.filter((other) => !samePlace(other, pin));
        const pins = others.length < now.pins.length ? others : [...now.pins, pin].slice(-MOST_PINS);
        return { ...now, pins };
      }),
    unpin: (index: number) =>
      setView((now) => ({ ...now, pins: now.pins.filter((_, place) => place !== index) })),
  };
}

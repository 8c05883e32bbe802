import type { Chart } from "chart.js";
import { useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from "react";
import type { Figure } from "../kit/figure.ts";
import { pressedIn } from "../../ui/key-table.ts";
import { CHART_KEYS } from "./chart-keys.ts";
import { chooseMark, letGoOfMark, type Mark } from "./chosen-mark.ts";
import { pinAt, type Pin } from "./pins.ts";
import { drawZoom, panBy, shownOf, zoomBy, zoomTo, type Rectangle, type Zoom } from "./zoom.ts";

interface ChartPointerSettings {
  readonly figure: Figure;
  readonly chart: RefObject<Chart | null>;
  /** What is zoomed already. */
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom | null) => void;
  readonly onPin: (pin: Pin) => void;
}

const ZOOM_FACTOR = 0.6;

/** A click this near a mark means it, in pixels. */
const NEAR_PX = 12;
/** Part of the chart that an arrow key with Shift moves by. */
const PAN_SHARE = 0.2;
const PAN: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * Dragging over a chart zooms, with Shift it moves what is shown; a click pins a value, or opens what the mark stands for
 * where the figure says so; the keyboard does the same.
 */
export function useChartPointer({ figure, chart, zoom, onZoom, onPin }: ChartPointerSettings) {
  const [drag, setDrag] = useState<Rectangle | null>(null);
  const panning = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  const [said, setSaid] = useState("");

  const pin = ({ dataset, index }: Mark) => {
    const text = figure.describe(index, dataset);
    if (chart.current === null || text === null) return;
    const made = pinAt(chart.current, dataset, index, text);
    if (made !== null) onPin(made);
  };

  const pinActive = (drawn: Chart) => {
    const [active] = drawn.getActiveElements();
    if (active !== undefined) pin({ dataset: active.datasetIndex, index: active.index });
  };

  const pointer = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      const at = placeOf(event);
      if (event.shiftKey) {
        panning.current = { ...at, moved: false };
        event.currentTarget.setPointerCapture(event.pointerId);
      } else setDrag({ from: at, to: at });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (chart.current !== null) letGoOfMark(chart.current);
      if (panning.current !== null && chart.current !== null) {
        const { x, y } = placeOf(event);
        const by = { x: panning.current.x - x, y: panning.current.y - y };
        if (!panning.current.moved && Math.hypot(by.x, by.y) < 5) return;
        drawZoom(chart.current, panBy(chart.current, by, figure.zoomAxes));
        panning.current = { x, y, moved: true };
        return;
      }
      if (drag === null) return;
      const to = placeOf(event);
      if (!isClick({ from: drag.from, to })) event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ from: drag.from, to });
    },
    onPointerUp: () => {
      const pan = panning.current;
      panning.current = null;
      if (pan !== null && chart.current !== null) {
        if (pan.moved) onZoom(shownOf(chart.current, figure.zoomAxes));
        else pinActive(chart.current);
        return;
      }
      setDrag(null);
      if (drag === null || chart.current === null) return;
      if (!isClick(drag)) {
        const dragged = zoomTo(chart.current, drag, figure.zoomAxes);
        if (dragged !== null) onZoom(dragged);
        return;
      }
      const active = chart.current.getActiveElements()[0];
      if (figure.open === undefined) pinActive(chart.current);
      else if (active !== undefined) {
        const { x, y } = active.element;
        if (Math.hypot(x - drag.from.x, y - drag.from.y) < NEAR_PX) figure.open(active.datasetIndex);
      }
    },
    onPointerCancel: () => {
      panning.current = null;
      setDrag(null);
    },
    onDoubleClick: () => onZoom(null),
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const drawn = chart.current;
    const pressed = pressedIn(CHART_KEYS, event);
    if (drawn === null || pressed === undefined) return;
    const at = activeMark(drawn);
    switch (pressed) {
      case "pan":
        onZoom({ ...zoom, ...panBy(drawn, panOf(drawn, event.key), figure.zoomAxes) });
        break;
      case "value":
      case "series": {
        const next = nextMark(visibleMarks(drawn), at, event.key);
        if (next === undefined) return;
        chooseMark(drawn, next);
        setSaid(words(figure, next));
        break;
      }
      case "pin":
        if (at !== null) pin(at);
        break;
      case "open":
        if (figure.open === undefined) return;
        if (at !== null) figure.open(at.dataset);
        break;
      case "zoomIn":
      case "zoomOut": {
        const factor = pressed === "zoomIn" ? ZOOM_FACTOR : 1 / ZOOM_FACTOR;
        const axes = figure.keyZoomAxes ?? figure.zoomAxes;
        onZoom({ ...zoom, ...zoomBy(drawn, factor, centreOf(drawn, at), axes) });
        break;
      }
      case "all":
        onZoom(null);
        break;
    }
    event.preventDefault();
  };

  return { drag: drag === null || isClick(drag) ? null : drag, said, handlers: { ...pointer, onKeyDown } };
}

function panOf({ chartArea: { width, height } }: Chart, key: string): { x: number; y: number } {
  const [x, y] = PAN[key] ?? [0, 0];
  return { x: x * width * PAN_SHARE, y: y * height * PAN_SHARE };
}

function placeOf(event: PointerEvent<HTMLElement>): { x: number; y: number } {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

const isClick = ({ from, to }: Rectangle): boolean => Math.hypot(to.x - from.x, to.y - from.y) < 5;

function words(figure: Figure, { index, dataset }: Mark): string {
  const text = figure.describe(index, dataset);
  return text === null ? "" : [text.title, ...text.lines].join(", ");
}

/** Everything in sight that can be pointed at, dataset by dataset. */
function visibleMarks(chart: Chart): Mark[] {
  const { left, right, top, bottom } = chart.chartArea;
  // Half a pixel for what lies on the edge.
  const isInSight = ({ x, y }: { readonly x: number; readonly y: number }): boolean =>
    x >= left - 0.5 && x <= right + 0.5 && y >= top - 0.5 && y <= bottom + 0.5;
  return chart.data.datasets.flatMap((_, dataset) =>
    chart.isDatasetVisible(dataset)
      ? chart
          .getDatasetMeta(dataset)
          .data.flatMap((element, index) => (isInSight(element) ? [{ dataset, index }] : []))
      : [],
  );
}

function activeMark(chart: Chart): Mark | null {
  const [active] = chart.getActiveElements();
  return active === undefined ? null : { dataset: active.datasetIndex, index: active.index };
}

/** Left and right go through the marks in order; up and down to the same place of the next series. */
function nextMark(marks: readonly Mark[], at: Mark | null, key: string): Mark | undefined {
  const here = marks.findIndex((mark) => mark.dataset === at?.dataset && mark.index === at.index);
  if (at === null || here < 0) return marks[0];
  const step = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0;
  if (step !== 0) return marks[(here + step + marks.length) % marks.length];
  const series = [...new Set(marks.map(({ dataset }) => dataset))];
  const down = key === "ArrowDown" ? 1 : -1;
  const next = series[(series.indexOf(at.dataset) + down + series.length) % series.length];
  const there = marks.filter(({ dataset }) => dataset === next);
  return there.find(({ index }) => index >= at.index) ?? there.at(-1);
}

function centreOf(chart: Chart, at: Mark | null): { x: number; y: number } {
  const element = at === null ? undefined : chart.getDatasetMeta(at.dataset).data[at.index];
  if (element !== undefined) return { x: element.x, y: element.y };
  const { left, right, top, bottom } = chart.chartArea;
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

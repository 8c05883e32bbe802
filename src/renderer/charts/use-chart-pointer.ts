import type { Chart } from "chart.js";
import { useState, type KeyboardEvent, type PointerEvent, type RefObject } from "react";
import type { Figure } from "./figure.ts";
import { pinAt, type Pin } from "./pins.ts";
import { zoomBy, zoomTo, type Rectangle, type Zoom } from "./zoom.ts";

interface ChartPointerSettings {
  readonly figure: Figure;
  readonly chart: RefObject<Chart | null>;
  readonly onZoom: (zoom: Zoom | null) => void;
  readonly onPin: (pin: Pin) => void;
}

interface Mark {
  readonly dataset: number;
  readonly index: number;
}

const STEP = { ArrowLeft: -1, ArrowRight: 1 } as const;
const SERIES = { ArrowUp: -1, ArrowDown: 1 } as const;
const ZOOM_FACTOR = 0.6;

/** Dragging over a chart zooms, a click pins a value; the keyboard does the same. */
export function useChartPointer({ figure, chart, onZoom, onPin }: ChartPointerSettings) {
  const [drag, setDrag] = useState<Rectangle | null>(null);
  const [said, setSaid] = useState("");

  const pin = ({ dataset, index }: Mark) => {
    const text = figure.describe(index, dataset);
    if (chart.current === null || text === null) return;
    const made = pinAt(chart.current, dataset, index, text);
    if (made !== null) onPin(made);
  };

  const pointer = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      const at = placeOf(event);
      setDrag({ from: at, to: at });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (drag === null) return;
      const to = placeOf(event);
      if (!isClick({ from: drag.from, to })) event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ from: drag.from, to });
    },
    onPointerUp: () => {
      setDrag(null);
      if (drag === null || chart.current === null) return;
      if (!isClick(drag)) {
        const zoom = zoomTo(chart.current, drag, figure.zoomAxes);
        if (zoom !== null) onZoom(zoom);
        return;
      }
      const [active] = chart.current.getActiveElements();
      if (active !== undefined) pin({ dataset: active.datasetIndex, index: active.index });
    },
    onPointerCancel: () => setDrag(null),
    onDoubleClick: () => onZoom(null),
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const drawn = chart.current;
    if (drawn === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const marks = visibleMarks(drawn);
    const at = activeMark(drawn);
    const { key } = event;
    if (key in STEP || key in SERIES) {
      const next = nextMark(marks, at, key);
      if (next === undefined) return;
      point(drawn, next);
      setSaid(words(figure, next));
    } else if (key === "Enter" || key === " ") {
      if (at !== null) pin(at);
    } else if (key === "+" || key === "-") {
      const factor = key === "+" ? ZOOM_FACTOR : 1 / ZOOM_FACTOR;
      onZoom(zoomBy(drawn, factor, centreOf(drawn, at), figure.zoomAxes));
    } else if (key === "0") onZoom(null);
    else return;
    event.preventDefault();
  };

  return { drag: drag === null || isClick(drag) ? null : drag, said, handlers: { ...pointer, onKeyDown } };
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

/** Everything that can be pointed at, dataset by dataset. */
function visibleMarks(chart: Chart): Mark[] {
  return chart.data.datasets.flatMap((_, dataset) =>
    chart.isDatasetVisible(dataset)
      ? chart
          .getDatasetMeta(dataset)
          .data.flatMap((element, index) =>
            Number.isNaN(element.x) || Number.isNaN(element.y) ? [] : [{ dataset, index }],
          )
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

function point(chart: Chart, { dataset, index }: Mark): void {
  const element = chart.getDatasetMeta(dataset).data[index];
  if (element === undefined) return;
  const active = [{ datasetIndex: dataset, index }];
  chart.setActiveElements(active);
  chart.tooltip?.setActiveElements(active, { x: element.x, y: element.y });
  chart.update("none");
}

function centreOf(chart: Chart, at: Mark | null): { x: number; y: number } {
  const element = at === null ? undefined : chart.getDatasetMeta(at.dataset).data[at.index];
  if (element !== undefined) return { x: element.x, y: element.y };
  const { left, right, top, bottom } = chart.chartArea;
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

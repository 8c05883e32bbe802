import type { Chart } from "chart.js";
import { useId, useSyncExternalStore, type RefObject } from "react";
import type { Figure } from "./figure.ts";
import type { Pin } from "../interact/pins.ts";
import { useChartPointer } from "../interact/use-chart-pointer.ts";
import type { Rectangle, Zoom } from "../interact/zoom.ts";
import type { Live } from "./use-chart.ts";
import classes from "./chart-figure.module.css";

interface ChartStageProps {
  readonly figure: Figure;
  readonly live: Live | null;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly chart: RefObject<Chart | null>;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom | null) => void;
  readonly onPin: (pin: Pin) => void;
}

/** The drawing itself: hover for values, click to keep one, drag to zoom. */
export function ChartStage({ figure, live, canvas, chart, zoom, onZoom, onPin }: ChartStageProps) {
  const keys = useId();
  const summary = useSyncExternalStore(live?.subscribe ?? never, live?.summary ?? (() => figure.summary));
  const { drag, said, handlers } = useChartPointer({ figure, chart, zoom, onZoom, onPin });
  return (
    <div
      className={classes["canvas"]}
      style={{ height: `${figure.height}rem` }}
      role="group"
      aria-label={`Drawing: ${figure.title}`}
      aria-describedby={keys}
      tabIndex={0}
      {...handlers}
    >
      <canvas ref={canvas} role="img" aria-label={summary} />
      {drag !== null && <div className={classes["drag"]} style={boxOf(drag)} />}
      <span id={keys} hidden>
        Arrow keys go from value to value, Enter pins one, plus and minus zoom, Shift and arrow keys move, 0
        shows everything{figure.open === undefined ? "." : ", O opens the run."}
      </span>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </div>
  );
}

/** A figure that does not grow tells nobody. */
const never = () => () => undefined;

const boxOf = ({ from, to }: Rectangle) => ({
  left: Math.min(from.x, to.x),
  top: Math.min(from.y, to.y),
  width: Math.abs(to.x - from.x),
  height: Math.abs(to.y - from.y),
});

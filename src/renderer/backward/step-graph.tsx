import { ActionIcon, Tooltip } from "@mantine/core";
import { Maximize, ZoomIn, ZoomOut, type LucideIcon } from "lucide-react";
import { useMemo, useState, type KeyboardEvent } from "react";
import type { Trace } from "../../shared/experiments/stepper.ts";
import { useChartTheme } from "../charts/kit/use-chart-theme.ts";
import { pressedIn } from "../ui/key-table.ts";
import { GRAPH_KEYS } from "./step-keys.ts";
import { goTo } from "./stepper-store.ts";
import { edgePath, layoutGraph, NODE } from "./graph-layout.ts";
import { useGraphScroll } from "./use-graph-scroll.ts";
import own from "./backward.module.css";

const MARGIN = 10;
/** Characters that fit into a step's box. */
const LONGEST_LABEL = 12;
/** Of the usual scale: the drawing grows with the page. */
const USUAL_REM_PX = 16;
const ZOOM_STEP = 1.25;
const ZOOMS = { least: 0.1, most: 4 } as const;

/**
 * The steps as a graph, at a size that can be read; what does not fit is scrolled to, and the current step always is.
 * Drag to move, buttons or +, − and 0 to zoom.
 */
export function StepGraph({ trace, at }: { readonly trace: Trace; readonly at: number }) {
  const layout = useMemo(() => layoutGraph(trace), [trace]);
  const [zoom, setZoom] = useState(1);
  const places = useMemo(() => new Map(layout.steps.map((step) => [step.index, step])), [layout]);
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const pagePx = useChartTheme().rem / USUAL_REM_PX;
  const unitPx = zoom * pagePx;
  const current = unitPx * (MARGIN + (places.get(at)?.x ?? 0));
  const { pane, drag } = useGraphScroll(current, current + unitPx * NODE.width);
  const zoomBy = (factor: number): void =>
    setZoom((now) => Math.min(ZOOMS.most, Math.max(ZOOMS.least, now * factor)));
  const fit = (): void =>
    setZoom(Math.min(1, (pane.current?.clientWidth ?? width * pagePx) / (width * pagePx)));
  const onKey = (event: KeyboardEvent): void => {
    const pressed = pressedIn(GRAPH_KEYS, event);
    if (pressed === undefined) return;
    event.preventDefault();
    if (pressed === "all") fit();
    else zoomBy(pressed === "zoomIn" ? ZOOM_STEP : 1 / ZOOM_STEP);
  };
  return (
    <div className={own["graph"]}>
      <div className={own["tools"]}>
        <GraphTool label="Zoom in" icon={ZoomIn} onClick={() => zoomBy(ZOOM_STEP)} />
        <GraphTool label="Zoom out" icon={ZoomOut} onClick={() => zoomBy(1 / ZOOM_STEP)} />
        <GraphTool label="Show the whole graph" icon={Maximize} onClick={fit} />
      </div>
      <div
        ref={pane}
        className={own["pane"]}
        role="group"
        tabIndex={0}
        aria-label={`Computation graph, step ${at + 1} of ${trace.steps.length}: arrow keys walk, plus and minus zoom, 0 shows all`}
        onKeyDown={onKey}
        {...drag}
      >
        <svg
          className={own["drawing"]}
          width={width * unitPx}
          height={height * unitPx}
          viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
        >
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerUnits="userSpaceOnUse"
              markerWidth="9"
              markerHeight="9"
              orient="auto"
            >
              <path d="M0 0 L8 4 L0 8 z" className={own["arrow"]} />
            </marker>
          </defs>
          {layout.edges.map(({ from, to, tensor }) => {
            const [a, b] = [places.get(from), places.get(to)];
            if (a === undefined || b === undefined) return null;
            const near = from === at || to === at;
            return (
              <path
                key={`${from} ${to} ${tensor}`}
                className={own["edge"]}
                data-near={near}
                d={edgePath(a, b)}
                markerEnd="url(#arrow)"
              >
                <title>{tensor}</title>
              </path>
            );
          })}
          {layout.steps.map((place) => {
            const step = trace.steps[place.index];
            return step === undefined ? null : (
              <g
                key={place.index}
                className={own["node"]}
                data-step={place.index + 1}
                data-pass={step.pass}
                data-current={place.index === at}
                transform={`translate(${place.x} ${place.y})`}
                onClick={() => goTo(place.index)}
              >
                <title>{step.title}</title>
                <rect width={NODE.width} height={NODE.height} rx={4} />
                <text x={6} y={13} className={own["nodeNumber"]}>
                  {place.index + 1}. {step.pass}
                </text>
                <text x={6} y={30}>
                  {place.makes.length > LONGEST_LABEL
                    ? `${place.makes.slice(0, LONGEST_LABEL - 1)}…`
                    : place.makes}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
    </div>
  );
}

interface GraphToolProps {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly onClick: () => void;
}

function GraphTool({ label, icon: Icon, onClick }: GraphToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="sm" aria-label={label} onClick={onClick}>
        <Icon size="0.875rem" aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}

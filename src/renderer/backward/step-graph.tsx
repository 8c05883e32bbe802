import { ActionIcon, Tooltip } from "@mantine/core";
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Trace } from "../../shared/stepper.ts";
import { goTo } from "../store/stepper-store.ts";
import { layoutGraph, NODE, type PlacedStep } from "./graph-layout.ts";
import own from "./backward.module.css";

const MARGIN = 24;
const ZOOM_STEP = 1.25;
const MOST_ZOOM = 8;

interface Viewport {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

const WHOLE: Viewport = { zoom: 1, x: 0, y: 0 };

/** The steps as a graph: drag to pan, wheel, buttons or +, − and 0 to zoom, arrow keys to walk. */
export function StepGraph({ trace, at }: { readonly trace: Trace; readonly at: number }) {
  const layout = useMemo(() => layoutGraph(trace), [trace]);
  const [viewport, setViewport] = useState(WHOLE);
  const drag = useRef<{ readonly x: number; readonly y: number; readonly from: Viewport } | null>(null);
  const places = useMemo(() => new Map(layout.steps.map((step) => [step.index, step])), [layout]);
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const view = { width: width / viewport.zoom, height: height / viewport.zoom };

  const zoomBy = (factor: number): void =>
    setViewport(({ zoom, x, y }) => {
      const next = Math.min(MOST_ZOOM, Math.max(1, zoom * factor));
      // The middle stays where it is.
      const shift = (size: number): number => (size / zoom - size / next) / 2;
      return next === 1 ? WHOLE : { zoom: next, x: x + shift(width), y: y + shift(height) };
    });
  const onKey = (event: KeyboardEvent): void => {
    const actions: Readonly<Record<string, () => void>> = {
      "+": () => zoomBy(ZOOM_STEP),
      "=": () => zoomBy(ZOOM_STEP),
      "-": () => zoomBy(1 / ZOOM_STEP),
      "0": () => setViewport(WHOLE),
      ArrowRight: () => goTo(at + 1),
      ArrowLeft: () => goTo(at - 1),
      Home: () => goTo(0),
      End: () => goTo(trace.steps.length - 1),
    };
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };
  const onMove = (event: PointerEvent<SVGSVGElement>): void => {
    if (drag.current === null) return;
    const box = event.currentTarget.getBoundingClientRect();
    const { x, y, from } = drag.current;
    setViewport({
      ...from,
      x: from.x - ((event.clientX - x) * view.width) / box.width,
      y: from.y - ((event.clientY - y) * view.height) / box.height,
    });
  };
  return (
    <div className={own["graph"]}>
      <div className={own["tools"]}>
        {[
          { label: "Zoom in", icon: ZoomIn, run: () => zoomBy(ZOOM_STEP) },
          { label: "Zoom out", icon: ZoomOut, run: () => zoomBy(1 / ZOOM_STEP) },
          { label: "Show the whole graph", icon: Maximize, run: () => setViewport(WHOLE) },
        ].map(({ label, icon: Icon, run }) => (
          <Tooltip key={label} label={label}>
            <ActionIcon variant="default" aria-label={label} onClick={run}>
              <Icon size="1rem" aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
        ))}
      </div>
      <svg
        className={own["drawing"]}
        viewBox={`${viewport.x - MARGIN} ${viewport.y - MARGIN} ${view.width} ${view.height}`}
        role="group"
        tabIndex={0}
        aria-label={`Computation graph, step ${at + 1} of ${trace.steps.length}: arrow keys walk, plus and minus zoom, 0 shows all`}
        onKeyDown={onKey}
        onWheel={(event) => zoomBy(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP)}
        onPointerDown={(event) => {
          drag.current = { x: event.clientX, y: event.clientY, from: viewport };
        }}
        onPointerMove={onMove}
        onPointerUp={() => (drag.current = null)}
        onPointerLeave={() => (drag.current = null)}
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
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
              d={curve(a, b)}
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
              <text x={8} y={18} className={own["nodeNumber"]}>
                {place.index + 1}. {step.pass}
              </text>
              <text x={8} y={35}>
                {short(step.title)}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

const LONGEST = 20;
const short = (title: string): string =>
  title.length <= LONGEST ? title : `${title.slice(0, LONGEST - 1)}…`;

/** From the side of one box that faces the other to its opposite. */
function curve(a: PlacedStep, b: PlacedStep): string {
  const [ax, ay] = [a.x + NODE.width / 2, a.y + NODE.height / 2];
  const [bx, by] = [b.x + NODE.width / 2, b.y + NODE.height / 2];
  if (a.y === b.y && Math.abs(ax - bx) > NODE.width) {
    const right = bx > ax;
    const [x1, x2] = [
      ax + (right ? NODE.width / 2 : -NODE.width / 2),
      bx + (right ? -NODE.width / 2 : NODE.width / 2),
    ];
    return `M${x1} ${ay} L${x2} ${by}`;
  }
  const down = by > ay;
  const [y1, y2] = [
    ay + (down ? NODE.height / 2 : -NODE.height / 2),
    by + (down ? -NODE.height / 2 : NODE.height / 2),
  ];
  const middle = (y1 + y2) / 2;
  return `M${ax} ${y1} C${ax} ${middle} ${bx} ${middle} ${bx} ${y2}`;
}

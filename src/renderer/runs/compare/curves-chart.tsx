import { useMemo, useState } from "react";
import type { CurvesRequest, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { ask } from "../../bridge/lab.ts";
import { stepsOfStretch, withFinerPart } from "../../charts/curves/finer-part.ts";
import { askCurves } from "../../charts/curves/use-curves.ts";
import { useFinerPart } from "../../charts/curves/use-finer-part.ts";
import type { ShownStretch } from "../../charts/interact/zoom.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { curvesFigure, type CurveAxis } from "./curves-figure.ts";
import type { RunLook } from "./run-look.ts";

interface CurvesChartProps {
  readonly metric: string;
  readonly looks: readonly RunLook[];
  readonly axis: CurveAxis;
  /** What is asked for where all of the metric is shown. */
  readonly request: CurvesRequest;
  /** The answer to it, or to one of more metrics. */
  readonly drawn: readonly DrawnCurve[];
}

/** One metric of several runs; the part that is zoomed into is read anew, more finely. */
export function CurvesChart({ metric, looks, axis, request, drawn }: CurvesChartProps) {
  const [stretch, setStretch] = useState<ShownStretch | null>(null);
  const coarse = useMemo(() => drawn.filter((curve) => curve.metric === metric), [drawn, metric]);
  const shown = stretch === null ? null : { stretch, steps: stepsOfStretch(coarse, stretch, axis) };
  const finer = useFinerPart(askCurves, request, shown);
  const key = JSON.stringify(request);
  const figure = useMemo(() => {
    const { smoothings, ...whole } = JSON.parse(key) as CurvesRequest;
    return curvesFigure({
      metric,
      looks,
      axis,
      smooth: smoothings.length > 0,
      curves: coarse.map((curve) => withFinerPart(curve, finer.parts)),
      readWhole: () => ask(window.lab.runsCurves({ ...whole, columns: null, smoothings: [] })),
    });
  }, [metric, looks, axis, coarse, finer.parts, key]);
  return <ChartFigure figure={figure} onStretch={setStretch} zoomNote={finer.note} />;
}
